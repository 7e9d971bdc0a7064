"""The process that measures: `python -m backproof.bench.measuring ORDER`.

ORDER is one in JSON.  Each line that comes back has the timings of a workload, as plain data, and
the one after it the environment; the last line has the peaks.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from backproof.bench import clock, cuda, floor, memory
from backproof.bench.clock import Contender
from backproof.bench.implementations import of_file, ours
from backproof.bench.judging import Judge, RefusedError
from backproof.bench.order import Order, order_of
from backproof.bench.result import (
    CUDA_PRODUCTS,
    PRODUCTS,
    Settings,
    Timing,
    environment,
    plain,
)
from backproof.bench.work import Implementation
from backproof.bench.workload import TRAINING, Workload
from backproof.errors import BackproofError

FEWEST_TRAININGS = 5  # rounds: each takes long, and its many steps are a mean already


def measured(
    workload: Workload, implementations: Sequence[Implementation], settings: Settings
) -> list[Timing]:
    """Return a timing of each implementation on a workload, and those of the products alone."""
    judge = Judge(workload, settings.seed)
    timings: list[Timing] = []
    field_of: list[tuple[Timing, Contender, Implementation | None]] = []
    for one in (one for one in implementations if workload.kind in one.kinds):
        timing, contender = _made(one, workload, judge, settings)
        timings.append(timing)
        if contender is not None:
            field_of.append((timing, contender, one))
    for name, device in ((PRODUCTS, "cpu"), (CUDA_PRODUCTS, "cuda")):
        if any(timing.device == device for timing, *_ in field_of):
            products = floor.products_of(workload, device)
            contender = Contender(name, products, sampler=_sampler(device))
            field_of.append((Timing(name, workload, device=device), contender, None))
    contenders = [contender for _, contender, _ in field_of]
    _timed(contenders, judge, settings)
    done = {
        timing.implementation: _concluded(timing, contender, one, judge, contenders, settings)
        for timing, contender, one in field_of
    }
    kept = [done.pop(timing.implementation, timing) for timing in timings]
    return [*kept, *done.values()]


def _made(
    one: Implementation, workload: Workload, judge: Judge, settings: Settings
) -> tuple[Timing, Contender | None]:
    """Make an implementation's work and judge it; without a contender where it takes no part."""
    timing = Timing(one.name, workload, device=one.device)
    why = one.why_not(workload)
    if not why and one.slow and not settings.full:
        why = "it takes many seconds to compile: --full"
    if why:
        return replace(timing, absent=why), None
    try:
        work, making = one.work(workload, judge.inputs)
    except Exception as error:  # somebody's code: whatever it does
        clause = f"it could not be made: {type(error).__name__}: {error}".partition("\n")[0]
        return replace(timing, refused=clause), None
    contender = Contender(one.name, work, workload.steps, _sampler(one.device))
    contender.attempt(lambda: judge.before(work))
    timing = replace(timing, making=making, preparing=work.preparing, refused=contender.refused)
    return timing, None if contender.refused else contender


def _sampler(device: str) -> clock.Sampler:
    return clock.sample if device == "cpu" else cuda.sample


def _timed(contenders: Sequence[Contender], judge: Judge, settings: Settings) -> None:
    for contender in contenders:
        contender.attempt(partial(_warm_up, contender, settings.warm_up))
    if contenders:
        parameters = judge.inputs.parameters
        rng = Random(settings.seed)
        fewest = FEWEST_TRAININGS if judge.workload.kind == TRAINING else settings.fewest
        clock.rounds(contenders, parameters, settings.seconds, fewest, rng)


def _warm_up(contender: Contender, seconds: float) -> None:
    contender.calls = clock.warmed_up(contender.work, seconds, contender.sampler)


def _concluded(
    timing: Timing,
    contender: Contender,
    one: Implementation | None,
    judge: Judge,
    contenders: Sequence[Contender],
    settings: Settings,
) -> Timing:
    """Judge once more what was timed, and only then say how long it took."""
    clocks: dict[str, float] = {}
    made: list[int | None] = [None]
    work = contender.work

    def check() -> None:
        _refuse_too_fast(timing, contender, contenders)
        clock.refuse_more_threads(contender, settings.threads)
        if one is None:
            return
        clock.refuse_unfinished(contender, judge.inputs.parameters)
        if timing.device == "cuda":
            clocks.update(cuda.clocks(work, contender.calls))
        if timing.workload.kind != TRAINING:
            made[0] = memory.made_by(work, one.package)
        judge.after(work)

    if not contender.refused:
        contender.attempt(check)
    return replace(
        timing,
        samples=tuple(contender.samples),
        calls=contender.calls,
        memory=None if contender.refused else made[0],
        clocks=clocks,
        refused=contender.refused,
    )


def _refuse_too_fast(timing: Timing, contender: Contender, contenders: Sequence[Contender]) -> None:
    """Raise RefusedError where the hardware cannot be so fast.

    The products of the same rounds count as a witness: their rate may be larger than the one that
    was measured apart.
    """
    if not contender.samples:
        raise RefusedError("no sample was taken")
    seconds = sorted(contender.samples)[len(contender.samples) // 2]
    name = timing.share
    witness = [min(c.samples) for c in contenders if c.name == name and c.samples]
    if not witness or seconds < min(witness) / floor.ALLOWANCE:
        floor.refuse_impossible(timing.workload, timing.device, seconds)


def run(order: Order) -> Iterator[list[Timing]]:
    """Yield the timings of one workload after the other, on so many threads for everything."""
    import torch

    torch.set_num_threads(order.settings.threads)
    implementations = ours()
    for path in order.also:
        implementations += of_file(Path(path))
    implementations = [one for one in implementations if not order.among or one.name in order.among]
    for workload in order.workloads:
        yield measured(workload, implementations, order.settings)


def main(text: str) -> None:
    """Measure what is ordered."""
    order = order_of(text)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an implementation prints is none of our lines

    def tell(found: object) -> None:
        out.write(json.dumps(found) + "\n")
        out.flush()

    devices: set[str] = set()
    for timings in run(order):
        devices |= {timing.device for timing in timings if timing.samples}
        tell([plain(timing) for timing in timings])
        tell({"environment": environment(order.settings.threads)})  # each time: the load changes
    tell({"peaks": floor.peaks_seen(order.workloads, devices)})
    out.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except BackproofError as error:
        sys.exit(str(error))
