"""A run as pytest-benchmark writes one: `pytest-benchmark compare` reads it.

To each benchmark's extra_info we add what was measured besides, and to the head the settings and
the environment.  stats.data are the raw samples, seconds of one step.
"""

import json
import math
import statistics
from importlib.metadata import version
from typing import Any

from backproof.bench.result import Result, Timing
from backproof.errors import BackproofError


def rendered(result: Result) -> str:
    """Return the text of the file."""
    return json.dumps(as_json(result), indent=1, allow_nan=False) + "\n"


def as_json(result: Result) -> dict[str, Any]:
    """Return the run as plain data."""
    environment = dict(result.environment)
    return {
        "machine_info": environment | {"node": "", "cpu": {"brand_raw": environment.get("cpu")}},
        "commit_info": {"id": "unversioned", "dirty": False, "project": "backproof"},
        "benchmarks": [_benchmark(result, t) for t in result.timings if t.samples],
        "datetime": result.date,
        "version": _version(),
        "settings": vars(result.settings),
        "peaks": dict(result.peaks),
        "missing": [
            {
                "implementation": t.implementation,
                "workload": t.workload.words,
                "kind": t.workload.kind,
                "absent": t.absent,
                "refused": t.refused,
            }
            for t in result.timings
            if not t.samples
        ],
    }


def _version() -> str:
    """Return the version of pytest-benchmark whose format this is."""
    try:
        return version("pytest-benchmark")
    except ModuleNotFoundError:
        return "5.0.0"


def _benchmark(result: Result, timing: Timing) -> dict[str, Any]:
    workload = timing.workload
    name = f"{timing.implementation}[{workload.kind}, {workload.words}]"
    return {
        "group": f"{workload.kind}, {workload.words}",
        "name": name,
        "fullname": f"backproof bench::{name}",
        "params": {
            "implementation": timing.implementation,
            "layer_dims": list(workload.layer_dims),
            "batch": workload.m,
            "precision": workload.precision,
            "kind": workload.kind,
        },
        "param": f"{timing.implementation}, {workload.words}",
        "extra_info": {
            "device": timing.device,
            "threads": result.settings.threads,
            "preparing": timing.preparing,
            "making": timing.making,
            "memory": timing.memory,
            "clocks": dict(timing.clocks),
            "share_of_products": result.share(timing),
            "share_of_peak": result.share_of_peak(timing),
        },
        "options": {
            "disable_gc": True,
            "timer": "perf_counter" if timing.device == "cpu" else "cuda events",
            "min_rounds": result.settings.fewest,
            "max_time": result.settings.seconds,
            "min_time": 0.001,
            "warmup": result.settings.warm_up,
        },
        "stats": stats(timing),
    }


def stats(timing: Timing) -> dict[str, Any]:
    """Return the statistics of the samples, by pytest-benchmark's names."""
    data = sorted(timing.samples)
    mean, n = statistics.fmean(data), len(data)
    q1, middle, q3 = statistics.quantiles(data, n=4, method="inclusive") if n > 1 else data * 3
    spread = statistics.stdev(data) if n > 1 else 0.0
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    far = sum(abs(x - mean) > spread for x in data)
    mild = sum(not low <= x <= high for x in data)
    if not math.isfinite(mean):
        raise BackproofError(f"{timing.implementation} has a time that is no number.")
    return {
        "min": data[0],
        "max": data[-1],
        "mean": mean,
        "stddev": spread,
        "rounds": n,
        "median": middle,
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": mild,
        "stddev_outliers": far,
        "outliers": f"{far};{mild}",
        "ld15iqr": next((x for x in data if x >= low), data[0]),
        "hd15iqr": next((x for x in reversed(data) if x <= high), data[-1]),
        "ops": 1 / mean,
        "total": sum(data),
        "data": list(timing.samples),
        "iterations": timing.calls,
    }
