"""What a candidate is, and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backproof.case import Case, Inputs
from backproof.errors import BackproofError
from backproof.trace import Trace


@dataclass(frozen=True)
class Run:
    """What a candidate did with a case.

    trace       the first iteration, every array
    trajectory  all iterations: the cost, and the parameters after each update, first axis = step;
                empty if only the first iteration is to be judged
    """

    trace: Trace
    trajectory: Trace = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A name, and a function from a case and its arrays to a Run.

    partial  what is not in the trace is not judged; otherwise every array must be there
    """

    name: str
    run: Callable[[Case, Inputs], Run]
    partial: bool = False


NOT_RUN = "not run after the failure that ended it"


class SkippedError(BackproofError):
    """The candidate says that it does not do this kind of case."""


class FailedError(BackproofError):
    """The candidate failed on a case; the message is a sentence about "it".

    ends  no other case is to be run after it: it overstepped a limit, which costs time
    """

    def __init__(self, sentence: str, ends: bool = False) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.ends = ends
