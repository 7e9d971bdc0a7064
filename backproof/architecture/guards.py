"""The guards that files are known to use, and which of them some numbers speak for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backproof.architecture.filled import Filled
from backproof.architecture.losses import terms
from backproof.guards import PLACES, Guard, kept
from backproof.trace import Array

NOISY = 3.0  # residuals up to here, in units of the rounding noise, are no evidence
CLEARLY = 4.0  # a guard must be nearer than the plain formula by this factor
LARGEST = 0.01  # more than this is no guard
NEARER = 0.8  # a guard that stands in the text must be nearer by this factor
ROLES = {  # place of a guard -> what it is in, in the text
    "argument": "",
    "denominator": "denominator",
    "output": "",
    "logarithm": "logarithm",
    "slope": "denominator",
    "derivative": "",
    "gradient": "",
    "update": "",
}
POWERS = [float(f"1e-{k}") for k in range(3, 18)]
MACHINE = [float(np.finfo(np.float64).eps), 2.2e-16, float(np.finfo(np.float32).eps)]
USUAL = tuple(POWERS + MACHINE + [float(f"5e-{k}") for k in range(4, 18)])  # usual ones first
BOUNDS = (1.0, 5.0, 10.0, 15.0, 20.0, 30.0)  # such as show


@dataclass(frozen=True)
class Sizes:
    """The sizes that a guard may have: the file's own constants, then the usual ones.

    own    the positive constants of the file
    roles  size -> what such a guard is in, as the text has it: a key of ROLES' values.  A guard
           that is written there is believed where the numbers are only nearer to it
    """

    own: tuple[float, ...] = ()
    roles: Mapping[float, Collection[str]] = field(default_factory=dict)

    def writes(self, guard: Guard) -> bool:
        """Tell whether the text has a guard of this size in such a place."""
        return ROLES[guard.place] in self.roles.get(guard.eps, ())

    @property
    def small(self) -> tuple[float, ...]:
        """What may be added, or keep a probability away from 0."""
        own = [number for number in self.own if 0 < number <= LARGEST]
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


def nearest(residuals: Array, plain: float, written: Sequence[bool]) -> int | None:
    """Return which guard the numbers speak for, the first of those that are alike; None for none.

    residuals  under each guard, in units of the rounding noise; plain  of the plain formula
    written    whether the text has such a guard
    """
    clear = residuals < plain / CLEARLY if plain > NOISY else np.zeros_like(residuals, dtype=bool)
    there = np.asarray(written, dtype=bool) & (residuals < NEARER * plain)
    for possible in (clear, there):
        left = np.where(possible, residuals, np.inf)
        if (best := float(np.min(left, initial=np.inf))) < np.inf:
            return int(np.argmax(left <= best + (0.5 if possible is clear else 0.0)))
    return None
