"""The benchmarks: what is wrong, not done, or faster than it can be, gets no time."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest

import impl_numpy
from backproof.bench import clock, floor
from backproof.bench.clock import Contender
from backproof.bench.implementations import ours
from backproof.bench.judging import Judge, RefusedError
from backproof.bench.measuring import measured
from backproof.bench.numpy_works import NUMPY, _Forward, _Step, _Trainer
from backproof.bench.result import PRODUCTS, Settings
from backproof.bench.torch_works import _make
from backproof.bench.work import Implementation, Parameters, Work
from backproof.bench.workload import (
    BACKWARD,
    FORWARD,
    KINDS,
    STEP,
    TRAINING,
    Workload,
    square,
)
from backproof.case import Inputs
from backproof.trace import Trace

BRIEF = Settings(seconds=0.01, fewest=8, warm_up=0.001)
NET = Workload((5, 7, 1), 11, "float64")
WIDE = square(192, 64)


def one_of(name: str, make: Callable[[Inputs], object], *kinds: str) -> Implementation:
    return Implementation(name, lambda _, inputs: make(inputs), kinds or (STEP,))  # type: ignore


def refusal(make: Callable[[Inputs], object], workload: Workload = NET) -> str:
    """Return why an implementation gets no time; "" where it does."""
    timing, *_ = measured(workload, [one_of("planted", make, workload.kind)], BRIEF)
    assert bool(timing.samples) != bool(timing.refused)
    return timing.refused


# --- planted faults --------------------------------------------------------------------------


class Faulty(_Step):
    """A network one of whose steps is spoilt."""

    def start(self, parameters: Parameters) -> None:
        super().start(parameters)
        steps = replace(impl_numpy.STEPS, bias_gradient=lambda dZ: dZ.sum(axis=1, keepdims=True))
        self._iterations = impl_numpy.iterate(self._X, self._Y, self._parameters, 0.1, steps=steps)


class SlightlyOff(_Trainer):
    """The right step, and one weight off by 1e-12 of itself."""

    def result(self) -> Trace:
        found = super().result()
        found["W2"][0, 3] *= 1 + 1e-12
        return found


class Remembers(_Step):
    """Does nothing but give back what it once computed."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        super().start(inputs.parameters)
        super().run()

    def start(self, parameters: Parameters) -> None:
        pass

    def run(self) -> None:
        pass


class RemembersByParameters(Remembers):
    """The same, for every set of parameters it is asked for: the right answers, no work."""

    def start(self, parameters: Parameters) -> None:
        _Step.start(self, parameters)
        _Step.run(self)


class RemembersSlowly(Remembers):
    """The same, and takes its time over it."""

    def run(self) -> None:
        end = time.perf_counter() + 1e-4
        while time.perf_counter() < end:
            pass


