"""What a diagnosis costs, and how often it is right.

Run it with `pytest benchmarks/test_diagnosis.py --benchmark-enable -s`; without that option a
little of it runs once, so that it cannot rot.
"""

# ruff: noqa: T201

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.diagnosis import diagnose
from parity_tests.meta.naming import every_mistake, measure
from parity_tests.meta.planted import NETS, exhibits

pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
NETWORKS = Path(__file__).parent.parent / "parity_tests" / "networks"
MOST_SECONDS = 5.0  # for one file of two layers, beyond `import torch`
PAIRS, BOTH = 500, 0.8
FILES = ("no_mean", "squeezed_bias", "cost_without_second_half", "wrong_sign")


@pytest.fixture
def enabled(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("benchmark_enable"))


def seconds(*words: str) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "import" in words[-1] or "because" in done.stdout  # timed only with its reason
    return time.perf_counter() - start


@pytest.mark.parametrize("name", FILES)
def test_the_diagnosis_of_a_file(name: str, benchmark: Any, enabled: bool) -> None:
    if not enabled and name != FILES[0]:
        pytest.skip("one file is enough to try it: --benchmark-enable times all")
    rounds = 3 if enabled else 1
    beyond: list[float] = []

    def judge() -> None:
        alone = seconds("-c", "import torch")
        beyond.append(seconds("-m", "backproof", "check", str(NETWORKS / f"{name}.py")) - alone)

    benchmark.pedantic(judge, rounds=rounds)
    print(f"\n{name}: {np.median(beyond):.2f} s beyond `import torch` (median of {rounds})")
    if enabled:
        assert np.median(beyond) < MOST_SECONDS


def test_pairs(benchmark: Any, enabled: bool) -> None:
    count = PAIRS if enabled else 3
    seen, named, rest = benchmark.pedantic(lambda: measure(count, 1), rounds=1)
    print(f"\n{count} random pairs: {seen} caught, both named in {named}", *rest[:20], sep="\n")
    assert seen == count
    assert named >= BOTH * count


def test_every_mistake(benchmark: Any, enabled: bool) -> None:
    nets = NETS if enabled else NETS[:1]
    counts = benchmark.pedantic(lambda: [every_mistake(net) for net in nets], rounds=1)
    planted, unseen = sum(c.planted for c in counts), sum(len(c.unseen) for c in counts)
    misnamed = sum(len(c.misnamed) for c in counts)
    print(f"\n{planted} planted in {len(nets)} networks: {unseen} unseen, {misnamed} misnamed")
    assert unseen == 0
    assert misnamed <= 0.02 * planted


def test_the_innocent(benchmark: Any, enabled: bool) -> None:
    seeds = range(100 if enabled else 2)
    drawn = [exhibits(net, (), seed=seed) for net in NETS for seed in seeds]
    accused = benchmark.pedantic(lambda: [diagnose(shown) for shown in drawn], rounds=1)
    print(f"\n{len(drawn)} right networks: {sum(one is not None for one in accused)} accused")
    assert all(one is None for one in accused)
