"""A candidate: something that computes a network, to be judged by what it computed."""

from collections.abc import Callable
from dataclasses import dataclass

from backproof.case import Case, Inputs
from backproof.trace import Trace


@dataclass(frozen=True)
class Run:
    """What a candidate did with a case.

    trace       the first iteration, every array
    trajectory  all iterations: the cost, and the parameters after each update, first axis = step
    """

    trace: Trace
    trajectory: Trace


@dataclass(frozen=True)
class Candidate:
    """A name, and a function from a case and its arrays to a Run."""

    name: str
    run: Callable[[Case, Inputs], Run]
