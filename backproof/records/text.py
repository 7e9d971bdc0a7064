"""What came of comparing two records, for a person."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from backproof.compare import Finding
from backproof.records.comparing import Comparison, Pair
from backproof.records.record import Record
from backproof.report.failure import sentence
from backproof.report.lines import COLOURS, count, write

APART = ("torch", "numpy", "blas", "python", "cpu", "machine", "platform", "backproof")


def print_comparison(comparison: Comparison, records: Sequence[Record], console: Console) -> None:
    """Print a line a case, then what differs, then the verdict."""
    for record, word in zip(records, ("first", "second"), strict=True):
        write(console, f"{word:<8}{record.date}, {', '.join(_environment(record, records))}")
    write(console, "")
    for pair in comparison.pairs:
        for line in _row(pair):
            write(console, line)
    for pair in comparison.pairs:
        for line in _details(pair):
            write(console, line)
    for line in ("", *comparison.alone, *_closing(comparison)):
        write(console, line)
    verdict = comparison.verdict
    console.print(f"[bold {COLOURS[verdict]}]{verdict}[/]", highlight=False)


def _environment(record: Record, records: Sequence[Record]) -> Iterator[str]:
    """Yield what is not the same in both records; where all is, the versions that matter most."""
    apart = [n for n in APART if len({r.environment.get(n, "unknown") for r in records}) > 1]
    for name in apart or APART[:2]:
        yield f"{name} {record.environment.get(name, 'unknown')}"


def _row(pair: Pair) -> Iterator[str]:
    one, other = pair.runs
    names = one.candidate if one.candidate == other.candidate else _both(pair)
    yield (
        f"{pair.verdict:<15}{one.case:<18} {one.dtype:<9}z {_z(pair.one):<8} z {_z(pair.other):<8} "
        f"apart {_z(pair.apart):<8} {names}"
    )


def _both(pair: Pair) -> str:
    return " and ".join(run.candidate for run in pair.runs)


def _z(findings: Sequence[Finding]) -> str:
    z = [finding.z for finding in findings if finding.size]
    return f"{max(z):.2g}" if z else "-"


def _details(pair: Pair) -> Iterator[str]:
    one, _ = pair.runs
    head = f"{_both(pair)} on {one.case}, {one.dtype}"
    if pair.otherwise:
        yield ""
        yield f"{head}: not the same question, {', '.join(pair.otherwise)} differ"
        return
    if pair.verdict == "agree":
        return
    yield ""
    yield head
    against = (
        (pair.one, "first, against the reference"),
        (pair.other, "second, against the reference"),
        (pair.apart, "first, against the second"),
    )
    for findings, whom in against:
        yield from (f"{sentence(f)}   ({whom})" for f in findings if not f.agrees)
    for control in pair.controls:
        if not control.caught:
            yield f"missed    {control.name}: {control.fault}"


def _closing(comparison: Comparison) -> Iterator[str]:
    arrays = sum(len(pair.apart) for pair in comparison.pairs)
    controls = [control for pair in comparison.pairs for control in pair.controls]
    alone = sum(len(pair.alone) for pair in comparison.pairs)
    if alone:
        yield f"{count(alone, 'array')} in one record only"
    yield (
        f"{count(len(comparison.pairs), 'case')} in both, {count(arrays, 'array')} compared; "
        f"{count(len(controls), 'fault')} planted, {sum(c.caught for c in controls):,} caught"
    )
