"""The search: dry runs with all sizes different, until a file's functions fit together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backproof.candidate.conventions.calls import UnboundError
from backproof.candidate.conventions.groups import Group
from backproof.candidate.conventions.layout import Layout, data_layouts, label_layouts
from backproof.candidate.conventions.model import CannotBuildError
from backproof.candidate.conventions.names import BACKWARD, COST, FORWARD, TRAIN, UPDATE
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.session import Session
from backproof.candidate.loading import MissingImportError
from backproof.exchange import Problem

Quality = tuple[int, int, int, int]


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
            if name not in self.errors or _telling(error) >= _telling(self.errors[name]):
                self.errors[name] = error
            return None


def _telling(error: BaseException) -> int:
    """Return how much an error says about why a file cannot be run."""
    if isinstance(error, UnboundError | CannotBuildError):
        return 0
    return 2 if isinstance(error, NameError | MissingImportError) else 1


def best_reading(
    group: Group, problems: Sequence[Problem], failures: Failures
) -> tuple[Reading, Quality, Problem] | None:
    """Return the reading that shows most of a network on the first problem that allows it.

    The first one that shows every gradient, in the shape of its parameter, is taken at once.
    """
    best: tuple[Reading, Quality, Problem] | None = None
    for problem in problems:
        for reading in _readings(group, problem, failures):
            session = failures.attempt(reading.name, lambda r=reading, p=problem: r.run(p))
            if session is None:
                continue
            quality = reading.quality(session)
            if best is None or quality > best[1]:
                best = (reading, quality, problem)
        if best is not None and best[1][0]:
            break
    return best


def _readings(group: Group, problem: Problem, failures: Failures) -> Iterator[Reading]:
    n_out, m = problem.layer_dims[-1], problem.X.shape[1]
    for model in group.models:
        for data in data_layouts(m):
            for labels in label_layouts(n_out, m):
                bare = Reading(group.name, model, group.functions, Layout(data, labels))
                if failures.attempt("", lambda r=bare: r.run(problem)) is None:
                    break  # the model cannot be made with these sizes
                reading = _played(bare, group, problem, failures)
                if reading is not None:
                    yield reading


def _played(
    bare: Reading, group: Group, problem: Problem, failures: Failures
) -> Reading | None:
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
    reading = max(found, key=lambda pair: pair[0])[1] if found else forward[0]
    return _finished(reading, group, problem, failures)


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
    if session is not None:
        found.append((reading.quality(session), reading))


def _best(
    bare: Reading, names: list[str], part: str, problem: Problem, failures: Failures
) -> list[Reading]:
    """Return the readings that run with one more part, in the order of the names."""
    tried = [replace(bare, **{part: name}) for name in names]
    return [
        reading
        for reading, name in zip(tried, names, strict=True)
        if failures.attempt(name, lambda r=reading: r.run(problem)) is not None
    ]


def _finished(
    reading: Reading, group: Group, problem: Problem, failures: Failures
) -> Reading:
    """Return the reading with a cost and an update, where the file has them."""
    session = failures.attempt("", lambda: reading.run(problem))
    if session is None:
        return reading
    if "cost" not in session.trace:
        costs = [*group.players(COST), *group.outside(COST)]
        costs = [name for name in costs if name not in (reading.backward, reading.train)]
        fits = _best(reading, costs, "cost", problem, failures)
        reading = fits[0] if fits else reading
    if not session.changed and reading.backward:
        fits = _best(reading, group.players(UPDATE), "update", problem, failures)
        reading = fits[0] if fits else reading
    return reading


__all__ = ["Failures", "Quality", "Session", "best_reading"]
