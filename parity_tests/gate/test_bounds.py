"""The bounds of a median hold as often as they say, and no tighter ones would."""

import math
from random import Random

import pytest

from backproof.gate.bounds import CONFIDENCE, FEWEST, bounds, median, rank


@pytest.mark.parametrize("n", [8, 9, 31, 60, 240, 999])
def test_the_rank_is_the_largest_one_allowed(n: int) -> None:
    def tail(k: int) -> float:
        return sum(math.comb(n, heads) for heads in range(k)) / 2**n

    assert tail(rank(n)) <= 1 - CONFIDENCE < tail(rank(n) + 1)


def test_many_measurements_are_bounded_about_as_tightly() -> None:
    assert rank(999) - 1 <= rank(1000) <= rank(999) + 1
    assert 940 <= rank(2000) < 1000


def test_a_few_bound_nothing() -> None:
    assert bounds([1.0] * (FEWEST - 1)) == (-math.inf, math.inf)
    assert bounds(list(range(FEWEST))) == (0, FEWEST - 1)


def test_bounds_hold_as_often_as_they_say() -> None:
    rng = Random(1)
    draws = [[rng.expovariate(1.0) for _ in range(40)] for _ in range(4000)]
    above = sum(bounds(draw)[0] > math.log(2) for draw in draws)  # the median of the distribution
    below = sum(bounds(draw)[1] < math.log(2) for draw in draws)
    assert 0 < above < 4000 * (1 - CONFIDENCE) * 2
    assert 0 < below < 4000 * (1 - CONFIDENCE) * 2


def test_the_median() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0, 2.0, 3.0]) == 2.5
