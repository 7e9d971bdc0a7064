"""All Z and A of a network: its own where it shows them, computed from its own where not."""

from dataclasses import dataclass

from backproof.architecture.activations import HIDDEN, OUTPUT
from backproof.architecture.observation import Sight
from backproof.guards import Guard, of_layer, shift
from backproof.trace import Array


@dataclass(frozen=True)
class Path:
    """One choice of all activations.

    hidden   one for each hidden layer
    output   the last one
    logits   what is shown as A_L are the logits, to which the output is yet to be applied
    guards   of the activations
    """

    hidden: tuple[str, ...]
    output: str
    logits: bool = False
    guards: tuple[Guard, ...] = ()

    def activated(self, layer: int, Z: Array) -> Array:
        """Return A = g(Z) of a layer, from 1, as its guards leave it."""
        is_output = layer > len(self.hidden)
        name = self.output if is_output else self.hidden[layer - 1]
        g = (OUTPUT if is_output else HIDDEN)[name]
        own = of_layer(self.guards, layer)
        return g(Z) + shift(own, name, Z, g) if own else g(Z)


@dataclass(frozen=True)
class Filled:
    """A sight with every Z[1..L] and A[0..L], and the guards of the path."""

    sight: Sight
    Z: dict[int, Array]
    A: dict[int, Array]
    guards: tuple[Guard, ...]

    @property
    def outputs(self) -> Array:
        """The network's output, shape (n_out, m)."""
        return self.A[self.sight.depth]

    @property
    def logits(self) -> Array:
        """What the output activation is applied to, shape (n_out, m)."""
        return self.Z[self.sight.depth]


def fill(sight: Sight, path: Path) -> Filled:
    """Return the sight with what it does not show computed by the activations of the path."""
    L = sight.depth
    Z, A = dict(sight.Z), dict(sight.A)
    for l in range(1, L + 1):
        if l not in Z:
            Z[l] = sight.linear(l, A[l - 1])
        if l < L and l not in A:
            A[l] = path.activated(l, Z[l])
    if path.logits and L in A:
        Z[L] = A.pop(L)
    if L not in A:
        A[L] = path.activated(L, Z[L])
    return Filled(sight, Z, A, path.guards)
