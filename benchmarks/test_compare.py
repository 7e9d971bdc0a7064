"""What comparing costs: ours, with error bars, against the field's assertions with constants.

Run it with `pytest benchmarks/test_compare.py --benchmark-enable`; without that option the same
code runs once on small arrays, so that it cannot rot.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from backproof.compare import Expected, compare

SIZE = 20_000_000
SMALL = 200_000
PEERS = {"numpy.testing.assert_allclose": 5.0, "torch.testing.assert_close": 15.0}


@pytest.fixture(scope="module")
def arrays(request: pytest.FixtureRequest) -> tuple[np.ndarray, Expected]:
    """Right float64 numbers, a quarter of a sigma off their expected values."""
    size = SIZE if request.config.getoption("benchmark_enable") else SMALL
    rng = np.random.default_rng(0)
    value = rng.normal(size=size)
    sigma = np.abs(value) * 2.0**-52
    return value + 0.25 * sigma * rng.normal(size=size), Expected(value, sigma)


def peers(actual: np.ndarray, expected: np.ndarray) -> dict[str, Callable[[], Any]]:
    one, other = torch.from_numpy(actual), torch.from_numpy(expected)
    return {  # torch first: its threads go on spinning for a while, and would slow the next down
        "torch.testing.assert_close": lambda: torch.testing.assert_close(one, other),
        "numpy.testing.assert_allclose": lambda: np.testing.assert_allclose(actual, expected),
    }


def judged(actual: np.ndarray, expected: Expected) -> None:
    """Nothing is timed before it is right: a wrong element is found, the right array agrees."""
    assert compare("x", actual, expected, "float64").agrees
    wrong = actual.copy()
    wrong[len(wrong) // 3] *= 1 + 1e-13
    finding = compare("x", wrong, expected, "float64")
    assert (finding.verdict, finding.index) == ("differ", (len(wrong) // 3,))


def test_compare_is_faster_than_assertions(benchmark: Any, arrays: Any) -> None:
    actual, expected = arrays
    judged(actual, expected)
    rivals = peers(actual, expected.value)
    seconds: dict[str, list[float]] = {name: [] for name in rivals}

    def time_the_peers() -> None:  # before each of our rounds: all are interleaved
        for name, assertion in rivals.items():
            start = time.perf_counter()
            assertion()
            seconds[name].append(time.perf_counter() - start)

    finding = benchmark.pedantic(
        compare, ("x", actual, expected, "float64"), setup=time_the_peers, rounds=7
    )
    assert finding.agrees
    if benchmark.disabled:
        return
    for name, wanted in PEERS.items():
        ratio = statistics.median(seconds[name]) / benchmark.stats.stats.median
        benchmark.extra_info[f"times faster than {name}"] = round(ratio, 1)
        print(f"\n{ratio:.1f} times faster than {name}")  # noqa: T201
        assert ratio >= wanted


def test_compare_needs_no_memory_of_its_own(arrays: Any) -> None:
    actual, expected = arrays
    tracemalloc.start()
    try:
        assert compare("x", actual, expected, "float64").agrees
        _, peak = tracemalloc.get_traced_memory()
        np.testing.assert_allclose(actual, expected.value)
        _, peak_of_numpy = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**23  # a few blocks of 65,536 elements, whatever the size
    assert peak_of_numpy > actual.nbytes // 8  # the measurement does see arrays
