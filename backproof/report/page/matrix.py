"""Verdicts by layer: a row for each layer, a column for each kind of array."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backproof.compare import Finding
from backproof.verdict import RANKS, CaseReport

KINDS = {
    "Z": "before the activation",
    "A": "after the activation",
    "cost": "of the whole batch",
    "dW": "gradient of the weights",
    "db": "gradient of the biases",
    "W": "weights after one update",
    "b": "biases after one update",
    "all": "cost and parameters at every iteration of the training",
}
OF_LAYER = re.compile(r"(Z|A|dW|db|W|b)(\d+)")


@dataclass(frozen=True)
class Cell:
    """The worst of some findings."""

    verdict: str
    z: float


@dataclass(frozen=True)
class Matrix:
    """Cells by layer and kind; None where there is no such array.

    whole  those that belong to no layer, by name
    """

    kinds: list[str]
    layers: list[tuple[int, list[Cell | None]]]
    whole: list[tuple[str, Cell]]


def matrix(cases: Sequence[CaseReport]) -> Matrix:
    """Return the worst verdict and the largest z, over some cases, of each layer and kind."""
    found: dict[tuple[int, str], list[Finding]] = {}
    for kind, finding in _kinds(cases):
        parts = OF_LAYER.fullmatch(finding.name)
        layer = int(parts[2]) if parts and kind != "all" else 0
        found.setdefault((layer, kind), []).append(finding)
    cells = {place: cell for place, findings in found.items() if (cell := worst_cell(findings))}
    kinds = [kind for kind in KINDS if any(k == kind and layer for layer, k in cells)]
    layers = [
        (layer, [cells.get((layer, kind)) for kind in kinds])
        for layer in sorted({layer for layer, _ in cells if layer})
    ]
    whole = [(kind, cell) for (layer, kind), cell in cells.items() if not layer]
    return Matrix(kinds, layers, whole)


def by_kind(cases: Sequence[CaseReport]) -> dict[str, Cell | None]:
    """Return the worst of each of KINDS over some cases."""
    found: dict[str, list[Finding]] = {kind: [] for kind in KINDS}
    for kind, finding in _kinds(cases):
        found.setdefault(kind, []).append(finding)
    return {kind: worst_cell(findings) for kind, findings in found.items()}


def worst_cell(findings: Iterable[Finding]) -> Cell | None:
    """Return the worst verdict and the largest z of some findings; None of none."""
    findings = list(findings)
    if not findings:
        return None
    verdict = min((f.verdict for f in findings), key=RANKS.index)
    return Cell(verdict, max((f.z for f in findings if not math.isnan(f.z)), default=math.nan))


def _kinds(cases: Sequence[CaseReport]) -> Iterable[tuple[str, Finding]]:
    for case in cases:
        for verdict in case.verdicts:
            for finding in verdict.findings:
                parts = OF_LAYER.fullmatch(finding.name)
                yield parts[1] if parts else finding.name, finding
            for finding in verdict.trajectory:
                yield "all", finding
