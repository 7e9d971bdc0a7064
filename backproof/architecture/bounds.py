"""Bounds that clip gradients: the size that several elements share, and none exceeds."""

from collections.abc import Sequence

import numpy as np

from backproof.architecture.guards import Sizes
from backproof.architecture.observation import Observation, numbers
from backproof.guards import Guard
from backproof.trace import Array

EXACT, EXACT_SINGLE = 1e-12, 1e-6  # relative: how near a number is to the bound it was set to
LEAST = 2  # elements at the bound


def bound_of(observations: Sequence[Observation], sizes: Sizes) -> Guard | None:
    """Return the bound of all gradients, or of what the update makes of them; None for none.

    It is one of the file's own constants, or has two digits: other numbers do not come twice.
    """
    for place, arrays in (("gradient", _shown), ("update", _steps)):
        found = {bound for o in observations if (bound := _bound(arrays(o), sizes)) is not None}
        largest = [abs(x) for o in observations for x in arrays(o)]
        if len(found) == 1:
            (bound,) = found
            if all(np.max(x, initial=0.0) <= bound * (1 + EXACT_SINGLE) for x in largest):
                return Guard("bound", bound, place)
    return None


def _bound(arrays: Sequence[Array], sizes: Sizes) -> float | None:
    """Return the largest size of any element, where several have it and it is no drawn number."""
    flat = np.abs(np.concatenate([x.ravel() for x in arrays])) if arrays else np.zeros(0)
    largest = float(np.max(flat, initial=0.0))
    if not (0 < largest < np.inf):
        return None
    exact = EXACT_SINGLE if np.array_equal(flat, flat.astype(np.float32)) else EXACT
    for bound in (*sizes.own, float(f"{largest:.1e}")):
        if abs(largest - bound) <= exact * bound:
            return bound if np.sum(flat >= bound * (1 - exact)) >= LEAST else None
    return None


def _shown(observation: Observation) -> list[Array]:
    """Return every dW and db that is shown."""
    found = [numbers(x) for name, x in observation.trace.items() if name[0] == "d"]
    return [x for x in found if x is not None]


def _steps(observation: Observation) -> list[Array]:
    """Return (before - after) / rate of every parameter whose gradient is shown."""
    trace, rate = observation.trace, observation.learning_rate
    found: list[Array] = []
    for name, value in observation.inputs.parameters.items():
        before, after = numbers(value), numbers(trace.get(name))
        if before is None or after is None or not rate or f"d{name}" not in trace:
            continue
        if before.shape == after.shape:
            found.append(((before - after) / rate).astype(np.float32))  # no more is exact
    return found
