"""A file, read by its conventions: the network in it, and what that computes on our problems."""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from backproof.candidate.conventions import RATE
from backproof.candidate.conventions.calls import UnboundError
from backproof.candidate.conventions.chain import chain_group
from backproof.candidate.conventions.groups import Group, groups
from backproof.candidate.conventions.lines import lines_of
from backproof.candidate.conventions.names import (
    BACKWARD,
    FORWARD,
    INIT,
    TRAIN,
    UPDATE,
    plain,
    role_of,
)
from backproof.candidate.conventions.players import ranked
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.search import TELLING, Failures, Quality, best_reading, telling
from backproof.candidate.conventions.session import Session, ShowsNothingError
from backproof.candidate.conventions.usage import (
    ascends,
    counts_examples,
    one_at_a_time,
    outputs_in_use,
    scopes,
)
from backproof.candidate.conventions.words import called, described
from backproof.candidate.letters import Answer
from backproof.candidate.loading import Construction, MissingImportError, Source
from backproof.errors import BackproofError
from backproof.exchange import Problem
from backproof.trace import Trace

USUAL = 3  # outputs


@dataclass(frozen=True)
class File:
    """What a file offers: see backproof.candidate.loading.

    where    its name, for messages
    text     its source
    choice   how to choose one of its networks by name
    missing  name -> why it is not bound
    source   its lines; None of live objects, whose lines nobody could quote
    """

    where: str
    namespace: dict[str, Any]
    constructions: Sequence[Construction] = ()
    text: str = ""
    choice: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None

    def choose(self, name: str) -> str:
        """Return how a user chooses one network by its name."""
        return self.choice.format(name=name) or f"{self.where}:{name}"


def read(file: File, name: str, problems: Sequence[Problem]) -> Answer:
    """Find the network in a file and run it on every problem that it can do.

    name  of a class or function to choose; "" for whatever there is
    Raises BackproofError, in one sentence, where there is none, or more than one.
    """
    failures = Failures()
    reading, quality, problem = the_network(file, name, problems, failures)
    session = reading.run(problem)
    ascent = session.shown and ascends(file.text)
    rate = _rate(file, reading, session)
    traces, again, parameters, firsts = {}, {}, {}, {}
    for one in _alike(problems, problem):
        pair = failures.attempt("", partial(_twice, reading, one))
        if pair is not None and reading.quality(pair[0]) >= _enough(quality):
            traces[one.name] = _downhill(pair[1]) if ascent else pair[1]
            again[one.name] = _downhill(pair[2]) if ascent else pair[2]
            firsts[one.name] = pair[1]
            parameters[one.name] = tuple(name for name, _, _ in pair[0].layers.paths())
    return Answer(
        described(reading, session),
        called(reading),
        rate,
        outputs_in_use(file.text, file.constructions, reading, file.namespace),
        (*_notes(session, ascent), *_idle(reading, session, failures)),
        parameters,
        traces,
        again,
        lines_of(reading, problems, firsts, rate or 1.0, file.source) if file.source else {},
    )


def _alike(problems: Sequence[Problem], probe: Problem) -> list[Problem]:
    """Return the problems that say anything of a file which the probe does not.

    Single examples only, if it takes those, else batches; many outputs only if it takes no fewer.
    """
    single, many = probe.X.shape[1] == 1, probe.layer_dims[-1] > USUAL
    alike = [one for one in problems if (one.X.shape[1] == 1) == single]
    return [one for one in alike if many or one.layer_dims[-1] <= USUAL]


def _enough(quality: Quality) -> Quality:
    """Return the quality that another problem must reach to count as one the file can do."""
    complete, right, forward, cost = quality
    return (complete, 0 if complete else right, 0, 0) if complete else (0, 0, forward, cost)


def _twice(reading: Reading, problem: Problem) -> tuple[Session, Trace, Trace]:
    """Run a problem twice on the same objects."""
    session = reading.run(problem)
    first = {name: np.array(value) for name, value in session.trace.items()}
    session.restart()
    reading.steps(session)
    return session, first, {name: np.array(value) for name, value in session.trace.items()}


