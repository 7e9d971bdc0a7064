"""Heat maps of every array of one case, in order of computation."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from backproof.compare import Finding
from backproof.report.page.heatmap import heatmap
from backproof.verdict import CaseReport, Verdict


@dataclass(frozen=True)
class Map:
    """A heat map and its finding."""

    finding: Finding
    svg: Markup


@dataclass(frozen=True)
class Maps:
    """The maps of one candidate on one case, in groups with a name each."""

    title: str
    verdict: str
    groups: list[tuple[str, list[Map]]]


def maps_of(case: CaseReport) -> Iterator[Maps]:
    """Yield the maps of each candidate that does not agree; of the worst one, where all do."""
    bad = [verdict for verdict in case.verdicts if verdict.verdict != "agree"]
    for verdict in bad or [max(case.verdicts, key=_largest_z)]:
        groups = [(name, list(_drawn(findings, late))) for name, findings, late in _groups(verdict)]
        groups = [(name, maps) for name, maps in groups if maps]
        if groups:
            title = f"{verdict.candidate} on {case.case}, {case.dtype}"
            yield Maps(title, verdict.verdict, groups)


def _largest_z(verdict: Verdict) -> float:
    return max((f.z for f in verdict.all_findings if f.size), default=0.0)


def _groups(verdict: Verdict) -> Iterator[tuple[str, list[Finding], bool]]:
    forward = [f for f in verdict.findings if f.name[0] in "ZA" or f.name == "cost"]
    backward = [f for f in verdict.findings if f.name[0] == "d"]
    others = [f for f in verdict.findings if f not in forward and f not in backward]
    yield "Forward", forward, False
    yield "Backward", backward, False
    yield "After one update", others, False
    yield "Over all iterations, the largest z", verdict.trajectory, True


def _drawn(findings: list[Finding], late: bool) -> Iterator[Map]:
    for finding in findings:
        if finding.picture is not None:
            own = finding.index[1:] if late else finding.index
            yield Map(finding, heatmap(finding, finding.picture, own))
