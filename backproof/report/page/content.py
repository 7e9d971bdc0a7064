"""What the page says of each target: which cases in full, which in a row of a table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backproof.compare import Finding
from backproof.controls import Control
from backproof.pictures import BINS
from backproof.report.lines import count
from backproof.report.page.maps import Maps, maps_of
from backproof.report.page.matrix import KINDS, Cell, Matrix, by_kind, matrix, worst_cell
from backproof.report.page.reasons import Reason, reasons
from backproof.report.page.training import Training, training
from backproof.trace import Array
from backproof.verdict import CaseReport, TargetReport

# Of many cases, or many files, only some are shown in full: the page must open on a phone.
ALONE, AMONG = (20, 6, 3), (1, 1, 0)  # cases with reasons, with maps, with trajectories


@dataclass(frozen=True)
class Row:
    """One case of the table, or several random ones that agree."""

    verdict: str
    case: str
    dtype: str
    iterations: int
    kinds: dict[str, Cell | None]
    sensitivity: float


@dataclass(frozen=True)
class Target:
    """One section of the page.

    headline  the whole in one sentence
    kinds     columns of the rows: kinds of which there is any array
    hidden    cases that do not agree and whose reasons are not shown
    maps      of the cases that differ first; `unmapped` counts the others
    """

    anchor: str
    report: TargetReport
    name: str
    headline: str
    facts: list[tuple[str, str]]
    kinds: list[str]
    rows: list[Row]
    matrix: Matrix
    reasons: list[Reason]
    hidden: int
    maps: list[Maps]
    unmapped: int
    trainings: list[Training]
    controls: list[tuple[str, int, int]]


def target(number: int, report: TargetReport, alone: bool) -> Target:
    """Return the section of a target, which may be the only one."""
    explained, mapped, trained = ALONE if alone else AMONG
    bad = [case for case in report.judged if case.verdict != "agree"]
    good = [case for case in report.judged if case.verdict == "agree"]
    shown = [*bad, *good][:mapped] if alone else bad[:mapped]
    long = sorted(
        _with_training(report.judged), key=lambda c: (c.verdict == "agree", -c.iterations)
    )
    anchor, rows = f"target-{number}", _rows(report)
    return Target(
        anchor,
        report,
        report.target or _candidates(report),
        headline(report),
        facts(report.judged, report.controls),
        [kind for kind in KINDS if any(row.kinds[kind] for row in rows)],
        rows,
        matrix(report.judged),
        [reason for case in bad[:explained] for reason in reasons(case, report)],
        len(bad[explained:]),
        [maps for case in shown for maps in maps_of(case)],
        len(report.judged) - len(shown),
        [training(f"{anchor}-{k}", case) for k, case in enumerate(long[:trained], 1)],
        _controls(report.controls),
    )


def headline(report: TargetReport) -> str:
    """Return what came of a target in one sentence, without a capital."""
    if report.refused:
        return report.refused
    for case in report.judged:
        for verdict in case.verdicts:
            bad = next((f for f in verdict.all_findings if not f.agrees), None)
            if bad:
                return verdict.because or f"{bad.name} on {case.case}, {case.dtype}: {bad.reason}"
    failed = next((case for case in report.cases if case.refused), None)
    if failed:
        return f"{failed.case}: {failed.refused}"
    if report.verdict == "nothing judged":
        return "a planted fault passed" if report.missed else "no case was judged"
    return "every array agrees with PyTorch within its error bars"


def _candidates(report: TargetReport) -> str:
    """Return who was judged, where no file names the target."""
    names = dict.fromkeys(v.candidate for case in report.judged for v in case.verdicts)
    return " and ".join(names) or "the twins"


def facts(cases: Sequence[CaseReport], controls: Sequence[Control]) -> list[tuple[str, str]]:
    """Return the figures of a run, each with what it counts."""
    findings = _findings(cases)
    worst = worst_cell(findings)
    caught = sum(control.caught for control in controls)
    return [
        ("cases judged", f"{len(cases):,}"),
        ("arrays compared", f"{len(findings):,}"),
        ("elements", f"{sum(f.size for f in findings):,}"),
        ("largest z (8 allowed)", f"{worst.z:.2g}" if worst else "–"),
        ("planted faults caught", f"{caught:,} of {len(controls):,}"),
    ]


def counted(cases: Sequence[CaseReport]) -> Array:
    """Return the histogram over all elements of some cases."""
    pictures = (f.picture for f in _findings(cases) if f.picture is not None)
    return sum((picture.counts for picture in pictures), start=np.zeros(BINS + 2, dtype=np.int64))


def _findings(cases: Sequence[CaseReport]) -> list[Finding]:
    return [f for case in cases for verdict in case.verdicts for f in verdict.all_findings]


def _with_training(cases: Sequence[CaseReport]) -> list[CaseReport]:
    return [c for c in cases if any(f.picture for v in c.verdicts for f in v.trajectory)]


def _rows(report: TargetReport) -> list[Row]:
    """Return a row a case; those of a group that agree share one row a precision."""
    rows: list[Row] = []
    calm: dict[tuple[str, str], list[CaseReport]] = {}
    for case in report.judged:
        if case.group and case.verdict == "agree":
            calm.setdefault((case.group, case.dtype), []).append(case)
        else:
            rows.append(_row(case.case, [case]))
    return [*rows, *(_row(count(len(c), group), c) for (group, _), c in calm.items())]


def _row(name: str, cases: list[CaseReport]) -> Row:
    return Row(
        cases[0].verdict,
        name,
        cases[0].dtype,
        max(case.iterations for case in cases),
        by_kind(cases),
        max((f.sensitivity for f in _findings(cases)), default=float("nan")),
    )


def _controls(controls: Sequence[Control]) -> list[tuple[str, int, int]]:
    """Return each planted fault with how often it was planted, and caught."""
    planted = Counter(control.fault for control in controls)
    caught = Counter(control.fault for control in controls if control.caught)
    return [(fault, times, caught[fault]) for fault, times in planted.items()]
