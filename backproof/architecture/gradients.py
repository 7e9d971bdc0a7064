"""How the gradients shown compare with those of each total: as a factor, where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backproof.architecture.activations import HIDDEN, derivative
from backproof.architecture.filled import Filled
from backproof.architecture.losses import Loss
from backproof.guards import Guard, of_derivative
from backproof.trace import Array


@dataclass(frozen=True)
class Ratio:
    """A gradient shown is `factor` times the total's, all elements alike.

    name   "dWl" or "dbl"
    slack  by which the factor may be off, relatively
    """

    filled: Filled
    name: str
    factor: float
    slack: float

    @property
    def is_last(self) -> bool:
        """Tell whether it is a gradient of the last layer."""
        return self.name[2:] == str(self.filled.sight.depth)

    @property
    def is_telling(self) -> bool:
        """Tell whether there are elements to compare: a single one is always proportional."""
        return self.filled.sight.gradients[self.name].size > 1

    def rate(self, loss: Loss) -> float:
        """Return the learning rate by which it would be the gradient of the loss; 1 where known."""
        return self.factor / loss.coefficient(self.filled.sight.n_out, self.filled.sight.m)


def ratios(filled: Filled, hidden: Sequence[str], delta: Array) -> list[Ratio]:
    """Return a Ratio for each gradient shown that is proportional to the total's.

    delta  dT/dZ_L, (n_out, m); below it everything is computed from the network's own Z and A
    """
    sight = filled.sight
    expected = _backward(filled, hidden, delta)
    found = []
    for name, shown in sight.gradients.items():
        slack = sight.tolerance + 4 * sight.blur[name] / float(np.max(np.abs(shown)))
        factor, error = proportion(shown, expected[name])
        if factor and error <= slack:
            found.append(Ratio(filled, name, factor, slack))
    return found


def _backward(filled: Filled, hidden: Sequence[str], delta: Array) -> dict[str, Array]:
    """Return dT/dW_l = dZ_l A_{l-1}^T and dT/db_l = sum_k dZ_l[:, k] of all layers."""
    gradients: dict[str, Array] = {}
    dZ = delta
    for l in range(filled.sight.depth, 0, -1):
        if l < filled.sight.depth:
            dZ = propagated(filled, hidden, dZ, l, filled.guards)
        gradients[f"dW{l}"] = dZ @ filled.A[l - 1].T
        gradients[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True)
    return gradients


def propagated(
    filled: Filled, hidden: Sequence[str], dZ: Array, layer: int, guards: Sequence[Guard]
) -> Array:
    """Return dT/dZ of a layer, (n_l, m), from that of the layer above.

    guards  of its derivative
    """
    name, Z, A = hidden[layer - 1], filled.Z[layer], filled.A[layer]
    plain, added = of_derivative(guards, layer)
    slope = derivative(name, Z, HIDDEN[name](Z) if plain else A)
    return (filled.sight.W[layer + 1].T @ dZ) * (slope + added)


def proportion(shown: Array, expected: Array) -> tuple[float, float]:
    """Return k of shown = k expected by least squares, and max |shown - k expected| / max |shown|.

    Both are scaled first, so that no square over- or underflows.  (0, inf) where there is no k.
    """
    height, expected_height = float(np.max(np.abs(shown))), float(np.max(np.abs(expected)))
    if not (0 < expected_height < np.inf):
        return 0.0, np.inf
    s, e = shown / height, expected / expected_height
    k = float(np.vdot(s, e) / np.vdot(e, e))
    factor = k * (height / expected_height)
    return (factor if np.isfinite(factor) else 0.0), float(np.max(np.abs(s - k * e)))