def the_network(
    file: File, name: str, problems: Sequence[Problem], failures: Failures
) -> tuple[Reading, Quality, Problem]:
    """Return how the one network of a file is read, what that shows, and on which problem.

    Raises BackproofError where there is none, or more than one.
    """
    candidates = [_in_its_way(group, file) for group in _chosen(file, name)]
    found: list[tuple[Group, Reading, Quality, Problem]] = []
    for group in candidates:
        best = best_reading(group, problems, failures)
        if best is not None:
            found.append((group, *best))
    learning = [one for one in found if one[2][1]]
    if not learning:
        chain = chain_group(file.namespace, file.constructions)
        best = best_reading(chain, problems, failures) if chain else None
        learning = [(chain, *best)] if chain and best and best[1][1] else []
    learning = _outermost(learning)
    if len(learning) > 1:
        names = [group.name or called(reading) for group, reading, _, _ in learning]
        raise BackproofError(
            f"{file.where} holds {len(learning)} networks: {' and '.join(names)}; choose one, such "
            f"as {file.choose(learning[0][0].name or learning[1][0].name)}."
        )
    if learning:
        _refuse_rivals(file, learning[0][1])
        return learning[0][1:]
    _refuse(file, candidates, found, failures)
    return found[0][1:]


def _in_its_way(group: Group, file: File) -> Group:
    learning = [*group.players(BACKWARD), *group.players(TRAIN)]
    single = one_at_a_time(file.text, group.players(FORWARD), learning)
    return replace(group, single=single, batch=not single and counts_examples(file.text, learning))


def _refuse_rivals(file: File, reading: Reading) -> None:
    if reading.rivals:
        names = [reading.backward, *reading.rivals]
        raise BackproofError(
            f"{file.where} holds {len(names)} backward passes that give different gradients: "
            f"{' and '.join(names)}; choose one, such as {file.choose(names[0])}."
        )


def _chosen(file: File, name: str) -> list[Group]:
    every = list(groups(file.namespace, file.constructions, scopes(file.text)))
    if not name:
        return every
    chosen = [group for group in every if group.name == name]
    if chosen:
        return chosen
    functions = [group for group in every if not group.name and name in group.own]
    if functions:
        return [replace(functions[0], own=_preferring(functions[0].own, name))]
    there = [name for group in every for name in ([group.name] if group.name else group.own)]
    raise BackproofError(
        f"{file.where} has no class or function '{name}'; it has {_some(there) or 'none'}."
    )


def _preferring(names: list[str], name: str) -> list[str]:
    """Return the names without those that could play the same part as the chosen one."""
    group = Group("", [], {}, names)
    parts = [part for part in (FORWARD, BACKWARD, TRAIN) if name in group.players(part)]
    rivals = {other for part in parts for other in group.players(part)} - {name}
    return [other for other in names if other not in rivals]


def _outermost(
    found: list[tuple[Group, Reading, Quality, Problem]],
) -> list[tuple[Group, Reading, Quality, Problem]]:
    """Drop what another network of the file is made of, or built upon."""
    kept = []
    for one in found:
        others = [other for other in found if other is not one]
        names = [one[0].name] if one[0].name else called(one[1]).split(", ")
        if not any(_uses(other[0], names) for other in others):
            kept.append(one)
    return kept or found


def _uses(group: Group, names: Sequence[str]) -> bool:
    cls = group.models[0].cls if group.name else None
    try:
        text = inspect.getsource(cls) if cls else ""
    except (OSError, TypeError):
        return False
    return any(re.search(rf"\b{re.escape(name)}\s*\(", text) for name in names)


