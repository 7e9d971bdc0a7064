"""The memory of one call: how much more than before it holds at its fullest."""

import time
import tracemalloc

from backproof.bench.work import Work

APART = 1e-3  # seconds between two calls, by which the profiler's events are told apart


def made_by(work: Work, package: str) -> int | None:
    """Return the largest number of bytes that one call holds of arrays it makes; None if unknown.

    package  "numpy": by tracemalloc; "torch": by torch's profiler; "cuda": by its allocator
    """
    meter = {"numpy": _by_tracemalloc, "torch": _by_profiler, "cuda": _by_allocator}.get(package)
    return meter(work) if meter else None


def _by_tracemalloc(work: Work) -> int:
    work.run()
    tracemalloc.start()
    try:
        work.run()  # what it keeps from call to call is replaced here, under the meter
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before


def _by_profiler(work: Work) -> int:
    from torch.profiler import ProfilerActivity, profile

    with profile(
        activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True
    ) as profiled:
        work.run()  # so that what this one leaves, and the next one frees, is known
        time.sleep(APART)
        second = time.time_ns()
        time.sleep(APART)
        work.run()
    events = profiled.profiler.kineto_results.events()
    events = [e for e in events if e.name() == "[memory]" and e.start_ns() > second]
    held = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    return peak


def _by_allocator(work: Work) -> int:
    import torch

    work.run()
    work.wait()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    work.run()
    work.wait()
    return torch.cuda.max_memory_allocated() - before
