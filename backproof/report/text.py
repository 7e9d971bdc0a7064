"""A report for a person: a table on a terminal, plain lines elsewhere."""

from collections.abc import Iterator

from rich.console import Console

from backproof.report.failure import failures
from backproof.report.lines import COLOURS, count, write
from backproof.report.model import Report
from backproof.report.rows import print_rows
from backproof.report.summary import heading, print_summary
from backproof.report.trajectory import trajectories
from backproof.verdict import TargetReport


def print_report(report: Report, console: Console) -> None:
    """Print one target case by case, or many target by target; the last line is the verdict."""
    if len(report.targets) == 1:
        _print_target(report.targets[0], console)
        write(console, "")
    else:
        print_summary(report, console)
    for line in _closing(report):
        write(console, line)
    verdict = report.verdict
    console.print(f"[bold {COLOURS[verdict]}]{verdict}[/]", highlight=False)


def _print_target(target: TargetReport, console: Console) -> None:
    """Print its cases, what differs, and the free-running trajectories."""
    above = list(heading(target))
    for line in [*above, ""] if above else []:
        write(console, line)
    print_rows(target, console)
    for case in target.cases:
        for line in (*failures(case, target.target, target.lines), *trajectories(case)):
            write(console, line)


def _closing(report: Report) -> Iterator[str]:
    planted, missed = len(report.controls), report.missed
    judged = sum(len(target.judged) for target in report.targets)
    skipped = [case.skipped for case in report.cases if case.skipped]
    refused = [case for case in report.cases if case.refused]
    alone = len(report.targets) == 1
    yield (
        f"{count(judged, 'case')} judged, {count(report.arrays, 'array')} compared; "
        f"{count(planted, 'fault')} planted, {planted - len(missed):,} caught"
    )
    if alone and report.targets[0].covers:
        yield f"covers    {report.targets[0].covers}"
    if refused:
        yield f"{count(len(refused), 'case')} could not be judged"
    if skipped:
        reasons = f": {'; '.join(dict.fromkeys(skipped))}" if alone else ""
        yield f"{count(len(skipped), 'case')} skipped{reasons}"
    for control in missed[:5] if alone else []:
        yield f"missed    {control.name}: {control.fault}"
    if missed and alone:
        yield "A judge that misses a planted fault has judged nothing."
    elif alone and report.verdict == "nothing judged":
        yield "No fault could be planted, so nothing shows that a wrong answer would be seen."
