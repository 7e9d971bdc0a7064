"""A failure of one case, in sentences somebody can act on."""

from collections.abc import Iterator

from backproof.compare import Finding
from backproof.precision import Z_LIMIT
from backproof.verdict import LIVE, CaseReport, Verdict


def failures(case: CaseReport, target: str) -> Iterator[str]:
    """Yield what is to be said about each candidate that does not agree on a case."""
    for verdict in case.verdicts:
        if verdict.verdict != "agree":
            yield ""
            yield f"{verdict.candidate} on {case.case}, {case.dtype}: {case.why}"
            yield from (sentence(f) for f in verdict.findings if not f.agrees)
            yield from (
                sentence(f) + ", from its own previous parameters"
                for f in verdict.trajectory
                if not f.agrees and _first_iteration_agrees(verdict, f)
            )
            yield from _because(verdict)
            yield from _where_to_look(verdict)
            if target != LIVE:
                yield f"again     {_command(case, target)}"


def _because(verdict: Verdict) -> Iterator[str]:
    if verdict.because:
        yield f"because   {verdict.because}"
    for right, wrong in verdict.formulas:
        yield f"right     {right}"
        yield f"wrong     {wrong}"


def _where_to_look(verdict: Verdict) -> Iterator[str]:
    agreeing = [f.name for f in verdict.findings if f.agrees]
    blamed = next((f.name for f in verdict.findings if not f.agrees), None)
    if agreeing:
        yield f"agrees    {', '.join(agreeing)}"
    if blamed and verdict.verdict == "differ":
        yield f"look at   the line that computes {blamed}: nothing before it differs"


def _first_iteration_agrees(verdict: Verdict, late: Finding) -> bool:
    return all(f.agrees for f in verdict.findings if f.name == late.name)


def _command(case: CaseReport, target: str) -> str:
    options = f"--case {case.case} --dtype {case.dtype} --seed {case.seed}"
    return " ".join(["backproof check", *([target] if target else []), options])


def sentence(finding: Finding) -> str:
    """Return one line about an array: where it is worst, and by how much."""
    if not finding.size:
        return f"{finding.verdict:<10}{finding.name}   {finding.reason}"
    where = f"{finding.name}{list(finding.index) if finding.index else ''}"
    return (
        f"{finding.verdict:<10}{where}   actual {finding.actual:.8g}   expected "
        f"{finding.expected:.8g} ± {finding.sigma:.1g}   z = {finding.z:.2g} ({Z_LIMIT:g} allowed)"
        f"   {finding.ulps:.2g} ulps   {finding.differing} of {finding.size} elements"
    )
