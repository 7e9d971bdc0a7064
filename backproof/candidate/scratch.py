"""Scratch: a folder for one run of a stranger's program, gone when the run is over."""

import contextlib
import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backproof.candidate.isolation.removal import remove
from backproof.errors import no_room

PREFIX = "backproof-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def made() -> Path:
    """Return a new folder; raise BackproofError where there is no room for one."""
    try:
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise no_room(error.strerror or str(error)) from error


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder, and remove it however it was left.

    Raises BackproofError where it cannot be made or written.
    """
    folder = made()
    try:
        yield folder
    except OSError as error:
        if error.errno in FULL:
            raise no_room(error.strerror or str(error)) from error
        raise
    finally:
        remove(str(folder))
