"""A tanh that is written out, and what that costs: (e^z - e^-z) / (e^z + e^-z), and others.

Its error is one of numbers around 1, whatever comes out: near 0, where they cancel, hardly a digit
of tanh(z) may be left.  That is no mistake, and no library's tanh does so.
"""

import numpy as np

from backproof.architecture.activations import OUTPUT
from backproof.architecture.architecture import Architecture
from backproof.architecture.observation import Observation, Sight, sights
from backproof.guards import of_layer, shift
from backproof.trace import Array

ROUNDINGS = 8.0  # more than exponentials, sum and quotient come to, in units roundoff


def written_out(observation: Observation, architecture: Architecture) -> tuple[int, ...]:
    """Return the layers whose tanh has the error of exponentials, and more than tanh itself has.

    A layer whose activation is not shown is none of them.
    """
    names = (*architecture.hidden, architecture.output)
    seen = sights([observation])
    if not seen or len(names) != seen[0].depth:
        return ()
    layers = [l for l, name in enumerate(names, 1) if name == "tanh"]
    with np.errstate(all="ignore"):
        errors = {l: _errors(seen[0], l, architecture) for l in layers}
    return tuple(l for l, error in errors.items() if error is not None and _cancelled(*error))


def _errors(sight: Sight, layer: int, architecture: Architecture) -> tuple[Array, Array] | None:
    """Return |A - tanh(Z)| and |tanh(Z)| in units roundoff, of what the network itself had as Z."""
    if layer not in sight.A or not (layer in sight.Z or layer - 1 in sight.A):
        return None
    Z = sight.Z[layer] if layer in sight.Z else sight.linear(layer, sight.A[layer - 1])
    A = OUTPUT["tanh"](Z)
    A = A + shift(of_layer(architecture.guards, layer), "tanh", Z, OUTPUT["tanh"])
    return np.abs(sight.A[layer] - A) / sight.roundoff, np.abs(A)


def _cancelled(error: Array, size: Array) -> bool:
    return bool(np.all(error <= ROUNDINGS) and np.any(error > ROUNDINGS * size))
