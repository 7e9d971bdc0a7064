"""Pairs of real computations: what takes half as long again is seen to, whoever goes first."""

from random import Random

import numpy as np

from backproof.gate.bounds import median
from backproof.gate.pairs import calls_in, log_ratios, sample, slowed

ARRAY = np.arange(2000.0)


def work() -> np.ndarray:
    return np.sqrt(ARRAY)


def thrice() -> None:
    for _ in range(3):
        np.sqrt(ARRAY)


def test_three_times_the_work_takes_longer() -> None:
    assert median(log_ratios(work, thrice, 0.3, Random(0))) > np.log(1.5)


def test_and_the_other_way_round() -> None:
    assert median(log_ratios(thrice, work, 0.3, Random(0))) < -np.log(1.5)


def test_a_slowed_copy_is_slower() -> None:
    assert median(log_ratios(work, slowed(work, 2.0), 0.3, Random(0))) > np.log(1.5)


def test_both_are_called_equally_often_and_in_either_order() -> None:
    called: list[str] = []
    ratios = log_ratios(lambda: called.append("a"), lambda: called.append("b"), 0.02, Random(0))
    text = "".join(called)
    assert ratios
    assert "ab" in text
    assert "ba" in text
    tail = len(text) // 2  # after the calls that count calls
    assert abs(text[tail:].count("a") / len(text[tail:]) - 0.5) < 0.2


def test_a_slow_computation_is_measured_at_least_once() -> None:
    calls = []
    ratios = log_ratios(lambda: calls.append(1), lambda: calls.append(2), 0.0, Random(0))
    assert len(ratios) == 1


def test_a_sample_makes_the_calls_that_it_says() -> None:
    calls: list[int] = []
    assert sample(lambda: calls.append(1), 7) > 0
    assert len(calls) == 7
    assert calls_in(work) >= 1