def _refuse(
    file: File,
    candidates: list[Group],
    found: list[tuple[Group, Reading, Quality, Problem]],
    failures: Failures,
) -> None:
    """Raise BackproofError where there is no network, or its backward pass cannot be called."""
    parts = (BACKWARD, TRAIN) if found else (BACKWARD, TRAIN, FORWARD)
    named = [
        (p, n, failures.errors.get(n)) for g in candidates for p in parts for n in g.players(p)
    ]
    failed = [
        (name, error)
        for part, name, error in named
        if error is not None and (part != FORWARD or telling(error) == TELLING)
        if not (found and plain(name) == "loss")  # it may well be a loss and nothing else
    ]
    for name, error in sorted(failed, key=lambda pair: -telling(pair[1])):
        if telling(error) == 0 and _only_trains(candidates):
            raise BackproofError(
                f"{file.where}: {name} trains a network that lives inside it, so that nothing can "
                "be set or compared: give the forward and the backward pass functions of their "
                "own, or write trace(case), as docs/your-own-network.md shows."
            )
        raise BackproofError(f"{file.where}: {name} {_why(error, file)}")
    if found:
        return
    classes = [group.name for group in candidates if group.name]
    functions = [name for group in candidates if not group.name for name in group.own]
    there = [f"{what} {_some(n)}" for what, n in (("class", classes), ("function", functions)) if n]
    raise BackproofError(
        f"{file.where}: nothing looks like a network.  Looked for a forward and a backward pass "
        "with weights that can be set, as functions, as methods or as layers; found "
        f"{' and '.join(there) or 'no function and no class'}.  Write trace(case), as "
        "docs/your-own-network.md shows."
    )


def _only_trains(candidates: list[Group]) -> bool:
    return not any(group.players(BACKWARD) or group.players(FORWARD) for group in candidates)


def _why(error: BaseException, file: File) -> str:
    """Return why a function could not be called, as the end of a sentence."""
    if isinstance(error, MissingImportError):
        return f"cannot run: {error}"
    if isinstance(error, NameError):
        missing = getattr(error, "name", None) or ""
        if missing in file.missing:
            return f"needs {missing}, which is not there: {file.missing[missing]}"
        return f"cannot run: {error}"
    if isinstance(error, UnboundError):
        return (
            f"was found, but what its argument '{error}' means was not: write trace(case), as "
            "docs/your-own-network.md shows."
        )
    if isinstance(error, ShowsNothingError):
        return f"was found and called, but {str(error).partition(' ')[2]}."
    return f"was found and called, but raised {type(error).__name__}: {error}"


def _rate(file: File, reading: Reading, session: Session) -> float | None:
    """Return the learning rate of the update, if it is ours or a constant of the file."""
    if not reading.train and not reading.update and not session.changed:
        return RATE
    if "learning_rate" in session.known.used or session.rated:
        return RATE
    constants = [
        float(value)
        for name, value in file.namespace.items()
        if isinstance(value, float | int) and role_of(name, INIT) == "learning_rate"
    ]
    return constants[0] if len(constants) == 1 and constants[0] > 0 else None


def _downhill(trace: Trace) -> Trace:
    """Return gradients that point uphill in the cost, where the file shows steps downhill."""
    return {name: -value if name[0] == "d" else value for name, value in trace.items()}


def _notes(session: Session, ascent: bool) -> list[str]:
    """Return what was supposed or switched off to run the file."""
    notes = []
    if session.counted:
        notes.append(f"{session.counted}, which its script sets, is the number of examples")
    if session.settled or "zero" in session.known.used:
        notes.append("regularisation, momentum and dropout are switched off")
    if ascent:
        notes.append("the file adds its gradients to the weights: their sign is turned round")
    missing = [n for n, _, _ in session.layers.paths() if f"d{n}" not in session.trace]
    if missing and len(missing) < len(list(session.layers.paths())):
        gradients = ", ".join(f"d{name}" for name in missing)
        notes.append(f"{gradients} could not be found, and are not judged")
    return notes


def _idle(reading: Reading, session: Session, failures: Failures) -> list[str]:
    """Return a note where there is an update that was called and updates nothing."""
    if session.changed or reading.update or reading.train:
        return []
    idle = [
        name
        for name in ranked(list(reading.functions), UPDATE)
        if isinstance(failures.errors.get(name), ShowsNothingError)
    ]
    return [f"{name} was called, and changes no parameter" for name in idle[:1]]


def _some(names: Sequence[str]) -> str:
    return (
        ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:6])} and {len(names) - 6} more"
    )
