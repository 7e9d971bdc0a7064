"""A reading: which functions are called, in which order, with which layout."""

from dataclasses import dataclass, replace
from typing import Any

from backproof.candidate.conventions.layout import Layout
from backproof.candidate.conventions.model import Model
from backproof.candidate.conventions.session import Functions, Session
from backproof.candidate.conventions.starting import start
from backproof.exchange import Problem


@dataclass(frozen=True)
class Reading:
    """How to call a file.

    forward, cost, backward, train, update  names of functions or methods; "" where there is none
    idle    whether the update changes nothing, though it takes a step: that is what it shows
    rivals  other backward passes of the file, which give other gradients
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
    idle: bool = False
    rivals: tuple[str, ...] = ()

    def playing(self, part: str, name: str) -> "Reading":
        """Return the same reading with another function for one part."""
        changed: dict[str, Any] = {part: name}
        return replace(self, **changed)

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
            session.update(self.update, self.idle)

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
