"""The panel as a file answers it: more problems, several updates, one question forty times."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic

import numpy as np

from backproof.candidate.conventions import DEPTHS
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.search import Failures
from backproof.candidate.conventions.session import Session
from backproof.candidate.letters import UPDATE, UPDATES
from backproof.exchange import Problem
from backproof.trace import Array, Trace, after

SECONDS = 1.0  # for the panel of a file; of most, it takes a tenth
AGAIN = 40  # times that one question is asked: what happens in one call of twenty is then seen
RANDOM = "it draws random numbers"
STATE = "it keeps state between calls, or draws random numbers from a stream of its own"
ALIKE = {"f4": 1e-4, "f8": 1e-9}  # of two answers to one question, relative to the largest number


@dataclass
class Panel:
    """What came of the problems.

    traces, again  problem -> what was computed, and a second time
    left_out       problem -> why it was not computed
    unsteady       problem -> why the same question gets different answers
    """

    traces: dict[str, Trace] = field(default_factory=dict)
    again: dict[str, Trace] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    unsteady: dict[str, str] = field(default_factory=dict)

    def ask(self, way: Reading, problem: Problem, until: float) -> None:
        """Run a problem twice, unless the file does not take it, or it is too late."""
        if problem.name in self.traces:
            return
        if monotonic() > until:
            self.left_out[problem.name] = "there was no time left for it"
        elif "integers" in way.layout.labels and not np.isin(problem.Y, (0, 1)).all():
            self.left_out[problem.name] = "the file takes whole numbers for labels"
        elif "integers" in way.layout.labels and not problem.Y[-1].any():
            self.left_out[problem.name] = (
                "the last class, by which a file may count them, is absent"
            )
        else:
            failures = Failures()
            pair = failures.attempt("", partial(twice, way, problem))
            if pair is None:
                error = failures.errors[""]
                self.left_out[problem.name] = f"it raised {type(error).__name__}: {error}"
            else:
                _, self.traces[problem.name], self.again[problem.name] = pair

    def ask_often(self, way: Reading, problem: Problem, first: Trace, until: float) -> None:
        """Ask a question anew, many times; keep as `again` the answer farthest from the first."""
        session, other = asked(way, problem)
        others = [other, *_many(session, way, until)]
        farthest = max(others, key=partial(apart, first))
        if apart(first, farthest) <= 1:
            return
        self.traces[problem.name], self.again[problem.name] = first, farthest
        steady = _all_alike([_seeded(session, way, 0) for _ in others])
        by_seed = not _all_alike([_seeded(session, way, seed) for seed in range(len(others))])
        self.unsteady[problem.name] = RANDOM if steady and by_seed else STATE


def on_the_panel(
    ways: Mapping[int, Reading],
    done: Sequence[Problem],
    traces: Mapping[str, Trace],
    problems: Sequence[Problem],
    several: bool,
) -> Panel:
    """Run those problems that are of the depth, and of the outputs, that are judged first.

    ways     number of outputs -> how to call the file
    done     problems that it has answered, with these traces
    several  whether its own script gives it several outputs
    """
    panel, until = Panel(), monotonic() + SECONDS
    depths = {len(problem.layer_dims) - 1 for problem in done}
    depth = next(depth for depth in DEPTHS if depth in depths)
    first = {p.layer_dims[-1]: p for p in reversed(done) if len(p.layer_dims) - 1 == depth}
    if 1 in first and len(first) > 1:
        shown = {n: traces[p.name].get(f"A{depth}") for n, p in first.items() if n > 1}
        several = several or any(A is not None and _is_softmax(A) for A in shown.values())
        if several or all(A is not None for A in shown.values()):
            first = {n_out: p for n_out, p in first.items() if (n_out > 1) == several}
    single = any("-single" in problem.name for problem in first.values())
    failures = Failures()
    for n_out, problem in first.items():
        for later in failures.attempt("", partial(updates, ways[n_out], problem)) or ():
            panel.ask(ways[n_out], later, until)
    for problem in problems:
        n_out = problem.layer_dims[-1]
        wanted = len(problem.layer_dims) - 1 == depth and ("-single" in problem.name) == single
        if wanted and n_out in first:
            panel.ask(ways[n_out], problem, until)
    for n_out, problem in first.items():  # last: state may need many calls to show
        soon = monotonic() + SECONDS / 5
        failures.attempt(
            "", partial(panel.ask_often, ways[n_out], problem, traces[problem.name], soon)
        )
    return panel


def _is_softmax(A: Array) -> bool:
    """Tell whether several outputs sum to 1 over each example."""
    return np.allclose(A.sum(axis=0), 1, atol=1e-5)


def twice(way: Reading, problem: Problem) -> tuple[Session, Trace, Trace]:
    """Run a problem twice on the same objects."""
    session, first = asked(way, problem)
    return session, first, once_more(session, way)


def asked(way: Reading, problem: Problem) -> tuple[Session, Trace]:
    """Run one problem; return what it computed, as copies."""
    session = way.run(problem)
    return session, _copied(session)


def once_more(session: Session, way: Reading) -> Trace:
    """Run the problem of a session once more, on the same objects."""
    session.restart()
    way.steps(session)
    return _copied(session)


def updates(way: Reading, problem: Problem) -> list[Problem]:
    """Return the same problem from its own updated parameters, and again from those."""
    later, name = [], problem.name
    for number in range(2, UPDATES + 1):
        now = after(problem.parameters, asked(way, problem)[1])
        if now is None:
            break
        problem = replace(problem, name=f"{name}{UPDATE}{number}", parameters=now)
        later.append(problem)
    return later


def _all_alike(answers: Sequence[Trace]) -> bool:
    return all(apart(answers[0], other) <= 1 for other in answers)


def apart(one: Trace, other: Trace) -> float:
    """Return how far two answers are apart, in units of what rounding may do; at most that: 1."""
    if one.keys() != other.keys() or any(one[n].shape != other[n].shape for n in one):
        return np.inf
    with np.errstate(all="ignore"):
        return max((_apart(one[n], other[n]) for n in one), default=0.0)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    if np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
        return 0.0
    if one.dtype.kind != "f" or other.dtype != one.dtype:
        return np.inf
    room = ALIKE.get(one.dtype.str[1:], 0.0) * np.abs(one).max()
    distance = float(np.abs(one - other).max() / room) if room else np.inf
    return distance if np.isfinite(distance) else np.inf


def _many(session: Session, way: Reading, until: float) -> Iterator[Trace]:
    for _ in range(AGAIN):
        yield once_more(session, way)
        if monotonic() > until:
            return


def _seeded(session: Session, way: Reading, seed: int) -> Trace:
    np.random.seed(seed)  # noqa: NPY002  # the file's own stream, in its own process
    random.seed(seed)
    return once_more(session, way)


def _copied(session: Session) -> Trace:
    return {name: np.array(value) for name, value in session.trace.items()}
