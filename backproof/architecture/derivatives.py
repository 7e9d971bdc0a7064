"""Guards in the derivatives of hidden activations, told from the gradients of the weights."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from backproof.architecture.evidence import Evidence, Weighed
from backproof.architecture.filled import Filled
from backproof.architecture.gradients import propagated, proportion
from backproof.architecture.guards import NOISY, nearest
from backproof.guards import DENOMINATORS, Guard, of_layer
from backproof.trace import Array

ROUNDINGS = 6.0  # of each product of a gradient, in units roundoff


def guards_of_derivatives(
    evidence: Evidence, best: Weighed, slope: Guard | None
) -> tuple[Guard, ...]:
    """Return what is in the derivative of each hidden layer, where the usual one does not fit.

    slope  the guard of the cost's derivative
    """
    found: tuple[Guard, ...] = ()
    deltas = [evidence.delta(f, best.loss.family, slope) for f in evidence.filled]
    for layer in range(evidence.filled[0].sight.depth - 1, 0, -1):
        usual = _residual(evidence, deltas, layer, ())
        options = [
            option
            for option in _options(evidence, layer)
            if NOISY < usual < np.inf or evidence.sizes.writes(option)
        ]
        residuals = np.array([_residual(evidence, deltas, layer, (o,)) for o in options])
        residuals[residuals > NOISY] = np.inf
        chosen = nearest(residuals, usual, [evidence.sizes.writes(o) for o in options])
        own = () if chosen is None else (options[chosen],)
        deltas = [
            propagated(f, evidence.path.hidden, dZ, layer, own)
            for f, dZ in zip(evidence.filled, deltas, strict=True)
        ]
        found += own
    return found


def _options(evidence: Evidence, layer: int) -> Iterator[Guard]:
    for guard in of_layer(evidence.path.guards, layer):
        yield Guard("plain", guard.eps, "derivative", layer)
    if evidence.path.hidden[layer - 1] in DENOMINATORS:
        for eps in evidence.sizes.small:
            yield Guard("add", eps, "derivative", layer)


def _residual(
    evidence: Evidence, deltas: list[Array], layer: int, guards: tuple[Guard, ...]
) -> float:
    """Return the root mean square of (dW_l - k expected) / rounding noise; k fits each best."""
    squares = []
    for f, dZ in zip(evidence.filled, deltas, strict=True):
        name, m = f"dW{layer}", f.sight.m
        if name not in f.sight.gradients or m == 1:
            continue
        shown = f.sight.gradients[name]
        own = propagated(f, evidence.path.hidden, dZ, layer, guards)
        sizes = propagated(_sizes(f, layer), evidence.path.hidden, np.abs(dZ), layer, guards)
        expected, size = own @ f.A[layer - 1].T, np.abs(sizes) @ np.abs(f.A[layer - 1]).T
        k, _ = proportion(shown, expected)
        noise = ROUNDINGS * f.sight.roundoff * abs(k) * size + f.sight.blur[name]
        squares.append((((shown - k * expected) / (noise + 1e-300)) ** 2).ravel())
    root = float(np.sqrt(np.mean(np.concatenate(squares)))) if squares else np.inf
    return root if np.isfinite(root) else np.inf


def _sizes(filled: Filled, layer: int) -> Filled:
    """Return the same with the sizes of the weights, so that products add up and do not cancel."""
    W = {**filled.sight.W, layer + 1: np.abs(filled.sight.W[layer + 1])}
    return replace(filled, sight=replace(filled.sight, W=W))
