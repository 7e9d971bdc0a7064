"""Reports made up by hand, for tests of what is printed, counted and returned."""

from typing import Any

from backproof.compare import Finding
from backproof.controls import Control
from backproof.report.model import Report
from backproof.verdict import CaseReport, TargetReport, Verdict

CAUGHT = Control("sign flipped", "dW2", caught=True)
MISSED = Control("zeroed", "dW1", caught=False)


def finding(verdict: str = "agree", name: str = "dW1", **fields: Any) -> Finding:
    """Return a finding about a (4, 2) array, element [2, 0] being the worst."""
    usual = {
        "reason": "" if verdict == "agree" else "8 of 8 elements are off",
        "shape": (4, 2),
        "size": 8,
        "index": (2, 0),
        "actual": -0.01048872,
        "expected": -0.00349624,
        "sigma": 1.7e-16,
        "z": 4.1e13 if verdict == "differ" else 0.5,
        "ulps": 1.6e16,
        "differing": 8 if verdict == "differ" else 0,
        "sensitivity": 3e-15 if verdict != "undecided" else 2.0,
    }
    return Finding(name, verdict, **(usual | fields))


def case_report(
    *findings: Finding,
    controls: tuple[Control, ...] = (CAUGHT,),
    name: str = "notebook-2-4-1",
    dtype: str = "float64",
    **fields: Any,
) -> CaseReport:
    """Return the report of a case with one candidate, which has these findings."""
    verdict = Verdict("by_hand", list(findings) or [finding()], [], list(controls))
    usual = {"why": "printed in the notebook", "seed": 7, "iterations": 5, "verdicts": [verdict]}
    usual |= {"group": "random case" if name.startswith("random-") else ""}
    return CaseReport(name, dtype=dtype, **(usual | fields))


def report(*verdicts: str, controls: tuple[Control, ...] = (CAUGHT,)) -> Report:
    """Return a report with one case for each verdict."""
    return report_on(*(case_report(finding(v), controls=controls) for v in verdicts))


def report_on(*cases: CaseReport, **fields: Any) -> Report:
    """Return a report on one target, the twins, with these cases."""
    return Report([TargetReport("", list(cases), **fields)])
