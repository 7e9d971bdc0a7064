"""The median of some measurements, and how far off it may be."""

import math
from collections.abc import Sequence
from functools import cache

CONFIDENCE = 0.995  # of each bound, one-sided
FEWEST = 8  # measurements of which the smallest and the largest are bounds: 2^-8 < 1 - CONFIDENCE


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """Return a lower and an upper bound of the median that they were drawn around.

    Each holds with probability CONFIDENCE, whatever the distribution: the k-th smallest of n values
    lies above the median as often as fewer than k of n coins fall heads.  Fewer than FEWEST values
    bound nothing: minus and plus infinity.
    """
    ordered, k = sorted(values), rank(len(values))
    return (ordered[k - 1], ordered[-k]) if k else (-math.inf, math.inf)


@cache
def rank(n: int) -> int:
    """Return the largest k such that fewer than k of n coins fall heads at most so seldom; or 0."""
    rare, tail, k = (1 - CONFIDENCE) * 2.0**n if n < 1000 else math.inf, 0, 0
    if n >= 1000:  # the numbers would overflow: the normal approximation, rounded down
        return math.floor(n / 2 - 2.576 * math.sqrt(n) / 2)
    while True:
        tail += math.comb(n, k)
        if tail > rare:
            return k
        k += 1
