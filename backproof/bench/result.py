"""What was measured: raw samples, and what is read off them."""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from backproof.bench.workload import STEP, Workload
from backproof.gate.bounds import bounds, median

FEWEST_SIZES = 4  # that make a line worth drawing
PRODUCTS, CUDA_PRODUCTS = "matrix products", "cuda matrix products"


@dataclass(frozen=True)
class Timing:
    """One implementation on one workload.

    samples    seconds of a step, one a round: round k of one implementation and round k of another
               were taken one right after the other
    calls      in a sample
    preparing  seconds that compiling or capturing took, apart from everything else
    making     seconds from arrays to the first call, that included
    memory     bytes that one call makes at its fullest; None if unknown
    clocks     on CUDA, seconds a call by other clocks
    absent     why it was not run, refused: why it has no time; clauses
    """

    implementation: str
    workload: Workload
    samples: tuple[float, ...] = ()
    calls: int = 1
    preparing: float = 0.0
    making: float = 0.0
    memory: int | None = None
    device: str = "cpu"
    clocks: Mapping[str, float] = field(default_factory=dict)
    absent: str = ""
    refused: str = ""

    @property
    def median(self) -> float:
        """The middle of the samples, seconds of a step."""
        return median(self.samples)

    @property
    def share(self) -> str:
        """The name of what stands for the products on its device."""
        return PRODUCTS if self.device == "cpu" else CUDA_PRODUCTS


@dataclass(frozen=True)
class Settings:
    """How a run measures.

    threads  of every implementation
    seconds  of rounds for each workload; fewest: rounds, however long they take
    warm_up  seconds that each implementation runs before anything counts
    """

    threads: int = 1
    seconds: float = 1.0
    fewest: int = 9
    warm_up: float = 0.03
    seed: int = 0
    full: bool = False


def thorough(threads: int) -> Settings:
    """Return the settings of a full run."""
    return Settings(threads, seconds=2.0, warm_up=0.15, full=True)


@dataclass(frozen=True)
class Result:
    """A run: all timings, in the order of the workloads.

    peaks  "cpu float32" -> the rate of a large product, measured in the run, flop a second
    """

    timings: tuple[Timing, ...]
    settings: Settings
    environment: Mapping[str, str]
    date: str
    peaks: Mapping[str, float] = field(default_factory=dict)

    @property
    def workloads(self) -> list[Workload]:
        """The workloads, each once."""
        return list(dict.fromkeys(t.workload for t in self.timings))

    @property
    def implementations(self) -> list[str]:
        """The implementations that have a time anywhere, without the products."""
        names = dict.fromkeys(t.implementation for t in self.timings if t.samples)
        return [name for name in names if name not in (PRODUCTS, CUDA_PRODUCTS)]

    def of(self, implementation: str, workload: Workload) -> Timing | None:
        """Return a timing that has samples, or None."""
        for timing in self.timings:
            if (timing.implementation, timing.workload) == (implementation, workload):
                return timing if timing.samples else None
        return None

    def line(self, implementation: str, workloads: list[Workload]) -> list[Timing]:
        """Return the timings of an implementation on some workloads, where it has any."""
        found = (self.of(implementation, workload) for workload in workloads)
        return [timing for timing in found if timing is not None]

    def share(self, timing: Timing) -> float | None:
        """Return the products' time as a share of a timing's: how near it is to them alone."""
        products = self.of(timing.share, timing.workload)
        return None if products is None else 1 / ratio(timing, products)

    def share_of_peak(self, timing: Timing) -> float | None:
        """Return a timing's rate, of its products only, as a share of the peak measured."""
        peak = self.peaks.get(f"{timing.device} {timing.workload.precision}")
        return peak and timing.workload.flop / timing.median / peak


@dataclass(frozen=True)
class Sweep:
    """Workloads of which only one size changes: "width" or "batch"."""

    over: str
    fixed: str
    workloads: tuple[Workload, ...]

    def at(self, workload: Workload) -> int:
        """Return the size that changes."""
        return workload.width if self.over == "width" else workload.m

    @property
    def words(self) -> str:
        """Return "step, float32, at batch 64"."""
        first = self.workloads[0]
        return f"{first.kind}, {first.precision}, at {self.fixed}"


def sweeps(result: Result) -> list[Sweep]:
    """Return the sweeps that a run holds: FEWEST_SIZES of square networks or more, all timed."""
    timed = dict.fromkeys(t.workload for t in result.timings if t.samples)
    squares = [w for w in timed if len(set(w.layer_dims[:-1])) == 1 and w.kind == STEP]
    squares = [w for w in squares if len(w.layer_dims) == 4]
    groups: dict[tuple[str, str, str], list[Workload]] = {}
    for w in squares:
        groups.setdefault(("width", f"batch {w.m:,}", w.precision), []).append(w)
        groups.setdefault(("batch", f"width {w.width:,}", w.precision), []).append(w)
    found = []
    for (over, fixed, _), workloads in groups.items():
        if len(workloads) >= FEWEST_SIZES:
            sweep = Sweep(over, fixed, tuple(workloads))
            found.append(Sweep(over, fixed, tuple(sorted(workloads, key=sweep.at))))
    return sorted(found, key=lambda sweep: sweep.over, reverse=True)


def ratio(one: Timing, other: Timing) -> float:
    """Return how many times as long the one takes: the median over the rounds."""
    return median(_ratios(one, other))


def ratio_bounds(one: Timing, other: Timing) -> tuple[float, float]:
    """Return a lower and an upper bound of that, each at 99.5 %."""
    return bounds(_ratios(one, other))


def _ratios(one: Timing, other: Timing) -> list[float]:
    return [a / b for a, b in zip(one.samples, other.samples, strict=True)]


def environment(threads: int) -> dict[str, str]:
    """Return versions, machine and threads."""
    from backproof.report.model import environment as versions

    found = versions() | {"threads": str(threads), "load": _load()}
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        found |= {"cuda device": torch.cuda.get_device_name(), "cuda": str(torch.version.cuda)}
    elif torch is not None:
        found |= {"cuda device": "none"}
    return found


def _load() -> str:
    """Return how busy the machine was in the last minute, where the system tells it."""
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except (AttributeError, OSError):
        return f"unknown on {platform.system()}"


def plain(timing: Timing) -> dict[str, Any]:
    """Return a timing as plain data."""
    return asdict(timing)


def parsed(found: dict[str, Any]) -> Timing:
    """Return a timing from plain data."""
    workload = found["workload"]
    workload = Workload(**(workload | {"layer_dims": tuple(workload["layer_dims"])}))
    return Timing(**(found | {"workload": workload, "samples": tuple(found["samples"])}))
