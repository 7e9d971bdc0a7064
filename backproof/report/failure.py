"""A failure of one case, in sentences somebody can act on."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from backproof.compare import Finding
from backproof.precision import Z_LIMIT
from backproof.verdict import LIVE, CaseReport, Line, Verdict

UNSEEN: Mapping[str, Line] = MappingProxyType({})


def failures(case: CaseReport, target: str, lines: Mapping[str, Line] = UNSEEN) -> Iterator[str]:
    """Yield what is to be said about each candidate that does not agree on a case.

    target  what names it on the command line
    lines   array -> the line of the target's file that computes it
    """
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
            yield from _where_to_look(verdict, lines)
            if target != LIVE:
                yield f"again     {_command(case, target)}"


def _because(verdict: Verdict) -> Iterator[str]:
    if verdict.because:
        yield f"because   {verdict.because}"
    for right, wrong in verdict.formulas:
        yield f"right     {right}"
        yield f"wrong     {wrong}"


def _where_to_look(verdict: Verdict, lines: Mapping[str, Line]) -> Iterator[str]:
    agreeing = [f.name for f in verdict.findings if f.agrees]
    blamed = verdict.blamed
    if agreeing:
        yield f"agrees    {', '.join(agreeing)}"
    if blamed and verdict.verdict == "differ":
        if blamed in lines:
            yield f"look at   {_quoted(lines[blamed])}"
            yield f"          where {blamed} is computed: nothing compared before it differs"
        else:
            yield f"look at   the line that computes {blamed}: nothing before it differs"


def _quoted(line: Line) -> str:
    """Return my_net.py:41 or my_net.ipynb, cell 3, line 5, and what stands there."""
    place = f", cell {line.cell}, line {line.number}" if line.cell else f":{line.number}"
    return f"{line.path}{place}   {line.text}"


def _first_iteration_agrees(verdict: Verdict, late: Finding) -> bool:
    return all(f.agrees for f in verdict.findings if f.name == late.name)


def _command(case: CaseReport, target: str) -> str:
    options = f"--case {case.case} --dtype {case.dtype} --seed {case.seed}"
    return " ".join(["backproof check", *([target] if target else []), options])


def sentence(finding: Finding) -> str:
    """Return one line about an array: where it is worst, and by how much."""
    if not finding.size:
        return f"{finding.verdict:<10}{finding.name}   {finding.reason}"
    number = finding.shape == () and finding.verdict == "differ"
    off = finding.reason if number else f"{finding.differing} of {finding.size} elements"
    where = f"{finding.name}{list(finding.index) if finding.index else ''}"
    return (
        f"{finding.verdict:<10}{where}   actual {finding.actual:.8g}   expected "
        f"{finding.expected:.8g} ± {finding.sigma:.1g}   z = {finding.z:.2g} ({Z_LIMIT:g} allowed)"
        f"   {finding.ulps:.2g} ulps   {off}"
    )
