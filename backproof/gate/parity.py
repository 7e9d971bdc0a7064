"""Parity: nothing differs from PyTorch but what is excused, and the twins do unasked what they did.

What was never judged before is judged as it is: a difference needs no baseline to be one.
"""

from collections.abc import Iterator, Sequence

from backproof.compare import Finding
from backproof.gate.baseline import Baseline
from backproof.gate.excuses import Excuse, not_needed
from backproof.gate.judgement import (
    CANNOT,
    GREEN,
    LATER,
    TWINS,
    Complaint,
    Judgement,
    Place,
    red,
)
from backproof.report.failure import sentence
from backproof.report.lines import count
from backproof.report.model import Report
from backproof.verdict import CaseReport, TargetReport, Verdict

NAME = "parity"


def parity(
    report: Report,
    excuses: Sequence[Excuse],
    old: Baseline | None,
    new: Baseline,
    *,
    whole: bool,
) -> Judgement:
    """Judge a report.

    old, new  the part of the baseline that the run asks for, and what the run found
    whole     every case of these targets was run
    """
    found = list(_findings(report))
    bad = [place for place, finding in found if not finding.agrees]
    complaints = [
        *_differences(report, excuses),
        *not_needed(excuses, [place for place, _ in found], bad, whole),
        *(_conduct(old, new) if old else ()),
    ]
    obstacles = list(_obstacles(report))
    if obstacles and (report.missed or not complaints):  # a blinded judge accuses nobody
        return Judgement(NAME, CANNOT, obstacles[0].sentence, tuple(obstacles))
    if complaints:
        return red(NAME, [*complaints, *obstacles])
    cases = sum(len(target.judged) for target in report.targets)
    agreeing = count(len(found) - len(bad), "array")
    excused = f"; {count(len(bad), 'array')} excused" if bad else ""
    return Judgement(NAME, GREEN, f"{agreeing} of {count(cases, 'case')} agree{excused}")


def _verdicts(report: Report) -> Iterator[tuple[TargetReport, CaseReport, Verdict, Place]]:
    for target in report.targets:
        name = target.target or TWINS
        for case in target.judged:
            for verdict in case.verdicts:
                yield target, case, verdict, Place(name, case.case, case.dtype, verdict.candidate)


def _of(verdict: Verdict, place: Place) -> Iterator[tuple[Place, Finding]]:
    """Yield the findings of a verdict, in order of computation, with their places."""
    for late, findings in (("", verdict.findings), (LATER, verdict.trajectory)):
        for finding in findings:
            yield place._replace(array=late + finding.name), finding


def _findings(report: Report) -> Iterator[tuple[Place, Finding]]:
    for _, _, verdict, place in _verdicts(report):
        yield from _of(verdict, place)


def _differences(report: Report, excuses: Sequence[Excuse]) -> Iterator[Complaint]:
    """Yield a complaint for each candidate on a case: its first difference without an excuse."""
    for _, _, verdict, place in _verdicts(report):
        bad = [(where, f) for where, f in _of(verdict, place) if not f.agrees]
        new = [(w, f) for w, f in bad if not any(excuse.covers(w) for excuse in excuses)]
        if new:
            where, finding = new[0]
            yield Complaint("difference", where, _difference(where, finding, verdict))


def _difference(where: Place, finding: Finding, verdict: Verdict) -> str:
    words = "is undecided" if finding.verdict == "undecided" else "differs"
    detail = " ".join(sentence(finding).split()).removeprefix(f"{finding.verdict} ")
    reason = f", because {verdict.because}" if verdict.because else f": {detail}"
    return f"{where.words} {words}{reason}"


def _conduct(old: Baseline, new: Baseline) -> Iterator[Complaint]:
    """Yield a complaint for each default or first draw of the twins that is another."""
    if not new.conduct:
        return
    for name in sorted({*old.conduct, *new.conduct}):
        before, now = old.conduct.get(name), new.conduct.get(name)
        if before is not None and before != now:
            words = f"{name} was {before} in the baseline and " + (
                "is gone" if now is None else f"is {now}"
            )
            yield Complaint("conduct", Place(TWINS, array=name), words)


def _obstacles(report: Report) -> Iterator[Complaint]:
    """Yield what could not be judged, in order."""
    for target in report.targets:
        place = Place(target.target or TWINS)
        if target.refused:
            yield Complaint("refused", place, target.refused)
            continue
        for case in target.cases:
            if case.refused:
                where = place._replace(case=case.case, dtype=case.dtype)
                words = f"{where.words}: {case.refused}"
                yield Complaint("refused", where, words)
        for control in target.missed:
            words = f"a planted fault was missed ({control.name}: {control.fault})"
            yield Complaint("missed", place._replace(array=control.name), words)
        if target.verdict == "nothing judged" and not target.missed:
            yield Complaint("nothing", place, f"nothing of {place.target} was judged")
