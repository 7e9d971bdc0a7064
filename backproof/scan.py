"""One pass over an array and its expected values: the worst element, and how sharp the bars are."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from backproof.precision import Z_LIMIT, precision
from backproof.ratios import largest_ratios, z_and_sharpness
from backproof.trace import Array

BLOCK = 65_536  # elements, read at once: a block stays in the processor's cache
PER_THREAD = 2_000_000  # elements that make a thread worth its start


@dataclass(frozen=True)
class Expected:
    """What an array should be: float64 values, and the standard deviation of each."""

    value: Array
    sigma: Array


class Scan:
    """One pass over a part of the elements, remembering the worst of them."""

    def __init__(self, actual: Array, expected: Expected, dtype: str) -> None:
        """Start with nothing seen; dtype is the candidate's."""
        # NumPy 2.0's nditer hands out a number without dimensions as it lies, not as float64
        self.arrays = [np.atleast_1d(x) for x in (actual, expected.value, expected.sigma)]
        self.largest = precision(dtype).largest
        self.worst_z, self.worst_block = -1.0, 0
        self.differing = self.not_finite = self.unknown = 0
        self.sharpest = 0.0  # largest |expected| / sigma

    def run(self, start: int, stop: int) -> "Scan":
        """Scan the elements from start to stop, in C order, whatever the layout in memory."""
        with np.errstate(over="ignore", invalid="ignore"):
            for actual, value, sigma in self.blocks(start, stop):
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
            for block in self.blocks(self.worst_block, stop):
                z, _ = self.settled(*block)
                return self.worst_block + int(z.argmax())
        raise AssertionError("an array that was scanned has a block")

    def blocks(self, start: int, stop: int) -> Iterator[tuple[Array, Array, Array]]:
        """Yield actual, expected value and sigma of the elements in C order, as float64."""
        blocks = np.nditer(  # type: ignore[call-overload]  # the stubs misspell contig
            self.arrays,
            flags=["external_loop", "buffered", "ranged"],
            op_flags=[["readonly", "contig"]] * 3,
            op_dtypes=[np.float64] * 3,
            order="C",
            buffersize=BLOCK,
        )
        blocks.iterrange = (start, stop)
        with blocks:
            yield from blocks

    def _count(self, actual: Array, value: Array, sigma: Array) -> tuple[float, float]:
        """Count what is off in a block; return its largest z and sharpness."""
        z, sharpness = self.settled(actual, value, sigma)
        self.differing += int(np.count_nonzero(z > Z_LIMIT))
        self.not_finite += int(np.count_nonzero(np.isinf(z) & ~np.isfinite(actual)))
        unknown = ~np.isfinite(value) | ~np.isfinite(sigma)
        self.unknown += int(np.count_nonzero(unknown & ~self._overflowed(actual, value)))
        return float(z.max()), float(sharpness.max())

    def settled(self, actual: Array, value: Array, sigma: Array) -> tuple[Array, Array]:
        """Return z and sharpness, settled where the candidate or the reference is not finite."""
        z, sharpness = z_and_sharpness(actual, value, sigma)
        overflowed = self._overflowed(actual, value)
        not_finite = ~np.isfinite(actual) & ~overflowed
        unknown = ~np.isfinite(value) | ~np.isfinite(sigma)
        z[unknown | overflowed] = 0.0
        z[not_finite] = np.inf
        sharpness[unknown] = 0.0
        return z, sharpness

    def _overflowed(self, actual: Array, value: Array) -> Array:
        """Say which elements are infinite because no finite number of the dtype is right."""
        right_sign = np.sign(actual) == np.sign(value)
        beyond: Array = np.isinf(actual) & (np.abs(value) > self.largest) & right_sign
        return beyond

    def absorb(self, later: "Scan") -> None:
        """Take in what another scan found further on."""
        if later.worst_z > self.worst_z:
            self.worst_z, self.worst_block = later.worst_z, later.worst_block
        self.differing += later.differing
        self.not_finite += later.not_finite
        self.unknown += later.unknown
        self.sharpest = max(self.sharpest, later.sharpest)


def scan_all(actual: Array, expected: Expected, dtype: str) -> Scan:
    """Scan every element, a large array in several threads."""
    parts = max(1, min(os.cpu_count() or 1, actual.size // PER_THREAD))
    ends = [actual.size * part // parts for part in range(parts + 1)]
    scans = [Scan(actual, expected, dtype) for _ in range(parts)]
    if parts == 1:
        return scans[0].run(0, actual.size)
    with ThreadPoolExecutor(parts) as pool:
        first, *others = pool.map(Scan.run, scans, ends, ends[1:])
    for other in others:
        first.absorb(other)
    return first
