"""Steps on the device, from 2-4-1 to 8,192 wide: python -m parity_tests.on_cuda.speed FILE.

Three orders, the most wanted first.  FILE is rewritten after each workload.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from backproof.bench.order import Order
from backproof.bench.result import Result, Settings, Timing, parsed, plain
from backproof.bench.sampling import result_of
from backproof.bench.workload import BACKWARD, FORWARD, STEP, TABLE, WIDEST, Workload, square

THREADS = max(1, (os.cpu_count() or 1) // 2)  # two of them share a core
EVERY_MODE = tuple(f"cuda {mode}" for mode in ("eager", "foreach", "fused", "compiled", "graph"))
ON_CPU = ("numpy", "numpy trainer", "torch eager", "torch foreach")
OF_TIME = ("it goes on after the clock", "it kept ")  # how a clause about time begins
WIDE = ("cuda eager", "cuda graph")
WIDTHS, BATCHES = (4, 16, 64, 256, 512, 1024, 2048, 4096), (1, 256, 4096, 65536)


def orders(dry: bool) -> Iterator[Order]:
    """Yield what is measured."""
    brief = Settings(THREADS, seconds=0.3, warm_up=0.02)
    long = Settings(THREADS, seconds=1.0, warm_up=0.1, full=True)
    if dry:
        brief, long = (replace(s, seconds=0.01, fewest=3, warm_up=0.001) for s in (brief, long))
    for workloads, settings, among in (
        (widest(dry), brief, WIDE),
        (all_sizes(dry), brief, (*EVERY_MODE, *ON_CPU)),
        (compiled_too(dry), long, (*EVERY_MODE, *ON_CPU)),
    ):
        yield Order(tuple(workloads), settings, among=among)


def narrow(dry: bool) -> tuple[str, ...]:
    """Return the narrow precisions; fused SGD in bfloat16 is wrong on the CPU of torch 2.13."""
    return ("tf32",) if dry else ("bfloat16", "tf32")


def compiled_too(dry: bool) -> list[Workload]:
    """Return a few, on which the compiled mode takes part as well."""
    found = [Workload(*row) for row in TABLE[:2]] + [square(width, 64) for width in (256, 1024)]
    return found[:1] if dry else found


def widest(dry: bool) -> list[Workload]:
    """Return steps whose time is that of their products."""
    width = 64 if dry else 8192
    return [square(width, width, precision) for precision in narrow(dry)]


def all_sizes(dry: bool) -> list[Workload]:
    """Return sweeps over the width, the batch and the precision, and the parts of a step."""
    widths, batches = (WIDTHS[1:2], BATCHES[:1]) if dry else (WIDTHS, BATCHES)
    found = [Workload(*row) for row in (TABLE[1:2] if dry else (*TABLE, WIDEST))]
    found += [replace(w, kind=kind) for w in found[-2:] for kind in (FORWARD, BACKWARD)]
    found += [square(width, 64) for width in widths]
    found += [square(width, m) for width in (64, 1024)[: 1 if dry else 2] for m in batches]
    found += [square(w, 64, p) for p in ("float64", *narrow(dry)) for w in widths[::-2]]
    return [w for w in dict.fromkeys(found) if w not in compiled_too(dry) or w.kind != STEP]


def together(results: Sequence[Result]) -> Result:
    """Return several runs as one: the settings are the last one's."""
    last, peaks = results[-1], dict[str, float]()
    for result in results:
        peaks |= result.peaks
    timings = tuple(timing for result in results for timing in result.timings)
    return replace(last, timings=timings, peaks=peaks, date=results[0].date)


def text(result: Result) -> str:
    """Return a run as JSON, from which read() makes it again."""
    found = {
        "timings": [plain(timing) for timing in result.timings],
        "settings": asdict(result.settings),
        "environment": dict(result.environment),
        "date": result.date,
        "peaks": dict(result.peaks),
    }
    return json.dumps(found)


def read(path: Path) -> Result:
    """Return the run that a file holds."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    timings: tuple[Timing, ...] = tuple(map(parsed, found.pop("timings")))
    return Result(timings, Settings(**found.pop("settings")), **found)


def main(path: Path, dry: bool) -> int:
    """Measure; return 1 where something was refused a time."""
    done: list[Result] = []

    def save(found: Result) -> None:
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(text(together([*done, found])), "utf-8")
        unfinished.replace(path)
        last = found.timings[-1].workload
        print(f"{last.kind}, {last.words}")

    for order in orders(dry):
        result = result_of(order, save)
        save(result)  # with its peaks
        done.append(result)
    refused = [t for result in done for t in result.timings if t.refused]
    if dry:  # nothing is timed there, but all is judged
        refused = [t for t in refused if not t.refused.startswith(OF_TIME)]
    for timing in refused:
        print(f"{timing.implementation} on {timing.workload.words}: {timing.refused}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), bool(os.environ.get("BACKPROOF_CUDA_IS_DRY"))))
