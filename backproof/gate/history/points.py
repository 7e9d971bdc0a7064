"""Where a series of numbers changes: Pettitt's test, on the whole and then on its parts.

A. N. Pettitt, A non-parametric approach to the change-point problem, Applied Statistics 28 (1979)
126-135.  It asks nothing of the distribution, and one outlier moves nothing.
"""

import math
import statistics
from collections.abc import Sequence

RARE = 0.01  # how often a series in which nothing changes may seem to


def change_points(values: Sequence[float]) -> list[int]:
    """Return the positions of the first values after each change, in order.

    Values that are not finite count as neither larger nor smaller than any other.
    """
    return sorted(_within(values, 0))


def _within(values: Sequence[float], start: int) -> list[int]:
    n, height = len(values), _height(values)
    if n < 2 or 2 * math.exp(-6 * height**2 / (n**3 + n**2)) > RARE:
        return []
    at = min(range(1, n), key=lambda t: _spread(values[:t]) + _spread(values[t:]))
    return [start + at, *_within(values[:at], start), *_within(values[at:], start + at)]


def _height(values: Sequence[float]) -> int:
    """Return how many more pairs across a split are ordered one way, at the split with most."""
    total, heights = 0, [0]
    for value in values[:-1]:
        total += sum((value > other) - (value < other) for other in values)
        heights.append(abs(total))
    return max(heights)


def _spread(values: Sequence[float]) -> float:
    """Return the distances from the median, added up."""
    finite = [value for value in values if math.isfinite(value)]
    middle = statistics.median(finite) if finite else 0.0
    return math.fsum(abs(value - middle) for value in finite)
