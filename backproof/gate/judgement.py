"""A judgement of the gate: parity, sharpness or speed, each with its own line and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backproof.report.lines import count

GREEN, RED, CANNOT = "green", "red", "cannot judge"
TWINS = "twins"  # what the target without a name is called
LATER = "later "  # before the name of an array of the trajectory


class Place(NamedTuple):
    """Where an array stands: in which target, case and precision, and who computed it.

    Of what concerns more than one array, the later parts are empty.
    """

    target: str
    case: str = ""
    dtype: str = ""
    candidate: str = ""
    array: str = ""

    @property
    def words(self) -> str:
        """Return "digits, float64, impl_numpy: dW1", for example."""
        where = ", ".join(part for part in (self.case, self.dtype, self.candidate) if part)
        where = where or self.target
        return f"{where}: {self.array}" if self.array else where


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong.

    kind      of thing, in a word: complaints of a kind are counted together
    sentence  what is wrong and, where that helps, what to do
    """

    kind: str
    place: Place
    sentence: str


@dataclass(frozen=True)
class Judgement:
    """One of the three judgements.

    verdict  "green", "red" or "cannot judge"
    reason   one line
    """

    name: str
    verdict: str
    reason: str
    complaints: tuple[Complaint, ...] = ()


def red(name: str, complaints: Sequence[Complaint]) -> Judgement:
    """Return a judgement whose reason is the first complaint, and how many there are beside it."""
    first, *others = complaints
    reason = first.sentence + (f" (and {count(len(others), 'more complaint')})" if others else "")
    return Judgement(name, RED, reason, tuple(complaints))
