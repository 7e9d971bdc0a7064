"""Checks: a report cut into single demands, each with a name and a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from backproof.report.failure import sentence
from backproof.verdict import CaseReport, TargetReport, Verdict


@dataclass(frozen=True)
class Check:
    """One demand on a network: an array of one case.

    name      2-layers-1-output-dW1, for example
    array     dW1
    failure   why it is not met; "" where it is
    """

    name: str
    array: str
    failure: str

    def __call__(self) -> None:
        """Raise AssertionError, with a sentence, where the demand is not met."""
        __tracebackhide__ = True
        if self.failure:
            raise AssertionError(self.failure)


def checks_of(report: TargetReport) -> Iterator[Check]:
    """Yield every check of a target; a single failing one where it could not be judged."""
    if report.refused:
        yield Check("readable", "", report.refused)
        return
    for case in report.judged:
        for verdict in case.verdicts:
            yield from _of_verdict(case, verdict, several=len({c.dtype for c in report.judged}) > 1)
    for case in report.cases:
        if case.refused:
            yield Check(f"{case.case}-{case.dtype}", "", case.refused)
    missed = [control.fault for control in report.missed]
    if missed or report.verdict == "nothing judged":
        why = f"planted faults passed: {', '.join(missed)}" if missed else "nothing was judged"
        yield Check("controls", "", why)


def _of_verdict(case: CaseReport, verdict: Verdict, *, several: bool) -> Iterator[Check]:
    where = f"{case.case}-{case.dtype}" if several else case.case
    again = "-called-again" if verdict is not case.verdicts[0] else ""
    for kind, findings in (("", verdict.findings), ("-trajectory", verdict.trajectory)):
        for finding in findings:
            failure = "" if finding.agrees else f"{sentence(finding)}\n{case.case}: {case.why}"
            yield Check(f"{where}-{finding.name}{kind}{again}", finding.name, failure)
