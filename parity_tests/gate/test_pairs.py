"""Pairs of computations, by a clock of our own: every run takes as long as it says."""

from collections.abc import Callable
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

from backproof.gate import pairs
from backproof.gate.bounds import median
from backproof.gate.pairs import calls_in, log_ratios, sample, slowed

READING = 1e-8  # seconds that it takes to read the clock


class Clock:
    """A clock that stands still but for what is run, and for being read."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []
        self.wear = 0.0  # by which everything becomes slower, per second

    def __call__(self) -> float:
        self.now += READING
        return self.now

    def work(self, name: str, seconds: float) -> Callable[[], None]:
        def run() -> None:
            self.now += seconds * (1 + self.wear * self.now)
            self.log.append(name)

        return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pairs, "time", SimpleNamespace(perf_counter=clock))
    return clock


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.05, 3.0])
def test_a_ratio_is_what_it_is(factor: float, clock: Clock) -> None:
    ratios = log_ratios(clock.work("a", 3e-5), clock.work("b", 3e-5 * factor), 0.2, Random(0))
    assert median(ratios) == pytest.approx(np.log(factor), abs=1e-3)
    assert len(ratios) > 10


def test_a_machine_that_slows_down_meets_both(clock: Clock) -> None:
    clock.wear = 1.0  # half as fast after a second
    ratios = log_ratios(clock.work("a", 3e-5), clock.work("b", 3e-5), 1.0, Random(0))
    assert abs(median(ratios)) < 5e-3
    one, then_the_other = sample(clock.work("a", 3e-5), 10**4), sample(clock.work("b", 3e-5), 10**4)
    assert then_the_other / one > 1.05  # one block after the other would have called it slower


def test_a_slowed_copy_is_slower_by_what_it_says(clock: Clock) -> None:
    work = clock.work("a", 3e-5)
    ratios = log_ratios(work, slowed(work, 0.06), 0.2, Random(0))
    assert median(ratios) == pytest.approx(np.log(1.06), abs=2e-3)


def test_both_are_called_equally_often_and_in_either_order(clock: Clock) -> None:
    log_ratios(clock.work("a", 1e-3), clock.work("b", 1e-3), 1.0, Random(0))
    paired = "".join(clock.log).lstrip("a").lstrip("b")  # without those that only count calls
    assert abs(paired.count("a") - paired.count("b")) <= 1
    assert {"abba", "baab"} <= {paired[k : k + 4] for k in range(len(paired))}


def test_a_slow_computation_is_measured_at_least_once(clock: Clock) -> None:
    assert len(log_ratios(clock.work("a", 10.0), clock.work("b", 10.0), 0.2, Random(0))) == 1


@pytest.mark.parametrize("seconds", [1e-6, 2.6e-5, 1e-3, 0.5])
def test_a_sample_takes_about_a_millisecond(seconds: float, clock: Clock) -> None:
    calls = calls_in(clock.work("a", seconds))
    assert calls == max(1, round(1e-3 / seconds)) or abs(calls * seconds - 1e-3) < 5e-5
    before = len(clock.log)
    sample(clock.work("a", seconds), calls)
    assert len(clock.log) - before == calls
