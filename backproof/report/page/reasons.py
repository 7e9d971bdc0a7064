"""Why a candidate does not agree on a case: the sentences of the text, and its findings."""

from dataclasses import dataclass, field
from itertools import groupby

from backproof.compare import Finding
from backproof.report.failure import failures
from backproof.verdict import CaseReport, TargetReport, Verdict

LABEL = 10  # characters that the text gives to a label
NOT_AGAIN = ("differ", "undecided", "because", "right", "wrong")  # the page forms these itself


@dataclass(frozen=True)
class Reason:
    """What is said of one candidate on one case.

    why       the case is there
    because   the clause that explains it, or ""
    formulas  (right, wrong) of each mistake
    findings  that do not agree, each with "", or " at iteration 7"
    words     label -> lines: where to look, what agrees, how to run it again
    """

    title: str
    why: str
    verdict: str
    because: str
    formulas: tuple[tuple[str, str], ...]
    findings: list[tuple[Finding, str]]
    words: dict[str, list[str]] = field(default_factory=dict)


def reasons(case: CaseReport, target: TargetReport) -> list[Reason]:
    """Return a reason for each candidate that does not agree."""
    lines = list(failures(case, target.target, target.lines))
    blocks = [list(block) for said, block in groupby(lines, key=bool) if said]
    verdicts = [verdict for verdict in case.verdicts if verdict.verdict != "agree"]
    return [_reason(case, v, block[1:]) for v, block in zip(verdicts, blocks, strict=True)]


def _reason(case: CaseReport, verdict: Verdict, lines: list[str]) -> Reason:
    first = [(f, "") for f in verdict.findings if not f.agrees]
    known = {finding.name for finding, _ in first}
    late = [
        (f, f" at iteration {f.index[0] + 1:,}" if f.index else "")
        for f in verdict.trajectory
        if not (f.agrees or f.name in known)
    ]
    words = _words(lines)
    return Reason(
        f"{verdict.candidate} on {case.case}, {case.dtype}",
        case.why,
        verdict.verdict,
        verdict.because,
        verdict.formulas,
        [*first, *late],
        {label: said for label, said in words.items() if label not in NOT_AGAIN},
    )


def _words(lines: list[str]) -> dict[str, list[str]]:
    """Return the lines by label; one without a label goes on with the last."""
    words: dict[str, list[str]] = {}
    label = ""
    for line in lines:
        label = line[:LABEL].strip() or label
        words.setdefault(label, []).append(line[LABEL:].strip())
    return words
