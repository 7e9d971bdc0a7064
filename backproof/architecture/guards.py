"""The guards that files are known to use, and which of them some numbers speak for."""

from dataclasses import dataclass

import numpy as np

from backproof.architecture.filled import Filled
from backproof.architecture.losses import terms
from backproof.guards import PLACES, Guard, kept
from backproof.trace import Array

NOISY = 3.0  # residuals up to here, in units of the rounding noise, are no evidence
CLEARLY = 4.0  # a guard must be nearer than the plain formula by this factor
POWERS = [float(f"1e-{k}") for k in range(3, 18)]
MACHINE = [float(np.finfo(np.float64).eps), 2.2e-16, float(np.finfo(np.float32).eps)]
USUAL = tuple(POWERS + MACHINE + [float(f"5e-{k}") for k in range(4, 18)])  # usual ones first
BOUNDS = (1.0, 5.0, 10.0, 15.0, 20.0, 30.0)  # such as show


@dataclass(frozen=True)
class Sizes:
    """The sizes that a guard may have: the file's own constants, then the usual ones.

    own  the positive constants of the file
    """

    own: tuple[float, ...] = ()

    @property
    def small(self) -> tuple[float, ...]:
        """What may be added, or keep a probability away from 0."""
        own = [number for number in self.own if 0 < number < 0.5]
        return tuple(dict.fromkeys([*own, *USUAL]))

    @property
    def large(self) -> tuple[float, ...]:
        """Within what something may be kept."""
        return tuple(dict.fromkeys([*(n for n in self.own if n >= 0.01), *BOUNDS]))


def of_probabilities(place: str, sizes: Sizes) -> list[Guard]:
    """Return every guard of the logarithm or the slope."""
    return [Guard(kind, eps, place) for kind in PLACES[place] for eps in sizes.small]


def guarded_totals(filled: Filled, family: str, sizes: Sizes) -> Array:
    """Return T under each of of_probabilities(), in the candidate's precision, shape (guards,)."""
    dtype = np.float32 if filled.sight.single else np.float64
    A: Array = filled.outputs.astype(dtype)[None]
    eps = np.array(sizes.small)[:, None, None]
    ends = [kept(kind, eps, A) for kind in PLACES["logarithm"]]
    log_a, log_not_a = (np.log(np.concatenate(parts)) for parts in zip(*ends, strict=True))
    parts = terms(family, filled.sight.Y, log_a, log_not_a)
    return np.asarray(np.sum(parts, axis=(1, 2), dtype=np.float64))


def nearest(residuals: Array, plain: float) -> int | None:
    """Return which is the first as near as the nearest; None if none is clearly nearer.

    residuals  under each guard, in units of the rounding noise; plain  of the plain formula
    """
    best = float(np.min(residuals, initial=np.inf))
    if best == np.inf or CLEARLY * best >= plain:
        return None
    return int(np.argmax(residuals <= best + 0.5))
