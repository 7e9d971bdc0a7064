"""Tables of a run: plain rows, for the terminal and for a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backproof.bench.crossing import exponent
from backproof.bench.result import CUDA_PRODUCTS, PRODUCTS, Result, Timing, ratio, sweeps
from backproof.bench.workload import KINDS, Workload

NONE = "–"
WIDE = 256  # units from which the share of the peak rate is shown


@dataclass(frozen=True)
class Table:
    """A table: head and rows have one cell for each column; best: (row, column) of what leads."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    best: frozenset[tuple[int, int]] = frozenset()


def tables(result: Result) -> list[Table]:
    """Return every table that the run has numbers for."""
    found: list[Table] = []
    for kind in KINDS:
        workloads = [w for w in result.workloads if w.kind == kind]
        if any(result.line(name, workloads) for name in result.implementations):
            found += [_times(result, kind, workloads), _speed_up(result, kind, workloads)]
            found += [_shares(result, kind, workloads), _peaks(result, kind, workloads)]
    found += [_memory(result), _preparing(result), _clocks(result), _exponents(result)]
    return [table for table in found if table.rows]


def _times(result: Result, kind: str, workloads: list[Workload]) -> Table:
    products = [n for n in (PRODUCTS, CUDA_PRODUCTS) if result.line(n, workloads)]
    names = [*_names(result, workloads), *products]
    title = {
        "training": "time of one step in a whole training",
        "step": "time of a training step",
    }.get(kind, f"time of a {kind} pass")
    return _table(f"{title}, microseconds", result, workloads, names, lambda t: micro(t.median))


def _speed_up(result: Result, kind: str, workloads: list[Workload]) -> Table:
    def cell(timing: Timing) -> str:
        base = result.of("numpy", timing.workload)
        return f"{ratio(base, timing):.2f}" if base else NONE

    title = f"speed-up of a {kind}: numpy's time divided by this one's"
    return _table(title, result, workloads, _names(result, workloads), cell, leading=False)


def _shares(result: Result, kind: str, workloads: list[Workload]) -> Table:
    def cell(timing: Timing) -> str:
        share = result.share(timing)
        return NONE if share is None else f"{share:.2f}"

    title = f"share of a {kind} that the matrix products alone take"
    return _table(title, result, workloads, _names(result, workloads), cell, leading=False)


def _peaks(result: Result, kind: str, workloads: list[Workload]) -> Table:
    """Of the workloads that can come near it: those of some width."""

    def cell(timing: Timing) -> str:
        share = result.share_of_peak(timing)
        return NONE if share is None else f"{share:.2f}"

    wide = [workload for workload in workloads if workload.width >= WIDE]
    title = f"share of the peak rate of products, measured in the same run, that a {kind} reaches"
    return _table(title, result, wide, _names(result, wide), cell, leading=False)


def _memory(result: Result) -> Table:
    def cell(timing: Timing) -> str:
        return NONE if timing.memory is None else size(timing.memory)

    workloads = [w for w in result.workloads if w.kind == "step"]
    title = "memory that one step makes, at its fullest, beyond what it holds already"
    return _table(title, result, workloads, _names(result, workloads), cell, leading=False)


def _preparing(result: Result) -> Table:
    rows = [
        (t.workload.words, t.implementation, f"{t.preparing:.1f}")
        for t in result.timings
        if t.preparing
    ]
    head = ("network, batch, precision", "implementation", "seconds")
    return Table("compiling and capturing, once", head, tuple(rows))


def _clocks(result: Result) -> Table:
    names = list(dict.fromkeys(name for t in result.timings for name in t.clocks))
    rows = [
        (t.workload.words, t.implementation, *(micro(t.clocks[name]) for name in names))
        for t in result.timings
        if t.clocks
    ]
    head = ("network, batch, precision", "implementation", *names)
    return Table("a call on CUDA by several clocks, microseconds", head, tuple(rows))


def _exponents(result: Result) -> Table:
    names, rows = result.implementations, []
    for sweep in sweeps(result):
        found = [exponent(result, sweep, name) for name in names]
        if any(p is not None for p in found):
            cells = (NONE if p is None else f"{p:.2f}" for p in found)
            rows.append((f"{sweep.over}, {sweep.words}", *cells))
    title = "scaling: the time grows as size to this power, over the upper half of the sizes"
    return Table(title, ("size", *names), tuple(rows))


def _table(
    title: str,
    result: Result,
    workloads: list[Workload],
    names: list[str],
    cell: Callable[[Timing], str],
    leading: bool = True,
) -> Table:
    """Return a row a workload and a column an implementation."""
    rows, best = [], set()
    for workload in workloads:
        timings = [result.of(name, workload) for name in names]
        cells = [NONE if timing is None else cell(timing) for timing in timings]
        if all(text == NONE for text in cells):
            continue
        rows.append((workload.words, *cells))
        times = {
            k: t.median
            for k, t in enumerate(timings)
            if t is not None and names[k] not in (PRODUCTS, CUDA_PRODUCTS)
        }
        if leading and times:
            best.add((len(rows) - 1, 1 + min(times, key=lambda k: times[k])))
    return Table(title, ("network, batch, precision", *names), tuple(rows), frozenset(best))


def _names(result: Result, workloads: list[Workload]) -> list[str]:
    return [name for name in result.implementations if result.line(name, workloads)]


def missing(result: Result) -> Iterator[str]:
    """Yield a line for each reason why implementations have no time, or not everywhere."""
    absent: dict[str, list[str]] = {}
    refused: dict[tuple[str, str], list[Workload]] = {}
    for timing in result.timings:
        if timing.absent and timing.implementation not in absent.setdefault(timing.absent, []):
            absent[timing.absent].append(timing.implementation)
        if timing.refused:
            where = refused.setdefault((timing.implementation, timing.refused), [])
            where.append(timing.workload)
    for clause, names in absent.items():
        yield f"{', '.join(names)}: {clause}"
    for (name, clause), workloads in refused.items():
        more = f" and {len(workloads) - 1} more" * (len(workloads) > 1)
        yield f"{name} on {workloads[0].words}, {workloads[0].kind}{more}: refused: {clause}"


def micro(seconds: float) -> str:
    """Return microseconds with three digits."""
    value = seconds * 1e6
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size(number: int) -> str:
    """Return bytes in a unit that suits them."""
    value, unit = float(number), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
