"""The cases of one target, one row each."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from backproof.report.lines import COLOURS, count, write
from backproof.verdict import CaseReport, TargetReport

LEAST = 18  # characters of a case's name
HEADER = ("verdict", "case", "precision", "iterations", "largest z", "sensitivity")


def print_rows(target: TargetReport, console: Console) -> None:
    """Print a row for each case that was judged, then a line for each that could not be."""
    rows = list(case_rows(target))
    if console.is_terminal and rows:
        console.print(_table(rows))
    else:
        width = max([LEAST, *(len(row[1]) for row in rows)])
        for row in rows:
            write(console, _line(row, width))
    for case in target.cases:
        if case.refused:
            write(console, f"{case.verdict:<14}{case.case:<18} {case.dtype:<9}{case.refused}")


def case_rows(target: TargetReport) -> Iterator[tuple[str, ...]]:
    """Yield a row a case that was judged; those of a group that agree share one row a precision."""
    calm: dict[tuple[str, str], list[CaseReport]] = {}
    for case in target.judged:
        if case.group and case.verdict == "agree" and len(target.cases) > 1:
            calm.setdefault((case.group, case.dtype), []).append(case)
        else:
            yield _row(case.verdict, case.case, [case])
    for (group, _), cases in calm.items():
        yield _row("agree", count(len(cases), group), cases)


def _row(verdict: str, name: str, cases: list[CaseReport]) -> tuple[str, ...]:
    findings = [f for case in cases for v in case.verdicts for f in v.all_findings]
    iterations = sorted({case.iterations for case in cases})
    return (
        verdict,
        name,
        cases[0].dtype,
        f"{iterations[-1]:,}",
        f"{max((f.z for f in findings if f.size), default=float('nan')):.2g}",
        f"{max(f.sensitivity for f in findings):.0e}",
    )


def _table(rows: list[tuple[str, ...]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for position, title in enumerate(HEADER):
        table.add_column(title, justify="right" if position > 2 else "left", no_wrap=True)
    for row in rows:
        table.add_row(f"[{COLOURS[row[0]]}]{row[0]}[/]", *row[1:])
    return table


def _line(row: tuple[str, ...], width: int) -> str:
    verdict, name, dtype, iterations, z, sensitivity = row
    steps = "iteration " if iterations == "1" else "iterations"
    return (
        f"{verdict:<11}{name:<{width}} {dtype:<9}{iterations:>7} {steps}  "
        f"z {z:<8} sensitivity {sensitivity}"
    )
