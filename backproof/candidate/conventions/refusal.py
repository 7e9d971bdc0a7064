"""Why a file cannot be read: the sentence that its author needs."""

from collections.abc import Sequence

from backproof.candidate.conventions.calls import UnboundError
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.groups import Group
from backproof.candidate.conventions.names import BACKWARD, FORWARD, TRAIN, plain
from backproof.candidate.conventions.search import TELLING, Failures, telling
from backproof.candidate.conventions.session import ShowsNothingError
from backproof.candidate.loading import MissingImportError
from backproof.errors import BackproofError


def refuse(
    file: File,
    candidates: list[Group],
    found: Sequence[object],
    failures: Failures,
) -> None:
    """Raise BackproofError where there is no network, or its backward pass cannot be called.

    candidates  what may be a network; found: those of which something could be run
    """
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
    there = [f"{what} {some(n)}" for what, n in (("class", classes), ("function", functions)) if n]
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


def some(names: Sequence[str]) -> str:
    """Return the first few of many names."""
    return (
        ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:6])} and {len(names) - 6} more"
    )
