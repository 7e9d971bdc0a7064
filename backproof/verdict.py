"""What a run found, as plain data: nothing here needs torch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backproof.compare import Finding
from backproof.controls import Control
from backproof.drift import Drift

LIVE = "globals()"  # the target of what was no file
RANKS = ("differ", "undecided", "cannot judge", "nothing judged", "agree")  # worst first


@dataclass(frozen=True)
class Verdict:
    """What came of one candidate on one case.

    findings    of the first iteration, in order of computation
    trajectory  of all iterations, each judged from the candidate's own previous parameters
    because     why it differs, as a clause; empty where it does not, or nothing can be said
    mistakes    names out of the catalogue that reproduce its numbers; empty where none does
    formulas    (right, wrong) of each of them
    """

    candidate: str
    findings: list[Finding]
    trajectory: list[Finding]
    controls: list[Control]
    because: str = ""
    mistakes: tuple[str, ...] = ()
    formulas: tuple[tuple[str, str], ...] = ()

    @property
    def all_findings(self) -> list[Finding]:
        """Findings of the first iteration, then of the trajectory."""
        return self.findings + self.trajectory

    @property
    def blamed(self) -> str:
        """The first array that does not agree, in order of computation; "" where all do."""
        return next((f.name for f in self.findings if not f.agrees), "")

    @property
    def verdict(self) -> str:
        """The worst of all findings: "differ", then "undecided", then "agree"."""
        return worst(f.verdict for f in self.all_findings)


@dataclass(frozen=True)
class CaseReport:
    """All verdicts on one case, and how far the candidates part when each runs on its own.

    skipped  why the candidate was not judged on it, in which case there is no verdict
    refused  what the candidate failed with instead of computing it: one sentence
    group    what cases are called that share a row where they agree: "panel trial"; "" for none
    """

    case: str
    why: str
    dtype: str
    seed: int
    iterations: int
    verdicts: list[Verdict]
    drift: list[Drift] = field(default_factory=list)
    skipped: str = ""
    refused: str = ""
    group: str = ""

    @property
    def verdict(self) -> str:
        """The worst of all candidates' verdicts, "skipped", or "cannot judge"."""
        if self.refused:
            return "cannot judge"
        return "skipped" if self.skipped else worst(v.verdict for v in self.verdicts)


@dataclass(frozen=True)
class Line:
    """A line of somebody's file.

    number  counted from 1; in a notebook, within the cell
    cell    number of the notebook's code cell, from 1; 0 in a file that is none
    """

    path: str
    number: int
    text: str
    cell: int = 0


@dataclass(frozen=True)
class GuardFinding:
    """A guard: what keeps a formula from dividing by 0 or overflowing.  It is no mistake.

    words  what it is
    place  where: a key of backproof.guards.PLACES; of one that only the text shows, its role there
    kind   how it works, as in backproof.guards.Guard
    eps    its size
    moves  array -> its largest change over its largest element, of what moves by more than
           rounding, in order of computation
    line   where it stands, if that was found
    """

    words: str
    place: str
    kind: str
    eps: float
    moves: Mapping[str, float] = field(default_factory=dict)
    line: Line | None = None

    @property
    def sentence(self) -> str:
        """What it is and what it does, without a full stop."""
        if not self.moves:
            return f"{self.words}: moves nothing here by more than rounding"
        first, size = next(iter(self.moves.items()))
        most = max(self.moves, key=lambda name: self.moves[name])
        more = ""
        if self.moves[most] > 1.5 * size:
            more = f", {most} by {self.moves[most]:.1g}"
        return f"{self.words}: moves {first} by {size:.1g} of its value{more}"


@dataclass(frozen=True)
class TargetReport:
    """All that was found about one target.

    target   what names it on the command line; empty for the twins on the CPU
    reading  how a file without trace(case) was read: "functions over a dict of W1, b1; ..."
    notes    what the user should know, one sentence each
    refused  why it could not be judged: one sentence
    lines    array -> the line of the file that computes it, of those that could be seen
    guards   what keeps its formulas from dividing by 0, and what that changes
    covers   what was compared, and on what: to this the verdict is limited
    unjudged what it shows, or was to be asked, that was not judged -> why
    """

    target: str
    cases: list[CaseReport]
    reading: str = ""
    notes: tuple[str, ...] = ()
    refused: str = ""
    lines: Mapping[str, Line] = field(default_factory=dict)
    guards: tuple[GuardFinding, ...] = ()
    covers: str = ""
    unjudged: Mapping[str, str] = field(default_factory=dict)

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """What was not judged, all that has one reason together: ("dZ2, dZ1", why)."""
        reasons = dict.fromkeys(self.unjudged.values())
        return [
            (", ".join(k for k, v in self.unjudged.items() if v == why), why) for why in reasons
        ]

    @property
    def judged(self) -> list[CaseReport]:
        """The cases that were neither skipped nor refused."""
        return [case for case in self.cases if not case.skipped and not case.refused]

    @property
    def guard_lines(self) -> list[str]:
        """A sentence for each guard, with its line."""
        places = [f" (line {g.line.number})" if g.line else "" for g in self.guards]
        return [f"{g.sentence}{place}" for g, place in zip(self.guards, places, strict=True)]

    @property
    def controls(self) -> list[Control]:
        """Every fault that was planted."""
        return [c for case in self.cases for v in case.verdicts for c in v.controls]

    @property
    def missed(self) -> list[Control]:
        """The planted faults that were not caught."""
        return [control for control in self.controls if not control.caught]

    @property
    def verdict(self) -> str:
        """The worst of its cases; "nothing judged" where a planted fault passed, or none was."""
        if self.refused:
            return "cannot judge"
        found = worst(case.verdict for case in self.cases if not case.skipped)
        proven = not self.missed and (found != "agree" or self.controls)
        return found if proven else "nothing judged"


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst of some verdicts; of none, "nothing judged"."""
    return min(verdicts, key=RANKS.index, default="nothing judged")