class DoesNothing(_Trainer):
    """Leaves the parameters where they are, and has right gradients."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        self._trainer.step()
        self._grads = self._trainer.grads
        self.run = lambda: None  # type: ignore[method-assign]


class AnotherThread(_Step):
    """Comes back at once, while a thread of its own sleeps and then works."""

    def start(self, parameters: Parameters) -> None:
        self._threads: list[threading.Thread] = []
        super().start(parameters)

    def run(self) -> None:
        before = self._threads[-1:]

        def work() -> None:
            for thread in before:
                thread.join()
            time.sleep(0.01)
            _Step.run(self)

        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()

    def result(self) -> Trace:
        for thread in self._threads:
            thread.join()
        return super().result()


class SpoilsItsData(_Step):
    """Changes X after its first steps."""

    count = 0

    def run(self) -> None:
        super().run()
        self.count += 1
        if self.count == 3:
            self._X *= 1.01


class StopsMoving(_Trainer):
    """Does the first step only, until it is started anew."""

    def start(self, parameters: Parameters) -> None:
        super().start(parameters)
        self._done = False
        self.run = self._first  # type: ignore[method-assign]

    def _first(self) -> None:
        if not self._done:
            self._trainer.step()
        self._done = True


class SkipsSteps(_Trainer):
    """Its own loop does half of the steps it is asked for."""

    def advance(self, steps: int) -> None:
        super().advance(max(1, steps // 2))


class SkipsManySteps(_Trainer):
    """Its own loop does no more than 30."""

    def advance(self, steps: int) -> None:
        super().advance(min(steps, 30))


class CachesForward(_Forward):
    """Computes the forward pass when it is started, and not when it is run."""

    def start(self, parameters: Parameters) -> None:
        super().start(parameters)
        super().run()

    def run(self) -> None:
        pass


class Breaks(_Step):
    """Fails in its twelfth step."""

    count = 0

    def run(self) -> None:
        self.count += 1
        if self.count == 12:
            raise MemoryError("no more")
        super().run()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Faulty, "db2 is wrong"),
        (SlightlyOff, "W2 is wrong"),
        (RemembersSlowly, "is wrong"),
        (DoesNothing, "W1 is wrong"),
        (AnotherThread, "goes on after the clock"),
        (SpoilsItsData, "is wrong"),
        (Breaks, "it failed: MemoryError: no more"),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_what_is_wrong_gets_no_time(make: Callable[[Inputs], object], words: str) -> None:
    assert words in refusal(make)


@pytest.mark.parametrize("make", [Remembers, RemembersByParameters, StopsMoving])
def test_what_is_faster_than_the_hardware_gets_no_time(
    make: Callable[[Inputs], object],
) -> None:
    assert "less than the hardware allows" in refusal(make, WIDE)


def test_a_forward_pass_that_was_kept_gets_no_time() -> None:
    assert "less than the hardware allows" in refusal(CachesForward, replace(WIDE, kind=FORWARD))


@pytest.fixture
def short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backproof.bench.workload.STEPS", 50)


@pytest.mark.usefixtures("short_training")
@pytest.mark.parametrize(("make", "steps"), [(SkipsSteps, "20 steps"), (SkipsManySteps, "50")])
def test_a_loop_that_skips_steps_gets_no_time(make: Callable[[Inputs], object], steps: str) -> None:
    said = refusal(make, replace(NET, kind=TRAINING))
    assert said.startswith(steps)
    assert "at once are not" in said


def test_an_implementation_that_cannot_be_made_is_refused() -> None:
    def fails(_: Inputs) -> object:
        raise ValueError("no such thing")

    assert refusal(fails) == "it could not be made: ValueError: no such thing"


def test_what_shows_nothing_cannot_be_judged() -> None:
    class Silent(_Step):
        def result(self) -> Trace:
            return {}

    assert "shows no W1" in refusal(Silent)


@pytest.mark.parametrize("seconds", [float("nan"), 0.0, -1.0, float("inf")])
def test_a_time_that_is_none_is_an_error(seconds: float) -> None:
    judge = Judge(NET, 0)
    contender = Contender("x", _Step(judge.inputs), sampler=lambda *_: seconds)
    contender.attempt(lambda: contender.take(judge.inputs.parameters))
    assert "its clock shows" in contender.refused
    assert contender.samples == []


class TwoThreads(_Step):
    """Keeps a second thread busy while it works."""

    def run(self) -> None:
        other = threading.Thread(target=hashlib.sha256, args=(bytes(2_000_000),))
        other.start()
        hashlib.sha256(bytes(2_000_000))
        super().run()
        other.join()


def test_more_threads_than_stated_are_an_error() -> None:
    judge = Judge(NET, 0)
    contender = Contender("x", TwoThreads(judge.inputs))
    contender.take(judge.inputs.parameters)
    clock.refuse_more_threads(contender, 2)
    contender.elapsed = 1.0
    contender.busy = 1.5  # on a busy machine two threads may get one core
    with pytest.raises(RefusedError, match=r"kept 1\.50 threads busy, where everybody has 1"):
        clock.refuse_more_threads(contender, 1)


def test_what_the_system_counts_late_is_no_thread() -> None:
    contender = Contender("x", _Step(Judge(NET, 0).inputs))
    contender.elapsed, contender.busy = 30e-3, 40e-3
    clock.refuse_more_threads(contender, 1)
    contender.busy = 60e-3
    with pytest.raises(RefusedError, match=r"kept 2\.00 threads busy"):
        clock.refuse_more_threads(contender, 1)


def test_a_run_counts_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backproof.bench.clock.time.process_time", lambda: 100 * time.monotonic())
    assert "threads busy, where everybody has 1" in refusal(_Step)


def test_wrong_products_are_refused() -> None:
    products = floor.Products(NET)
    products.run()
    products.refuse_wrong()
    products.result()["1"][0, 0] *= 1 + 1e-12
    with pytest.raises(RefusedError, match="is wrong"):
        products.refuse_wrong()


def test_tf32_is_told_from_float32_by_the_products() -> None:
    products = floor.Products(square(64, 64))
    products.run()
    for value in products.result().values():
        value[...] = (value.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)
    with pytest.raises(RefusedError, match="is wrong"):
        products.refuse_wrong()


# --- what is right gets a time ---------------------------------------------------------------


@pytest.mark.usefixtures("short_training")
@pytest.mark.parametrize("kind", KINDS)
def test_ours_are_timed(kind: str) -> None:
    workload = Workload((6, 5, 1), 4, "float32", kind)
    timings = {t.implementation: t for t in measured(workload, ours(), BRIEF)}
    expected = {STEP: {"numpy", "numpy trainer", "torch eager", "torch foreach", "torch fused"}}
    expected[FORWARD] = expected[BACKWARD] = {"numpy", "torch eager"}
    expected[TRAINING] = {"numpy", "numpy trainer", "torch eager"}
    for name in expected[kind] | {PRODUCTS}:
        timing = timings[name]
        assert (timing.refused, timing.absent) == ("", "")
        assert len(timing.samples) >= 5
        assert len(timing.samples) == len(timings[PRODUCTS].samples)
        assert all(0 < s < 10 for s in timing.samples)
    if kind == STEP:
        assert timings["torch compiled"].absent == "it takes many seconds to compile: --full"
        assert timings["numpy"].memory > timings["numpy trainer"].memory >= 0
        assert timings["torch eager"].memory > 0


def test_rounds_take_one_sample_of_each_in_changing_order() -> None:
    order: list[str] = []
    judge = Judge(NET, 0)

    class Named(_Step):
        def run(self) -> None:
            super().run()
            order.append(self.name)

    contenders = []
    for name in "abc":
        work = Named(judge.inputs)
        work.name = name
        contenders.append(Contender(name, work))
    clock.rounds(contenders, judge.inputs.parameters, 0.0, 12, Random(1))
    by_round = [tuple(order[k : k + 6 : 2]) for k in range(0, len(order), 6)]
    assert len(by_round) == 12
    assert all(sorted(names) == ["a", "b", "c"] for names in by_round)
    assert len(set(by_round)) > 2


def test_one_that_fails_does_not_end_the_others() -> None:
    breaks, right, _ = measured(NET, [one_of("breaks", Breaks), NUMPY], BRIEF)
    assert breaks.refused
    assert right.samples


def test_memory_sees_an_array() -> None:
    class Large(_Step):
        def run(self) -> None:
            self.scratch = np.zeros(100_000)
            self.second = self.scratch + 1
            super().run()

    small, large, _ = measured(NET, [NUMPY, one_of("large", Large)], BRIEF)
    assert small.memory < 100_000 < 800_000 < large.memory < 3_000_000


# --- narrow precisions, which are timed on CUDA, judged here on the CPU ----------------------


class Doubled:
    """Work whose gradients are twice what they should be."""

    def __init__(self, work: Work) -> None:
        self._work, self.preparing = work, 0.0
        self.start, self.run, self.wait = work.start, work.run, work.wait

    def result(self) -> Trace:
        return {n: v * (2 if n[0] == "d" else 1) for n, v in self._work.result().items()}


@pytest.mark.parametrize("kind", [STEP, FORWARD, BACKWARD])
@pytest.mark.parametrize("precision", ["bfloat16", "tf32"])
def test_narrow_precisions_are_judged_by_their_own_bars(precision: str, kind: str) -> None:
    workload = Workload((16, 12, 1), 8, precision, kind)
    judge = Judge(workload, 0)
    work = _make("cpu", "eager", workload, judge.inputs.copy())
    judge.before(work)
    work.run()
    judge.after(work)
    if kind != FORWARD:
        with pytest.raises(RefusedError, match="dW2 is wrong"):
            judge.before(Doubled(work))


class OneRow:
    """Work whose dW1 has a row that was never written."""

    def __init__(self, work: Work) -> None:
        self._work, self.preparing = work, 0.0
        self.start, self.run, self.wait = work.start, work.run, work.wait

    def result(self) -> Trace:
        found = self._work.result()
        dW1 = found["dW1"].copy()
        dW1[17] = 0
        return found | {"dW1": dW1}


def test_of_a_large_array_some_elements_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backproof.bench.judging.SEEN", 1000)
    workload = square(64, 16)
    judge = Judge(workload, 0)
    work = _make("cpu", "eager", workload, judge.inputs.copy())
    judge.before(work)
    assert judge._expected[id(judge.inputs)]["dW1"].value.shape == (1000,)
    assert judge._expected[id(judge.inputs)]["db1"].value.shape == (64, 1)
    with pytest.raises(RefusedError, match="dW1 is wrong"):
        judge.before(OneRow(work))


def test_bfloat16_is_no_float32() -> None:
    workload = Workload((16, 12, 1), 8, "float32")
    narrow = _make("cpu", "eager", replace(workload, precision="bfloat16"), workload.inputs(0))
    with pytest.raises(RefusedError, match="is wrong"):
        Judge(workload, 0).before(narrow)
