"""What a run found, as plain data: nothing here needs torch."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backproof.compare import Finding
from backproof.controls import Control
from backproof.drift import Drift

RANKS = ("differ", "undecided", "agree")  # worst first


@dataclass(frozen=True)
class Verdict:
    """What came of one candidate on one case.

    findings    of the first iteration, in order of computation
    trajectory  of all iterations, each judged from the candidate's own previous parameters
    """

    candidate: str
    findings: list[Finding]
    trajectory: list[Finding]
    controls: list[Control]

    @property
    def all_findings(self) -> list[Finding]:
        """Findings of the first iteration, then of the trajectory."""
        return self.findings + self.trajectory

    @property
    def verdict(self) -> str:
        """The worst of all findings: "differ", then "undecided", then "agree"."""
        return worst(f.verdict for f in self.all_findings)


@dataclass(frozen=True)
class CaseReport:
    """All verdicts on one case, and how far the candidates part when each runs on its own.

    skipped  why the candidate was not judged on it, in which case there is no verdict
    target   what names the candidate on the command line; empty for the twins on the CPU
    """

    case: str
    why: str
    dtype: str
    seed: int
    iterations: int
    verdicts: list[Verdict]
    drift: list[Drift] = field(default_factory=list)
    skipped: str = ""
    target: str = ""

    @property
    def verdict(self) -> str:
        """The worst of all candidates' verdicts, or "skipped"."""
        return "skipped" if self.skipped else worst(v.verdict for v in self.verdicts)


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst of some verdicts."""
    return min(verdicts, key=RANKS.index)
