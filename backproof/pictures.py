"""Pictures: z over a whole array, pooled and counted until they are small enough to keep."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from backproof.precision import Z_LIMIT
from backproof.scan import Expected, Scan
from backproof.trace import Array

CELLS = 32  # of a heat map, at most, along either axis
POINTS = 200  # of a line, at most
BINS = 64  # of a histogram, from -Z_LIMIT to Z_LIMIT; beyond these, a tail on either side
EDGES = np.linspace(-Z_LIMIT, Z_LIMIT, BINS + 1)


@dataclass(frozen=True)
class Picture:
    """What can be drawn of one array; z = (actual - expected) / sigma.

    cells    (rows, columns)  largest |z| of the elements in each cell, of all iterations; nan
             where no element has a finite expected value. A vector is a column.
    counts   (BINS + 2,)  elements with z below -Z_LIMIT, in each bin, and above Z_LIMIT; what is
             not finite counts as above
    unknown  elements without a finite expected value: they are in no bin
    steps    (points,)  of a trajectory, largest |z| of each stretch of iterations; else empty
    curve    (points, 3)  of one number an iteration: iteration from 1, actual, expected; else empty
    """

    cells: Array
    counts: Array
    unknown: int
    steps: Array
    curve: Array


Draw = Callable[[Array, Expected, str], Picture]


def array_picture(actual: Array, expected: Expected, dtype: str) -> Picture:
    """Return the picture of an array that fits its expected values; dtype is the candidate's."""
    picture = _picture((1, *actual.shape), actual, expected, dtype)
    return replace(picture, steps=picture.steps[:0])


def trajectory_picture(actual: Array, expected: Expected, dtype: str) -> Picture:
    """Return the picture of an array whose first axis is the iteration, from 1."""
    picture = _picture(actual.shape, actual, expected, dtype)
    return picture if actual.ndim > 1 else replace(picture, curve=_curve(actual, expected.value))


def _picture(shape: tuple[int, ...], actual: Array, expected: Expected, dtype: str) -> Picture:
    """Read the elements once, in blocks; `shape` has the iterations before the array's own axes."""
    steps, rows = shape[0], shape[1] if len(shape) > 1 else 1
    columns = prod(shape[2:])
    points, height, width = min(steps, POINTS), min(rows, CELLS), min(columns, CELLS)
    cells, line = np.full(height * width, np.nan), np.full(points, np.nan)
    counts, start = np.zeros(BINS + 2, dtype=np.int64), 0
    scan = Scan(actual, expected, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for got, value, sigma in scan.blocks(0, actual.size):
            z = _signed(scan, got, value, sigma)
            step, row, column = np.unravel_index(
                np.arange(start, start + z.size), (steps, rows, columns)
            )
            cell = row * height // rows * width + column * width // columns
            np.fmax.at(cells, cell, np.abs(z))
            np.fmax.at(line, step * points // steps, np.abs(z))
            counts += _counted(z)
            start += z.size
    unknown = actual.size - int(counts.sum())
    return Picture(cells.reshape(height, width), counts, unknown, line, np.empty((0, 3)))


def _signed(scan: Scan, actual: Array, value: Array, sigma: Array) -> Array:
    """Return z with its sign; nan where nothing is expected, infinite where it is not finite."""
    z, _ = scan.settled(actual, value, sigma)
    z[~np.isfinite(value) | ~np.isfinite(sigma)] = np.nan
    return np.where(actual < value, -z, z)


def _counted(z: Array) -> Array:
    """Return how many are in each bin; z = Z_LIMIT agrees, and so belongs to the last one."""
    known = z[~np.isnan(z)]
    position = np.clip(np.floor((known + Z_LIMIT) * (BINS / (2 * Z_LIMIT))) + 1, 0, BINS + 1)
    position[known == Z_LIMIT] = BINS
    return np.bincount(position.astype(np.intp), minlength=BINS + 2)


def _curve(actual: Array, expected: Array) -> Array:
    """Return at most POINTS of the iterations, the later ones further apart."""
    steps = len(actual)
    at = np.arange(steps)
    if steps > POINTS:
        at = np.unique(np.round(np.geomspace(1, steps, POINTS)).astype(np.intp)) - 1
    return np.column_stack([at + 1, actual[at], expected[at]])
