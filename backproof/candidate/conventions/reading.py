"""A reading: which functions are called, in which order, with which layout."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from backproof.candidate.conventions.layout import Layout
from backproof.candidate.conventions.model import RATE, Model
from backproof.candidate.conventions.session import Functions, Session, start
from backproof.exchange import Problem
from backproof.trace import Array


@dataclass(frozen=True)
class Reading:
    """How to call a file.

    forward, cost, backward, train, update  names of functions or methods; "" where there is none
    """

    name: str
    model: Model
    functions: Functions
    layout: Layout
    forward: str = ""
    cost: str = ""
    backward: str = ""
    train: str = ""
    update: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def run(self, problem: Problem) -> Session:
        """Run one iteration on a problem; raises whatever the file raises."""
        session = start(problem, self.layout, self.model, self.functions)
        self.steps(session)
        return session

    def steps(self, session: Session) -> None:
        """Call the functions in order."""
        if self.forward:
            session.forward(self.forward)
        if self.cost:
            session.cost(self.cost)
        if self.backward:
            session.backward(self.backward)
        if self.train:
            session.train(self.train)
        if self.update and not session.changed:
            session.update(self.update)

    def quality(self, session: Session) -> tuple[int, int, int, int]:
        """Return how much of a network the reading shows: gradients of the right shape first."""
        trace, parameters = session.trace, session.problem.parameters
        wanted = [name for name, _, _ in session.layers.paths()]
        right = sum(
            f"d{name}" in trace and trace[f"d{name}"].shape == parameters[name].shape
            for name in wanted
        )
        complete = int(right == len(wanted))
        return (
            complete,
            right,
            int(f"A{session.layers.depth}" in trace or f"Z{session.layers.depth}" in trace),
            int("cost" in trace),
        )

    def with_layout(self, layout: Layout) -> "Reading":
        """Return the same reading with another layout."""
        return replace(self, layout=layout)


def snapshot(session: Session) -> dict[str, Array]:
    """Return the trace in plain arrays."""
    return {name: np.array(value) for name, value in session.trace.items()}


__all__ = ["RATE", "Reading", "snapshot"]
