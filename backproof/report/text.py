"""A report for a person: a table on a terminal, plain lines elsewhere."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from backproof.compare import Finding
from backproof.drift import Drift
from backproof.precision import Z_LIMIT
from backproof.report.model import Report
from backproof.verdict import CaseReport, Verdict

COLOURS = {
    "agree": "green",
    "differ": "red",
    "undecided": "yellow",
    "nothing judged": "red",
}
RANDOM = "random-"


def print_report(report: Report, console: Console) -> None:
    """Print the table of cases, what differs, the free-running trajectories, and the verdict."""
    rows = list(_rows(report))
    if console.is_terminal:
        console.print(_table(rows))
    else:
        for row in rows:
            console.print(_line(row), soft_wrap=True, highlight=False)
    for case in report.cases:
        for line in _details(case):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
    for line in _closing(report):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    verdict = report.verdict
    console.print(f"[bold {COLOURS[verdict]}]{verdict}[/]", highlight=False)


HEADER = ("verdict", "case", "precision", "iterations", "largest z", "sensitivity")


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Yield a row a case that was judged; random ones that agree share one row a precision."""
    calm: dict[str, list[CaseReport]] = {}
    for case in report.cases:
        if case.case.startswith(RANDOM) and case.verdict == "agree" and len(report.cases) > 1:
            calm.setdefault(case.dtype, []).append(case)
        elif not case.skipped:
            yield _row(case.verdict, case.case, [case])
    for cases in calm.values():
        yield _row("agree", f"{len(cases)} random cases", cases)


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


def _line(row: tuple[str, ...]) -> str:
    verdict, name, dtype, iterations, z, sensitivity = row
    steps = "iteration " if iterations == "1" else "iterations"
    return (
        f"{verdict:<11}{name:<18} {dtype:<9}{iterations:>7} {steps}  "
        f"z {z:<8} sensitivity {sensitivity}"
    )


def _details(case: CaseReport) -> Iterator[str]:
    for verdict in case.verdicts:
        if verdict.verdict != "agree":
            yield ""
            yield f"{verdict.candidate} on {case.case}, {case.dtype}: {case.why}"
            yield from (_sentence(f) for f in verdict.findings if not f.agrees)
            yield from (
                _sentence(f) + ", from its own previous parameters"
                for f in verdict.trajectory
                if not f.agrees and _first_iteration_agrees(verdict, f)
            )
            yield from _where_to_look(verdict)
            yield f"again     {_command(case)}"
    if case.drift and case.drift[-1].forecast is not None and case.iterations >= 1000:
        yield ""
        yield from _trajectory(case)


def _where_to_look(verdict: Verdict) -> Iterator[str]:
    agreeing = [f.name for f in verdict.findings if f.agrees]
    blamed = next((f.name for f in verdict.findings if not f.agrees), None)
    if agreeing:
        yield f"agrees    {', '.join(agreeing)}"
    if blamed and verdict.verdict == "differ":
        yield f"look at   the line that computes {blamed}: nothing before it differs"


def _first_iteration_agrees(verdict: Verdict, late: Finding) -> bool:
    return all(f.agrees for f in verdict.findings if f.name == late.name)


def _command(case: CaseReport) -> str:
    target = f"{case.target} " if case.target else ""
    options = f"--case {case.case} --dtype {case.dtype} --seed {case.seed}"
    return f"backproof check {target}{options}"


def _sentence(finding: Finding) -> str:
    if not finding.size:
        return f"{finding.verdict:<10}{finding.name}   {finding.reason}"
    where = f"{finding.name}{list(finding.index) if finding.index else ''}"
    return (
        f"{finding.verdict:<10}{where}   actual {finding.actual:.8g}   expected "
        f"{finding.expected:.8g} ± {finding.sigma:.1g}   z = {finding.z:.2g} ({Z_LIMIT:g} allowed)"
        f"   {finding.ulps:.2g} ulps   {finding.differing} of {finding.size} elements"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _trajectory(case: CaseReport) -> Iterator[str]:
    one, other = (v.candidate for v in case.verdicts)
    yield f"{case.case}, {case.dtype}, each on its own: {one} and {other}"
    yield "iteration   cost of one             cost of the other       apart     forecast"
    for drift in case.drift:
        yield _milestone(drift)


def _milestone(drift: Drift) -> str:
    one, other = drift.costs
    return (
        f"{drift.iterations:>9,}   {one:<22.16g}  {other:<22.16g}  {drift.distance:.1e}   "
        f"{drift.forecast:.1e}"
    )


def _closing(report: Report) -> Iterator[str]:
    yield ""
    planted, missed = len(report.controls), report.missed
    skipped = [case.skipped for case in report.cases if case.skipped]
    yield (
        f"{_count(len(report.cases) - len(skipped), 'case')} judged, "
        f"{_count(report.arrays, 'array')} compared; "
        f"{_count(planted, 'fault')} planted, {planted - len(missed):,} caught"
    )
    if skipped:
        yield f"{_count(len(skipped), 'case')} skipped: {'; '.join(dict.fromkeys(skipped))}"
    for control in missed[:5]:
        yield f"missed    {control.name}: {control.fault}"
    if missed:
        yield "A judge that misses a planted fault has judged nothing."
    elif report.verdict == "nothing judged":
        yield "No fault could be planted, so nothing shows that a wrong answer would be seen."
