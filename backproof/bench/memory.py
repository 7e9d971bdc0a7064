"""The memory of one call: how much more than before it holds at its fullest."""

import tracemalloc

from backproof.bench.work import Work


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

    work.run()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        work.run()
    kineto = profiled.profiler.kineto_results
    events = [event for event in kineto.events() if event.name() == "[memory]"]
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
