"""The one network of a file: chosen by its name, or the only one that can be run."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import replace

from backproof.candidate.conventions.chain import chain_group
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.groups import Group, groups
from backproof.candidate.conventions.names import BACKWARD, FORWARD, TRAIN
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.refusal import refuse, some
from backproof.candidate.conventions.search import Failures, Quality, best_reading
from backproof.candidate.conventions.usage import (
    counts_examples,
    one_at_a_time,
    scopes,
    stepping,
)
from backproof.candidate.conventions.words import called
from backproof.errors import BackproofError
from backproof.exchange import Problem

Found = tuple[Group, Reading, Quality, Problem]  # how a group is read, what it shows, on what


def the_network(file: File, name: str, problems: Sequence[Problem], failures: Failures) -> Found:
    """Return the one network of a file, how it is read, what that shows, and on which problem.

    Raises BackproofError where there is none, or more than one.
    """
    candidates = [_in_its_way(group, file) for group in _chosen(file, name)]
    found: list[Found] = []
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
        return learning[0]
    refuse(file, candidates, found, failures)
    return found[0]


def _in_its_way(group: Group, file: File) -> Group:
    learning = [*group.players(BACKWARD), *group.players(TRAIN)]
    single = one_at_a_time(file.text, group.players(FORWARD), learning)
    batch = not single and counts_examples(file.text, learning)
    return replace(group, single=single, batch=batch, stepping=stepping(file.text))


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
        f"{file.where} has no class or function '{name}'; it has {some(there) or 'none'}."
    )


def _preferring(names: list[str], name: str) -> list[str]:
    """Return the names without those that could play the same part as the chosen one."""
    group = Group("", [], {}, names)
    parts = [part for part in (FORWARD, BACKWARD, TRAIN) if name in group.players(part)]
    rivals = {other for part in parts for other in group.players(part)} - {name}
    return [other for other in names if other not in rivals]


def _outermost(
    found: list[Found],
) -> list[Found]:
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
