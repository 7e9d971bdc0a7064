"""Actual against expected, element by element, each element by its own error bar."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.precision import Z_LIMIT
from backproof.ratios import largest_ratios, z_and_sharpness
from backproof.trace import Array

BLOCK = 65_536  # elements, read at once: a block stays in the processor's cache
PER_THREAD = 2_000_000  # elements that make a thread worth its start


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
    actual = np.asarray(actual)
    return _conclude(name, actual, expected, dtype, _scan_all(actual, expected, dtype))


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
    """One pass over a part of the elements, remembering the worst of them."""

    def __init__(self, actual: Array, expected: Expected, dtype: str) -> None:
        self.arrays = [actual, expected.value, expected.sigma]
        self.largest = float(np.finfo(dtype).max)
        self.worst_z, self.worst_block = -1.0, 0
        self.differing = self.not_finite = self.unknown = 0
        self.sharpest = 0.0  # largest |expected| / sigma

    def run(self, start: int, stop: int) -> "_Scan":
        """Scan the elements from start to stop, in C order, whatever the layout in memory."""
        with np.errstate(over="ignore", invalid="ignore"):
            for actual, value, sigma in self._blocks(start, stop):
                z, sharpness, odd = largest_ratios(actual, value, sigma)
                if odd or z > Z_LIMIT:
                    z, sharpness = self._count(actual, value, sigma)
                if z > self.worst_z:
                    self.worst_z, self.worst_block = z, start
                self.sharpest = max(self.sharpest, sharpness)
                start += actual.size
        return self

    def worst_at(self) -> int:
        """Return the position, in C order, of the worst element."""
        stop = min(self.worst_block + BLOCK, self.arrays[0].size)
        with np.errstate(over="ignore", invalid="ignore"):
            for block in self._blocks(self.worst_block, stop):
                z, _ = self._settled(*block)
                return self.worst_block + int(z.argmax())
        raise AssertionError("an array that was scanned has a block")

    def _blocks(self, start: int, stop: int) -> Iterator[tuple[Array, Array, Array]]:
        blocks = np.nditer(
            self.arrays,
            flags=["external_loop", "buffered", "ranged"],
            op_flags=[["readonly", "contig"] for _ in self.arrays],
            op_dtypes=[np.float64] * 3,
            order="C",
            buffersize=BLOCK,
        )
        blocks.iterrange = (start, stop)  # type: ignore[misc]  # the stubs are wrong
        with blocks:
            yield from blocks

    def _count(self, actual: Array, value: Array, sigma: Array) -> tuple[float, float]:
        """Count what is off in a block; return its largest z and sharpness."""
        z, sharpness = self._settled(actual, value, sigma)
        self.differing += int(np.count_nonzero(z > Z_LIMIT))
        self.not_finite += int(np.count_nonzero(np.isinf(z) & ~np.isfinite(actual)))
        self.unknown += int(np.count_nonzero(~np.isfinite(value) | ~np.isfinite(sigma)))
        return float(z.max()), float(sharpness.max())

    def _settled(self, actual: Array, value: Array, sigma: Array) -> tuple[Array, Array]:
        """Return z and sharpness, settled where the candidate or the reference is not finite."""
        z, sharpness = z_and_sharpness(actual, value, sigma)
        overflowed = np.isinf(actual) & (np.abs(value) > self.largest)
        z[overflowed & (np.sign(actual) == np.sign(value))] = 0.0
        not_finite = ~np.isfinite(actual) & ~overflowed
        z[not_finite] = np.inf
        unknown = ~np.isfinite(value) | ~np.isfinite(sigma)
        z[unknown & ~not_finite] = 0.0
        sharpness[unknown] = 0.0
        return z, sharpness

    def absorb(self, later: "_Scan") -> None:
        """Take in what another scan found further on."""
        if later.worst_z > self.worst_z:
            self.worst_z, self.worst_block = later.worst_z, later.worst_block
        self.differing += later.differing
        self.not_finite += later.not_finite
        self.unknown += later.unknown
        self.sharpest = max(self.sharpest, later.sharpest)


def _scan_all(actual: Array, expected: Expected, dtype: str) -> _Scan:
    """Scan every element, a large array in several threads."""
    parts = max(1, min(os.cpu_count() or 1, actual.size // PER_THREAD))
    ends = [actual.size * part // parts for part in range(parts + 1)]
    scans = [_Scan(actual, expected, dtype) for _ in range(parts)]
    if parts == 1:
        return scans[0].run(0, actual.size)
    with ThreadPoolExecutor(parts) as pool:
        first, *others = pool.map(_Scan.run, scans, ends, ends[1:])
    for other in others:
        first.absorb(other)
    return first


def _conclude(name: str, actual: Array, expected: Expected, dtype: str, scan: _Scan) -> Finding:
    index = tuple(int(i) for i in np.unravel_index(scan.worst_at(), actual.shape))
    got = float(actual[index])
    wanted, sigma = float(expected.value[index]), float(expected.sigma[index])
    sensitivity = _sensitivity(scan, expected)
    verdict, reason = _verdict(scan, actual.size, sensitivity)
    with np.errstate(over="ignore", invalid="ignore"):
        spacing = float(np.spacing(np.abs(np.asarray(wanted, dtype=dtype))))
    return Finding(
        name,
        verdict,
        reason,
        shape=actual.shape,
        size=actual.size,
        index=index,
        actual=got,
        expected=wanted,
        sigma=sigma,
        z=scan.worst_z,
        ulps=abs(got - wanted) / spacing,
        differing=scan.differing,
        sensitivity=sensitivity,
    )


def _sensitivity(scan: _Scan, expected: Expected) -> float:
    if scan.sharpest > 0:
        return Z_LIMIT / scan.sharpest
    exact = not scan.unknown and not expected.sigma.any()
    return 0.0 if exact else float("inf")  # zeros without error: anything else is caught


def _verdict(scan: _Scan, size: int, sensitivity: float) -> tuple[str, str]:
    if scan.not_finite:
        return "differ", f"{scan.not_finite} of {size} elements are not finite"
    if scan.differing:
        return "differ", f"{scan.differing} of {size} elements are off"
    if sensitivity >= 1:
        return "undecided", "the error bars are as wide as the values: zeros would pass too"
    return "agree", ""
