"""The words of a command line, as what is to be judged."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backproof.errors import BackproofError

if TYPE_CHECKING:
    from backproof.suite.target import Target


def targets_of(
    words: list[str], command: str | None, device: str, ddp: int | None = None, *, written: bool
) -> "Sequence[Target]":
    """Return what is to be judged; `written`: what is not there is a line of a report as well."""
    from backproof.suite.target import Parallel, Program, Twins

    if words and command is not None:
        raise BackproofError(f"Give either the file {words[0]} or --cmd, not both.")
    if not words and command is None:
        return [Twins(device) if ddp is None else Parallel(ddp, device)]
    if ddp is not None:
        raise BackproofError(
            f"--ddp {ddp} shares the examples of the PyTorch twin among processes; leave it out "
            "for your own code."
        )
    if device != "cpu":
        raise BackproofError(
            f"--device {device} is where the PyTorch twin runs; leave it out for your own code."
        )
    if command is not None:
        from backproof.candidate.program import command_candidate

        command_candidate(command)  # so that a program that is not there is said at once
        return [Program(command)]
    return list(_files(words, alone=len(words) == 1 and not written).values())


def _files(words: list[str], *, alone: bool) -> "dict[tuple[Path | str, str], Target]":
    """Return a target for each word, once where several mean the same.

    Raises BackproofError where the only word, `alone`, names nothing.
    """
    from backproof.suite.address import located
    from backproof.suite.target import Nowhere, PythonFile

    files: dict[tuple[Path | str, str], Target] = {}
    for word in words:
        quoted = shlex.quote(word)
        try:
            path, name = located(word)
        except BackproofError as error:
            if alone:
                raise
            files.setdefault((word, ""), Nowhere(quoted, str(error)))
        else:
            files.setdefault((path.resolve(), name), PythonFile(quoted, path, name))
    return files
