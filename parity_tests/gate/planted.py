"""A gate without worker processes: a report of some candidates on some cases, held against what
the right twins gave."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from backproof.candidate import Candidate
from backproof.case import Case
from backproof.cases import case_named
from backproof.gate.baseline import Baseline, found
from backproof.gate.excuses import Excuse
from backproof.gate.gate import Gate, asked_of
from backproof.gate.judgement import Complaint, Judgement
from backproof.gate.outcome import Outcome
from backproof.judge import judge_case
from backproof.report.model import Report
from backproof.twins import numpy_candidate, torch_candidate
from backproof.verdict import TargetReport

FILE = "backproof-baseline.json"


def twins(numpy: Candidate | None = None) -> list[Candidate]:
    """Return both twins, or another NumPy network under the name of the right one."""
    one = numpy_candidate()
    return [replace(numpy, name=one.name) if numpy else one, torch_candidate("cpu")]


def report_of(cases: Sequence[Case], dtype: str, candidates: Sequence[Candidate]) -> Report:
    judged = [judge_case(case, dtype, 0, candidates) for case in cases]
    return Report([TargetReport("", judged)])


@cache
def right(names: tuple[str, ...], dtype: str = "float64") -> Baseline:
    """Return the baseline of the right twins; it is to be asked for before anything is spoiled."""
    return found(report_of([case_named(name) for name in names], dtype, twins()))


def gate(report: Report, old: Baseline | None, excuses: Sequence[Excuse] = ()) -> Outcome:
    names = {place.case for place in old.questions} if old else set()
    asked = asked_of([""], sorted(names))
    return Gate(FILE, old, asked, excuses).judged(report, found(report))


def named(outcome: Outcome, name: str) -> Judgement:
    return next(judgement for judgement in outcome.judgements if judgement.name == name)


def kinds(judgement: Judgement) -> set[str]:
    return {complaint.kind for complaint in judgement.complaints}


def first(judgement: Judgement) -> Complaint:
    return judgement.complaints[0]
