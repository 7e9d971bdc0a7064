"""Scratch: a folder for one run of a stranger's program, gone when the run is over."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backproof.candidate.isolation.removal import remove
from backproof.errors import BackproofError

PREFIX = "backproof-"


def made() -> Path:
    """Return a new folder; raise BackproofError where there is no room for one."""
    try:
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise no_room(error) from error


def no_room(error: OSError) -> BackproofError:
    """Return what is to be said where a temporary folder cannot be written."""
    return BackproofError(
        f"Nothing can be written in the temporary folder ({error.strerror or error}): make room "
        "there, or set TMPDIR to another folder."
    )


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder, and remove it however it was left.

    Raises BackproofError where it cannot be made or written.
    """
    folder = made()
    try:
        yield folder
    finally:
        remove(str(folder))
