"""The clock: samples of about a millisecond, of all contenders in turn, in one process.

A round takes one sample of every contender, in an order drawn anew, so that whatever else the
machine does meets all of them: ratios within a round hold where times alone do not.
"""

import gc
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from random import Random

from backproof.bench.judging import RefusedError
from backproof.bench.work import Parameters, Work

SAMPLE = 1e-3  # seconds
UNFINISHED = 0.5  # share of a sample that work may take after it, beyond looking at the result
UNSTEADY = 0.2  # share of the time of looking by which it differs from one look to the next
TRIES, FEW_TRIES = 5, 2  # of which the shortest counts: something else may have come in between
SPARE_THREADS = 0.1  # beyond those allowed: what Python's and the system's own may take
POOLS = 2  # NumPy's and torch's, each of whose threads wait busily for a moment after their work
TICK = 10e-3  # seconds: by so much may the system's count of a running thread's time be late
CALM = 5e-3  # seconds of a call that brings its data into the cache by itself
LONG = 0.05  # seconds of a sample from which there are few tries

Sampler = Callable[[Work, int], float]


def sample(work: Work, calls: int) -> float:
    """Return the seconds of so many calls, until all is done."""
    run, wait = work.run, work.wait
    began = time.perf_counter()
    for _ in repeat(None, calls):
        run()
    wait()
    return time.perf_counter() - began


def warmed_up(work: Work, seconds: float, sampler: Sampler = sample) -> int:
    """Run for at least so many seconds; return how many calls make a sample, at least one."""
    calls, end = 1, time.perf_counter() + seconds
    while True:
        took = sampler(work, calls)
        refuse_no_time(took)
        if time.perf_counter() >= end and (took >= SAMPLE / 4 or calls >= 1 << 20):
            return max(1, round(calls * SAMPLE / took))
        if took < SAMPLE:
            calls *= 2


class Contender:
    """Work that takes part in the rounds.

    steps    that a call does: `samples` holds seconds of one step
    busy     seconds of processor that all threads of this process took, elapsed: of the samples
    refused  why it was thrown out, a clause
    """

    def __init__(self, name: str, work: Work, steps: int = 1, sampler: Sampler = sample) -> None:
        """Nothing is run yet."""
        self.name, self.work, self.steps, self.sampler = name, work, steps, sampler
        self.calls = 1
        self.busy = self.elapsed = 0.0
        self.samples: list[float] = []
        self.refused = ""

    def take(self, parameters: Parameters) -> None:
        """Take a sample from these parameters; one call before it brings data into the cache,
        unless a call is so long that this makes no difference."""
        self.work.start(parameters)
        if not self.samples or self.samples[-1] * self.steps < CALM:
            self.work.run()
        self.work.wait()
        began, busy = time.perf_counter(), time.process_time()
        took = self.sampler(self.work, self.calls)
        self.busy += time.process_time() - busy
        self.elapsed += time.perf_counter() - began
        refuse_no_time(took)
        self.samples.append(took / (self.calls * self.steps))

    def attempt(self, what: Callable[[], object]) -> None:
        """Do something with its work; what fails throws it out, with a clause that says why."""
        try:
            what()
        except RefusedError as error:
            self.refused = str(error)
        except Exception as error:  # somebody's code: whatever it does
            first = str(error).strip().partition("\n")[0]
            self.refused = f"it failed: {type(error).__name__}: {first}".rstrip(": ")
        if self.refused:
            self.samples.clear()


def rounds(
    contenders: Sequence[Contender],
    parameters: Parameters,
    seconds: float,
    fewest: int,
    rng: Random,
) -> None:
    """Take rounds for about so many seconds, and at least `fewest`, however long that takes."""
    end, done = time.perf_counter() + seconds, 0
    with _without_collector():
        while done < fewest or time.perf_counter() < end:
            order = [c for c in contenders if not c.refused]
            rng.shuffle(order)
            for contender in order:
                contender.attempt(lambda c=contender: c.take(parameters))  # type: ignore[misc]
            done += 1
            if not order:
                return
    shortest = min(len(c.samples) for c in contenders if not c.refused) if contenders else 0
    assert all(len(c.samples) == shortest for c in contenders if not c.refused)


def refuse_no_time(seconds: float) -> None:
    """Raise RefusedError for a time that is none: zero, negative or not a number."""
    if not math.isfinite(seconds) or seconds <= 0:
        raise RefusedError(f"its clock shows {seconds:g} seconds")


def refuse_more_threads(contender: Contender, threads: int) -> None:
    """Raise RefusedError where more threads computed than everybody may have."""
    allowed = threads if threads == 1 else POOLS * threads
    if allowed >= (os.cpu_count() or 1) > 1:
        return  # no more can be busy
    used = contender.busy / contender.elapsed if contender.elapsed else 0.0
    if contender.busy > (allowed + SPARE_THREADS) * contender.elapsed + allowed * TICK:
        raise RefusedError(f"it kept {used:.2f} threads busy, where everybody has {threads}")


def refuse_unfinished(contender: Contender, parameters: Parameters) -> None:
    """Raise RefusedError where work goes on after the clock has stopped.

    Looking at the result takes no longer after a sample than when nothing is being done.
    """
    work, calls = contender.work, contender.calls
    later, idle, took = [], [], []
    work.wait()
    looking = _seconds(work.result)
    short = max(contender.samples[0] * contender.steps * calls, looking) < LONG
    for _ in range(TRIES if short else FEW_TRIES):
        work.start(parameters)
        took.append(contender.sampler(work, calls))
        later.append(_seconds(work.result))
        idle.append(_seconds(work.result))
    beyond = min(later) - statistics.median(idle)
    unsteady = UNSTEADY * statistics.median(idle)
    if beyond > UNFINISHED * max(min(took), SAMPLE) + unsteady:
        raise RefusedError(
            f"it goes on after the clock has stopped: {beyond:.1e} s after {min(took):.1e} s"
        )


def _seconds(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


@contextmanager
def _without_collector() -> Iterator[None]:
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
