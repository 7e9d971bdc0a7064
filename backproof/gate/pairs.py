"""Two computations timed against each other, in one process: ratios, never times.

Samples of about a millisecond, the one first or the other by the toss of a coin, so that whatever
else the machine does meets both; the median of five such pairs is one measurement.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable
from random import Random

SAMPLE = 1e-3  # seconds of one sample
PAIRS = 5  # whose median is one measurement
WARM_UP = 0.02  # seconds before anything counts

Run = Callable[[], object]


def calls_in(run: Run, seconds: float = SAMPLE) -> int:
    """Return how many calls take about so many seconds, at least one; warms up on the way."""
    calls, end = 1, time.perf_counter() + WARM_UP
    while True:
        took = sample(run, calls)
        if time.perf_counter() > end:
            return max(1, round(calls * seconds / took))
        if took < seconds:
            calls *= 2


def sample(run: Run, calls: int) -> float:
    """Return the seconds of so many calls."""
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start


def log_ratios(base: Run, head: Run, seconds: float, rng: Random) -> list[float]:
    """Return ln(time of head / time of base), measured again and again for about `seconds`.

    Both are called equally often.  At least one measurement is made, however long it takes.
    """
    calls = calls_in(base)
    found: list[float] = []
    calls_in(head)
    collects = gc.isenabled()
    gc.disable()
    try:
        end = time.perf_counter() + seconds
        while not found or time.perf_counter() < end:
            pairs = [_pair(base, head, calls, rng) for _ in range(PAIRS)]
            found.append(statistics.median(math.log(later / before) for before, later in pairs))
    finally:
        if collects:
            gc.enable()
    return found


def _pair(base: Run, head: Run, calls: int, rng: Random) -> tuple[float, float]:
    """Return the seconds of base and of head, measured in either order."""
    if rng.random() < 0.5:
        before = sample(base, calls)
        return before, sample(head, calls)
    later = sample(head, calls)
    return sample(base, calls), later


def slowed(run: Run, by: float) -> Run:
    """Return a computation that takes (1 + by) times as long as `run`: each call is followed by
    idle turning for the share `by` of what it took."""

    def slower() -> None:
        start = time.perf_counter()
        run()
        now = time.perf_counter()
        end = now + by * (now - start)
        while now < end:
            now = time.perf_counter()

    return slower
