"""What a training step costs: NumPy, PyTorch in its modes, and peers where they are installed.

Run it with `pytest benchmarks/test_steps.py --benchmark-enable`; without that option each runs once
on a small network, so that it cannot rot.  Nothing is timed before it is judged, and what was timed
is judged again.  Before each round of an implementation one is taken of impl_numpy's trainer and
one of the matrix products alone: the ratios in extra_info are of rounds side by side.
`backproof bench` measures all of them side by side, in a process of its own.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from backproof.bench import floor
from backproof.bench.clock import (
    Contender,
    refuse_more_threads,
    refuse_unfinished,
    warmed_up,
)
from backproof.bench.implementations import of_file, ours
from backproof.bench.judging import Judge
from backproof.bench.numpy_works import NUMPY, NUMPY_TRAINER
from backproof.bench.result import PRODUCTS
from backproof.bench.sampling import environment_of
from backproof.bench.work import Implementation
from backproof.bench.workload import STEP, TRAINING, Workload, quick, small
from backproof.gate.bounds import median

# torch's own warning, on importing its compiler
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
PEERS = Path(__file__).with_name("peers.py")
ROUNDS, WARM_UP = 31, 0.1  # rounds; seconds
THREADS = 1  # of everything: run it with OMP_NUM_THREADS=1, or NumPy's BLAS takes more


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "workload" not in metafunc.fixturenames:
        return
    enabled = metafunc.config.getoption("benchmark_enable")
    pairs = [
        (workload, one)
        for workload in (quick() if enabled else small())
        for one in [*ours(), *of_file(PEERS)]
        if workload.kind in one.kinds and (enabled or not one.slow)
    ]
    ids = [f"{workload.kind}, {workload.words}, {one.name}" for workload, one in pairs]
    metafunc.parametrize(("workload", "one"), pairs, ids=ids)


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Torch computes on as many threads as everybody."""
    for name, value in environment_of(THREADS).items():
        monkeypatch.setenv(name, value)  # jax reads it when it starts
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    yield
    torch.set_num_threads(before)


def contender(one: Implementation, workload: Workload, judge: Judge) -> Contender:
    """Return an implementation's work, judged and warmed up; skip where it cannot be had."""
    why = one.why_not(workload)
    if why:
        pytest.skip(why)
    work, _ = one.work(workload, judge.inputs)
    judge.before(work)
    found = Contender(one.name, work, workload.steps)
    found.calls = warmed_up(work, WARM_UP)
    return found


def test_work(benchmark: Any, workload: Workload, one: Implementation) -> None:
    judge = Judge(workload, 0)
    timed = contender(one, workload, judge)
    base = NUMPY_TRAINER if workload.kind in (STEP, TRAINING) else NUMPY
    beside = [contender(base, workload, judge)]
    beside += [Contender(PRODUCTS, floor.products_of(workload, "cpu"))]
    start = judge.inputs.parameters

    def before_each_round() -> None:
        for other in beside:
            other.take(start)
        timed.work.start(start)
        timed.work.wait()

    def a_sample() -> None:
        for _ in range(timed.calls):
            timed.work.run()
        timed.work.wait()

    rounds = ROUNDS if benchmark.enabled else 1
    benchmark.pedantic(a_sample, setup=before_each_round, rounds=rounds)
    timed.take(start)
    if benchmark.enabled:
        refuse_more_threads(timed, THREADS)
    refuse_unfinished(timed, start)
    judge.after(timed.work)
    if benchmark.disabled:
        return
    step = timed.calls * timed.steps
    seconds = benchmark.stats.stats.median / step
    floor.refuse_impossible(workload, one.device, seconds)
    ratio = partial(_ratio, [t / step for t in benchmark.stats.stats.data])
    benchmark.extra_info.update(
        {
            "calls in a sample": timed.calls,
            "steps in a call": timed.steps,
            "threads": THREADS,
            "microseconds a step": seconds * 1e6,
            f"times as long as {base.name}": ratio(beside[0]),
            "share of the matrix products": 1 / ratio(beside[1]),
            "seconds of compiling": timed.work.preparing,
        }
    )


def _ratio(seconds: list[float], other: Contender) -> float:
    return median([a / b for a, b in zip(seconds, other.samples, strict=True)])
