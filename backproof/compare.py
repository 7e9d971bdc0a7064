"""Actual against expected, element by element, each element by its own error bar."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.precision import Z_LIMIT
from backproof.trace import Array

BLOCK = 16_384  # elements; the five buffers of a block stay in the processor's cache
TINY = 5e-324  # stands in for a sigma of exactly 0


@dataclass(frozen=True)
class Expected:
    """What an array should be: float64 values, and the standard deviation of each."""

    value: Array
    sigma: Array


@dataclass(frozen=True)
class Finding:
    """What came of comparing one array.

    verdict      "agree", "differ", or "undecided": the error bars are so wide that an array of
                 zeros would pass too
    reason       one sentence; empty for agree
    index        the worst element, with its actual and expected value, sigma, z = |actual -
                 expected| / sigma, and distance in units in the last place (ulps)
    differing    how many of `size` elements are off by more than Z_LIMIT sigmas
    sensitivity  the smallest relative error of the whole array that would have been caught
    """

    name: str
    verdict: str
    reason: str = ""
    shape: tuple[int, ...] = ()
    size: int = 0
    index: tuple[int, ...] = ()
    actual: float = float("nan")
    expected: float = float("nan")
    sigma: float = float("nan")
    z: float = float("nan")
    ulps: float = float("nan")
    differing: int = 0
    sensitivity: float = float("inf")

    @property
    def agrees(self) -> bool:
        """Whether the verdict is agree."""
        return self.verdict == "agree"


def compare(name: str, actual: Any, expected: Expected, dtype: str) -> Finding:
    """Compare one array; nothing is raised.

    Shape, dtype and emptiness come before values, and a value that is not finite never agrees with
    a number.  `actual` is read in blocks: the memory used does not grow with its size.
    """
    unfit = _unfit(actual, expected, dtype)
    if unfit:
        return Finding(name, "differ", unfit, shape=np.shape(expected.value))
    return _Scan(name, np.asarray(actual), expected, dtype).finding()


def _unfit(actual: Any, expected: Expected, dtype: str) -> str:
    if actual is None:
        return "it is missing from the trace"
    actual = np.asarray(actual)
    if actual.shape != expected.value.shape:
        return f"its shape is {actual.shape} and should be {expected.value.shape}"
    if actual.dtype != dtype:
        return f"its dtype is {actual.dtype} and should be {dtype}"
    if actual.size == 0:
        return "it is empty"
    return ""


class _Scan:
    """One pass over an array in blocks, remembering the worst element."""

    def __init__(self, name: str, actual: Array, expected: Expected, dtype: str) -> None:
        self.name, self.actual, self.expected, self.dtype = name, actual, expected, dtype
        self.largest = float(np.finfo(dtype).max)
        self.worst_z, self.worst_at = -1.0, 0
        self.differing = self.not_finite = self.unknown = 0
        self.sharpest = 0.0  # largest |expected| / sigma
        size = min(BLOCK, actual.size)
        self.z, self.scratch, self.sigma = np.empty(size), np.empty(size), np.empty(size)

    def finding(self) -> Finding:
        blocks = np.nditer(
            [self.actual, self.expected.value, self.expected.sigma],
            flags=["external_loop", "buffered", "zerosize_ok"],
            op_dtypes=[np.float64] * 3,
            order="C",
            buffersize=BLOCK,
        )
        start = 0
        with blocks, np.errstate(over="ignore", invalid="ignore"):
            for actual, value, sigma in blocks:
                self._scan(start, actual, value, sigma)
                start += actual.size
        return self._conclude()

    def _scan(self, start: int, actual: Array, value: Array, sigma: Array) -> None:
        n = actual.size
        z, scratch, bar = self.z[:n], self.scratch[:n], self.sigma[:n]
        np.add(sigma, TINY, out=bar)
        np.abs(np.subtract(actual, value, out=z), out=z)
        np.divide(z, bar, out=z)
        np.divide(np.abs(value, out=scratch), bar, out=scratch)
        largest_z, sharpest = float(z.max()), float(scratch.max())
        if not (largest_z < np.inf and sharpest < np.inf):
            largest_z, sharpest = self._settle_special(actual, value, sigma, z, scratch)
        self.sharpest = max(self.sharpest, sharpest)
        if largest_z > self.worst_z:
            self.worst_z, self.worst_at = largest_z, start + int(z.argmax())
        if largest_z > Z_LIMIT:
            self.differing += int(np.count_nonzero(z > Z_LIMIT))

    def _settle_special(
        self, actual: Array, value: Array, sigma: Array, z: Array, sharpness: Array
    ) -> tuple[float, float]:
        """Settle, in place, the elements that are not finite, here or in the reference."""
        overflowed = np.isinf(actual) & (np.abs(value) > self.largest)
        z[overflowed & (np.sign(actual) == np.sign(value))] = 0.0
        not_finite = ~np.isfinite(actual) & ~overflowed
        z[not_finite] = np.inf
        unknown = ~np.isfinite(value) | ~np.isfinite(sigma)
        z[unknown & ~not_finite] = 0.0
        sharpness[unknown] = 0.0
        self.not_finite += int(np.count_nonzero(not_finite))
        self.unknown += int(np.count_nonzero(unknown))
        return float(z.max()), float(sharpness.max())

    def _conclude(self) -> Finding:
        index = tuple(int(i) for i in np.unravel_index(self.worst_at, self.actual.shape))
        actual = float(self.actual[index])
        expected, sigma = float(self.expected.value[index]), float(self.expected.sigma[index])
        sensitivity = self._sensitivity()
        verdict, reason = self._verdict(sensitivity)
        with np.errstate(over="ignore"):
            spacing = float(np.spacing(np.abs(np.asarray(expected, dtype=self.dtype))))
        return Finding(
            self.name,
            verdict,
            reason,
            shape=self.actual.shape,
            size=self.actual.size,
            index=index,
            actual=actual,
            expected=expected,
            sigma=sigma,
            z=self.worst_z,
            ulps=abs(actual - expected) / spacing,
            differing=self.differing,
            sensitivity=sensitivity,
        )

    def _sensitivity(self) -> float:
        if self.sharpest > 0:
            return Z_LIMIT / self.sharpest
        exact = not self.unknown and not self.expected.sigma.any()
        return 0.0 if exact else float("inf")  # zeros without error: anything else is caught

    def _verdict(self, sensitivity: float) -> tuple[str, str]:
        if self.not_finite:
            return "differ", f"{self.not_finite} of {self.actual.size} elements are not finite"
        if self.differing:
            return "differ", f"{self.differing} of {self.actual.size} elements are off"
        if sensitivity >= 1:
            return "undecided", "the error bars are as wide as the values: zeros would pass too"
        return "agree", ""
