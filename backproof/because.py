"""Why a candidate differs: the diagnosis, written into the verdicts.

Imported only when something differs, so that a run without differences pays nothing for it.
"""

from collections.abc import Sequence
from dataclasses import replace

from backproof.diagnosis import Diagnosis, Exhibit, diagnose
from backproof.verdict import CaseReport, Verdict


def explained(verdict: Verdict, exhibit: Exhibit) -> Verdict:
    """Return the verdict of one case with its reason, if the numbers prove or show one."""
    return _with(verdict, diagnose([exhibit]))


def explained_together(
    reports: Sequence[CaseReport], exhibits: Sequence[Exhibit]
) -> list[CaseReport]:
    """Return the reports of one candidate with the reason that all its cases together prove.

    exhibits  one for each report, of its last verdict
    """
    found = diagnose(exhibits)
    return [
        replace(report, verdicts=[*report.verdicts[:-1], _with(report.verdicts[-1], found)])
        for report in reports
    ]


def _with(verdict: Verdict, found: Diagnosis | None) -> Verdict:
    if found is None or verdict.verdict != "differ":
        return verdict
    return replace(
        verdict, because=found.sentence, mistakes=found.mistakes, formulas=found.formulas
    )
