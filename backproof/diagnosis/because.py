"""Why a candidate differs: the diagnosis, written into the verdicts.

Imported only when something differs, so that a run without differences pays nothing for it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from backproof.diagnosis import Diagnosis, Exhibit, diagnose
from backproof.verdict import CaseReport, Verdict


def explained(verdict: Verdict, exhibit: Exhibit) -> Verdict:
    """Return the verdict of one case with its reason, if the numbers prove or show one."""
    return _with(verdict, _diagnosed([exhibit]))


def explained_together(
    reports: Sequence[CaseReport], exhibits: Sequence[Exhibit]
) -> list[CaseReport]:
    """Return the reports of one candidate with the reason that all its cases together prove.

    exhibits  one for each report, of its last verdict
    """
    found = _diagnosed(exhibits)
    return [
        replace(report, verdicts=[*report.verdicts[:-1], _with(report.verdicts[-1], found)])
        for report in reports
    ]


def _diagnosed(exhibits: Sequence[Exhibit]) -> Diagnosis | None:
    """Return the diagnosis; None where an array holds no real numbers, which is reason enough."""
    kinds = {value.dtype.kind for exhibit in exhibits for value in exhibit.trace.values()}
    if kinds - set("f"):
        return None
    with np.errstate(all="ignore"):
        return diagnose(exhibits)


def _with(verdict: Verdict, found: Diagnosis | None) -> Verdict:
    if found is None or verdict.verdict != "differ":
        return verdict
    return replace(
        verdict, because=found.sentence, mistakes=found.mistakes, formulas=found.formulas
    )
