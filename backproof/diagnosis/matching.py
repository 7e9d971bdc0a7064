"""Whether a mistaken computation reproduces a candidate: every array, each within its error bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backproof.diagnosis.exhibit import Exhibit
from backproof.diagnosis.experiment import Numbers, run, sigmas
from backproof.mistakes.mistake import Plant
from backproof.precision import Z_LIMIT
from backproof.trace import Array

SINGLE = 2.0**-24
COARSE = {"float64": 1e-6, "float32": 1e-2}  # relative to the largest element: the first screen


@dataclass
class Scene:
    """One exhibit, with what the right computation gives on it."""

    exhibit: Exhibit

    @cached_property
    def shown(self) -> Numbers:
        """What the candidate showed, in float64."""
        return {
            name: value.astype(np.float64) if value.dtype.kind in "fiub" else value
            for name, value in self.exhibit.shown.items()
        }

    @cached_property
    def right(self) -> Numbers:
        """What is right."""
        return _quietly(self.exhibit, ()) or {}

    @cached_property
    def right_sigmas(self) -> Numbers:
        """The error bars of what is right."""
        return self.bars((), self.right, self.exhibit.unit)

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        """The names of the arrays that differ from what is right, in order of computation."""
        return tuple(n for n in self.shown if not self.is_right(n, self.shown[n]))

    def is_right(self, name: str, value: Array) -> bool:
        """Tell whether an array is the right one, within its error bars."""
        return within(value, self.right[name], self.right_sigmas[name])

    def numbers(self, plants: Sequence[Plant]) -> Numbers | None:
        """Return what a mistaken computation gives; None where its shapes do not fit."""
        return _quietly(self.exhibit, plants)

    def resembles(self, name: str, value: Array) -> bool:
        """Tell at a glance whether an array may be the one that was shown."""
        return _near(self.shown[name], value, COARSE[self.exhibit.dtype])

    def screen(self, plants: Sequence[Plant]) -> Numbers | None:
        """Return what a mistaken computation gives; None where it plainly is another thing."""
        found = self.numbers(plants)
        if found is None or not all(self.resembles(n, found[n]) for n in self.shown):
            return None
        return found

    def proves(self, plants: Sequence[Plant], found: Numbers, unit: float) -> bool:
        """Tell whether `found` is what was shown, within error bars, right and wrong alike.

        An array of the candidate's that is right must be right in the mistaken computation, and
        the other way round: else wide error bars might take one mistake for another.
        """
        bars = self.bars(plants, found, max(unit, self.exhibit.unit))
        for name, shown in self.shown.items():
            if not within(shown, found[name], bars[name]):
                return False
            if self.is_right(name, found[name]) != (name not in self.wrong):
                return False
        return True

    def is_as_coarse(self, plants: Sequence[Plant], others: Sequence[Plant], unit: float) -> bool:
        """Tell whether the first array that a coarse step changes holds but coarse numbers.

        plants, others  all mistakes, and those without the coarse step
        """
        found, without = self.numbers(plants), self.numbers(others)
        if found is None or without is None:
            return False
        bars = self.bars(others, without, self.exhibit.unit)
        for name, shown in self.shown.items():
            if not within(found[name], without[name], bars[name]):
                return is_coarse(shown, unit)
        return True

    def bars(self, plants: Sequence[Plant], found: Numbers, unit: float) -> Numbers:
        """Return the error bars of a mistaken computation."""
        with np.errstate(all="ignore"):
            try:
                return sigmas(self.exhibit, plants, found, unit)
            except Exception:  # as below, where the plain run happened to get through
                return {name: np.zeros(np.shape(value)) for name, value in found.items()}


def is_coarse(array: Array, unit: float) -> bool:
    """Tell whether float32, or float16 for its unit, holds every number exactly."""
    with np.errstate(all="ignore"):
        rounded = array.astype(np.float16 if unit > SINGLE else np.float32)
    return bool(np.array_equal(array, rounded))


def within(actual: Array, value: Array, sigma: Array) -> bool:
    """Tell whether every element is within Z_LIMIT sigmas; what is not finite must be the same."""
    if np.shape(actual) != np.shape(value) or actual.dtype.kind != "f":
        return False
    with np.errstate(all="ignore"):
        close = np.abs(actual - value) <= Z_LIMIT * np.nan_to_num(sigma)
        same = (actual == value) | (np.isnan(actual) & np.isnan(value))
        return bool(np.all(close | same))


def _near(actual: Array, value: Array, relative: float) -> bool:
    if np.shape(actual) != np.shape(value) or actual.dtype.kind != "f":
        return False
    with np.errstate(all="ignore"):
        scale = float(np.max(np.abs(value), initial=0.0))
        if np.isfinite(scale):
            off = np.max(np.abs(actual - value), initial=0.0)
            return bool(off <= relative * scale + 1e-12)
        return bool(np.array_equal(np.isfinite(actual), np.isfinite(value)))


def _quietly(exhibit: Exhibit, plants: Sequence[Plant]) -> Numbers | None:
    with np.errstate(all="ignore"):
        try:
            return run(exhibit, plants)
        except Exception:  # mistakes may contradict each other in any way; such a pair is none
            return None
