"""Time on a CUDA device: by events on the stream, with a warm cache and with a cold one."""

import time
from itertools import repeat

import torch

from backproof.bench.work import Work

L2 = 256 * 2**20  # bytes that are overwritten before a sample with a cold cache: more than any L2
SHORT = 50e-6  # seconds of a call below which the clocks differ
COLD = 20  # samples


def sample(work: Work, calls: int) -> float:
    """Return the seconds of so many calls, by two events on the current stream.

    All streams are synchronised before and after, so that work on another one is counted too.
    """
    begin, end = (_event() for _ in range(2))
    run = work.run
    torch.cuda.synchronize()
    began = time.perf_counter()
    begin.record()
    for _ in repeat(None, calls):
        run()
    end.record()
    end.synchronize()
    by_events = begin.elapsed_time(end) * 1e-3
    torch.cuda.synchronize()
    by_host = time.perf_counter() - began
    hidden = by_host > 2 * by_events + 1e-3  # the event came long before the device was done
    return by_host if hidden else by_events


def _event() -> torch.cuda.Event:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


def clocks(work: Work, calls: int) -> dict[str, float]:
    """Return seconds a call by the host's clock, by events, and by events with a cold cache."""
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in repeat(None, calls):
        work.run()
    torch.cuda.synchronize()
    host = (time.perf_counter() - began) / calls
    return {"host": host, "events": sample(work, calls) / calls, "events, cold": _cold(work)}


def _cold(work: Work) -> float:
    """Return the median of single calls, each after the cache was overwritten."""
    scratch = torch.empty(L2, dtype=torch.uint8, device="cuda")
    found = []
    for k in range(COLD):
        scratch.fill_(k)
        found.append(sample(work, 1))
    return sorted(found)[COLD // 2]
