"""The search: dry runs with all sizes different, until a file's functions fit together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from backproof.candidate.conventions.calls import UnboundError, parameters_of
from backproof.candidate.conventions.groups import Group
from backproof.candidate.conventions.layout import Layout, data_layouts, label_layouts, same
from backproof.candidate.conventions.model import CannotBuildError
from backproof.candidate.conventions.names import (
    BACKWARD,
    COST,
    FORWARD,
    TRAIN,
    UPDATE,
    is_derived,
    role_of,
)
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.session import Session, ShowsNothingError
from backproof.candidate.loading import MissingImportError
from backproof.exchange import Problem
from backproof.trace import Array

Quality = tuple[int, int, int, int]
BEYOND = 100  # added to a class, it is none
TELLING = 3  # of an error that says why a file cannot be run at all


@dataclass
class Failures:
    """What went wrong where, so that it can be said if nothing fits: function -> error."""

    errors: dict[str, BaseException] = field(default_factory=dict)

    def attempt(self, name: str, action: Callable[[], Any]) -> Any:
        """Return what an action returns, or None, keeping the error, where it raises."""
        try:
            return action()
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # someone's code: SystemExit too
            if name not in self.errors or telling(error) >= telling(self.errors[name]):
                self.errors[name] = error
            return None


def telling(error: BaseException) -> int:
    """Return how much an error says about why a file cannot be run."""
    if isinstance(error, UnboundError | CannotBuildError):
        return 0
    if isinstance(error, ShowsNothingError):
        return 2  # it ran to its end
    return TELLING if isinstance(error, NameError | MissingImportError) else 1


def best_reading(
    group: Group, problems: Sequence[Problem], failures: Failures
) -> tuple[Reading, Quality, Problem] | None:
    """Return the reading that shows most of a network on the first sizes that allow it.

    The first one that shows every gradient, in the shape of its parameter, is taken at once.
    """
    if not any(group.players(part) for part in (FORWARD, BACKWARD, TRAIN)):
        return None
    best: tuple[Reading, Quality, Problem] | None = None
    for probes in _probes(problems, single=group.single):
        for problem in probes:
            for reading in _readings(group, problem, failures):
                session = failures.attempt(reading.name, partial(reading.run, problem))
                if session is None:
                    continue
                quality = reading.quality(session)
                if best is None or quality > best[1]:
                    best = (reading, quality, problem)
                if quality[0]:
                    return best
            if group.batch and best is not None and _is_half(best):
                return best  # of a batch: wrong shapes are not made right by one example
        if best is not None and _is_half(best):
            return best  # half of the gradients or more: a wrong network, not a wrong reading
    return best


def _is_half(best: tuple[Reading, Quality, Problem]) -> bool:
    """Tell whether at least half of the gradients have the shape of their parameter."""
    return best[1][1] >= len(best[2].layer_dims) - 1


def _probes(problems: Sequence[Problem], *, single: bool) -> list[list[Problem]]:
    """Return one batch and one single example of each layer sizes; the single one first if so."""
    first: dict[tuple[int, ...], dict[bool, Problem]] = {}
    for problem in problems:
        first.setdefault(problem.layer_dims, {}).setdefault(problem.X.shape[1] == 1, problem)
    return [[pair[m] for m in (single, not single)] for pair in first.values()]


def _readings(group: Group, problem: Problem, failures: Failures) -> Iterator[Reading]:
    n_out, m = problem.layer_dims[-1], problem.X.shape[1]
    for model in group.models:
        for data in data_layouts(m):
            for labels in label_layouts(n_out, m):
                bare = Reading(group.name, model, group.functions, Layout(data, labels))
                if failures.attempt("", partial(bare.run, problem)) is None:
                    break  # the model cannot be made with these sizes
                reading = _played(bare, group, problem, failures)
                if reading is not None:
                    yield reading


def _played(bare: Reading, group: Group, problem: Problem, failures: Failures) -> Reading | None:
    """Return the reading with every part played as well as it can be."""
    forward = _best(bare, group.players(FORWARD), "forward", problem, failures)
    found: list[tuple[Quality, Reading]] = []
    for start in _starts(forward, bare, group, problem, failures):
        for name in group.players(BACKWARD):
            _try(replace(start, backward=name), problem, failures, found)
        if found and max(q for q, _ in found)[0]:
            break
    if not any(quality[0] or quality[1] for quality, _ in found):
        for start in (*forward[:1], bare):
            for name in group.players(TRAIN):
                _try(replace(start, train=name), problem, failures, found)
    if not found and not forward:
        return None
    reading = _settled(found, group, problem) if found else forward[0]
    if failures.attempt("", partial(_takes_any_number, reading, problem)):
        return None
    return _finished(reading, group, problem, failures)


def _takes_any_number(reading: Reading, problem: Problem) -> bool:
    """Return whether a file that is given integer labels takes numbers that are no classes too.

    Then it is a regression, and labels of another shape are meant.
    """
    if "integers" not in reading.layout.labels:
        return False
    reading = replace(reading, layout=replace(reading.layout, beyond=BEYOND))
    return bool(reading.quality(reading.run(problem))[1])


def _settled(found: list[tuple[Quality, Reading]], group: Group, problem: Problem) -> Reading:
    """Return the reading of the highest quality; of several, what the file's own code calls.

    Others of that quality which give other gradients are its rivals, unless the file's code tells.
    """
    best = max(quality for quality, _ in found)
    equals = [reading for quality, reading in found if quality == best]
    used = [r for r in equals if group.together(r.backward, [r.forward, r.cost, "range"])]
    first = (used or equals)[0]
    mine = first.run(problem).trace
    rivals = []
    for other in (used or equals)[1:]:
        theirs = other.run(problem).trace
        if other.backward != first.backward and theirs and not _same_gradients(mine, theirs):
            rivals.append(other.backward)
    return replace(first, rivals=tuple(dict.fromkeys(rivals)))


def _same_gradients(one: dict[str, Array], other: dict[str, Array]) -> bool:
    shared = [name for name in one.keys() & other.keys() if name[0] == "d"]
    return all(same(one[name], other[name]) for name in shared)


def _is_sequential(reading: Reading, problem: Problem) -> bool:
    """Return whether training on two examples is training on one and then on the other."""
    pair = replace(problem, X=problem.X[:, :2], Y=problem.Y[:, :2])
    both = _after(reading, pair)
    for order in ((0, 1), (1, 0)):
        now = problem.parameters
        for k in order:
            one = replace(pair, parameters=now, X=pair.X[:, [k]], Y=pair.Y[:, [k]])
            now = now | _after(reading, one)
        if all(same(both[name], now[name], 1e-12) for name in both):
            return True
    return False


def _after(reading: Reading, problem: Problem) -> dict[str, Array]:
    """Return the parameters after an update that shows no gradients."""
    session = reading.run(problem)
    return {
        name: session.problem.parameters[name] - session.trace[f"d{name}"]
        for name, _, _ in session.layers.paths()
    }


def _starts(
    forward: list[Reading], bare: Reading, group: Group, problem: Problem, failures: Failures
) -> Iterator[Reading]:
    """Yield what may come before the backward pass: the forward pass, nothing, or the cost too.

    Some objects remember the labels when they are asked for the cost.
    """
    yield from (*forward, bare)
    if group.name:
        for start in (*forward[:1], bare):
            yield from _best(start, group.players(COST), "cost", problem, failures)


def _try(
    reading: Reading,
    problem: Problem,
    failures: Failures,
    found: list[tuple[Quality, Reading]],
) -> None:
    name = reading.backward or reading.train
    session = failures.attempt(name, lambda: reading.run(problem))
    if session is None:
        return
    several = problem.X.shape[1] > 1 and "recovered" in session.trace
    if several and failures.attempt("", lambda: _is_sequential(reading, problem)):
        return  # one example at a time: the problems of one example will show it
    found.append((reading.quality(session), reading))


def _best(
    bare: Reading, names: list[str], part: str, problem: Problem, failures: Failures
) -> list[Reading]:
    """Return the readings that run with one more part, in the order of the names."""
    tried = [bare.playing(part, name) for name in names]
    return [
        reading
        for reading, name in zip(tried, names, strict=True)
        if failures.attempt(name, partial(reading.run, problem)) is not None
    ]


def _finished(reading: Reading, group: Group, problem: Problem, failures: Failures) -> Reading:
    """Return the reading with a cost and an update, where the file has them."""
    session = failures.attempt("", lambda: reading.run(problem))
    if session is None:
        return reading
    if "cost" not in session.trace:
        reading = with_cost(reading, group, problem, failures)
    if not session.changed and reading.backward:
        fits = _best(reading, group.players(UPDATE), "update", problem, failures)
        if not fits:
            fits = _best(
                replace(reading, idle=True),
                list(_idle(group, session, failures)),
                "update",
                problem,
                failures,
            )
        reading = fits[0] if fits else reading
    return reading


def _idle(group: Group, session: Session, failures: Failures) -> Iterator[str]:
    """Yield the updates that ran and changed nothing, though a change should have come of them."""
    for name in group.players(UPDATE):
        ran = isinstance(failures.errors.get(name), ShowsNothingError)
        if ran and name in group.stepping and _has_gradients(session, name):
            yield name


def _has_gradients(session: Session, name: str) -> bool:
    """Return whether an update is handed gradients, or its object holds one that is not zero."""
    arguments = [parameter.name for parameter in parameters_of(session.function(name))]
    given = any(role_of(a, UPDATE) == "grads" or is_derived(a) for a in arguments)
    return given or any(is_derived(leaf.name) and np.any(leaf.value) for leaf in session.state())


def with_cost(reading: Reading, group: Group, problem: Problem, failures: Failures) -> Reading:
    """Return the reading with a cost: its own methods first, and what its own code calls first."""
    players = [p for p in (reading.backward, reading.train, reading.forward) if p]
    for names in (group.players(COST), group.outside(COST)):
        names = [name for name in names if name not in players]
        fits = _best(reading, names, "cost", problem, failures)
        used = [fit for fit in fits if group.together(fit.cost, players)]
        if fits:
            return (used or fits)[0]
    return reading
