"""A report as Gradescope's results.json: a score out of 100, and one test for each array.

The score is the share of the comparisons (an array of a case) that agree.  One mistake often
spoils every array after it, and nobody is to pay for it twice: where the mistakes are named,
which is a proof that there are no others, each of them costs one array, the first that it shows
in.  Where none is named, nothing shows that a later array is right, and none is given.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from backproof.compare import Finding
from backproof.errors import BackproofError
from backproof.report.failure import sentence
from backproof.report.lines import count, printable
from backproof.report.markdown import told
from backproof.report.model import Report
from backproof.report.summary import heading
from backproof.verdict import CaseReport, TargetReport, Verdict

FULL = 100
SHOWN = 3  # failures that a test shows
FOLLOWS = "differs only because of the mistake named above: no point is lost"


@dataclass(frozen=True)
class Point:
    """One comparison: the array it is of, whether it earns its point, and what is to be said."""

    array: str
    earned: bool
    said: str = ""


def refuse_several(targets: int) -> None:
    """Raise BackproofError where there is not exactly one target."""
    if targets != 1:
        raise BackproofError(
            f"--gradescope FILE is the score of one submission, and there are {targets}: run it "
            "once for each."
        )


def rendered(report: Report) -> str:
    """Return the text of the file.

    Raises BackproofError for several targets, and where a planted fault passed: that is no fault
    of the submission, and there must be no score.
    """
    refuse_several(len(report.targets))
    (target,) = report.targets
    if target.missed:
        raise BackproofError(
            "A planted fault passed, so that nothing was judged: there is no score to write."
        )
    return json.dumps(_results(target), indent=1) + "\n"


def _results(target: TargetReport) -> dict[str, Any]:
    points = _points(target)
    earned = sum(point.earned for point in points)
    score = math.floor(100 * FULL * earned / len(points)) / 100  # 100 is for all, and only for all
    return {
        "score": score,
        "output": "\n".join(map(printable, _output(target, score))),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": list(_tests(points)),
    }


def _output(target: TargetReport, score: float) -> Iterator[str]:
    """Yield what the student reads first: the verdict, the score, and the first failure."""
    yield f"{target.verdict}: {score:g} of {FULL} points"
    if target.refused:
        yield target.refused
        return
    yield from heading(target)
    for case in target.judged:
        for verdict in case.verdicts:
            if verdict.verdict != "agree":
                yield ""
                yield from told(verdict, case, target)
                return


def _tests(points: list[Point]) -> Iterator[dict[str, Any]]:
    """Yield a test for each array, in order of computation."""
    order = {name: place for place, name in enumerate(dict.fromkeys(p.array for p in points))}
    ranked = sorted(points, key=lambda point: order[point.array])
    for array, group in groupby(ranked, key=lambda point: point.array):
        alike = list(group)
        earned, said = sum(p.earned for p in alike), [p.said for p in alike if p.said]
        more = [f"and {count(len(said) - SHOWN, 'more case')}"] if len(said) > SHOWN else []
        yield {
            "name": printable(array),
            "status": "passed" if earned == len(alike) else "failed",
            "score": earned,
            "max_score": len(alike),
            "output": "\n".join(printable(line) for line in [*said[:SHOWN], *more]),
        }


def _points(target: TargetReport) -> list[Point]:
    """Return every comparison; a single one where nothing was judged."""
    if target.refused:
        return [Point("readable", False, target.refused)]
    points = [
        point
        for case in target.judged
        for verdict in case.verdicts
        for point in _of_verdict(case, verdict)
    ]
    points += [
        Point("runs on every case", False, f"{case.case}, {case.dtype}: {case.refused}")
        for case in target.cases
        if case.refused
    ]
    if target.verdict == "nothing judged":
        why = dict.fromkeys(case.skipped for case in target.cases if case.skipped)
        return [Point("judged", False, "; ".join(["Nothing was judged", *why]))]
    return points


def _of_verdict(case: CaseReport, verdict: Verdict) -> Iterator[Point]:
    """Yield a point for each finding; of named mistakes, each costs the first array it shows in."""
    costs = len(verdict.mistakes) or len(verdict.all_findings)
    for late, findings in (("", verdict.findings), (" of every iteration", verdict.trajectory)):
        for finding in findings:
            name = f"{finding.name}{late}"
            if finding.agrees:
                yield Point(name, True)
                continue
            yield Point(name, costs <= 0, _said(case, finding, follows=costs <= 0))
            costs -= 1


def _said(case: CaseReport, finding: Finding, *, follows: bool) -> str:
    where = f"{case.case}, {case.dtype}"
    return f"{where}: {FOLLOWS}" if follows else f"{where}: {sentence(finding)}"
