"""Files that a report is written to: each appears whole or not at all."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from backproof.errors import BackproofError

ROOM = "backproof.report"
TEMPORARY = ".unfinished"  # at the end of a temporary file's name
STALE = 24 * 3600  # seconds after which no run that reserved a temporary file is still at work


class ReportFile:
    """A file in one format, reserved before anything is judged."""

    def __init__(self, kind: str, path: Path, room: str = ROOM) -> None:
        """Reserve a temporary file beside `path`, in the format that the module ROOM.KIND writes.

        What killed runs left behind there is removed.
        Raises BackproofError where that fails, or where the format needs a missing extra.
        """
        self.path = path
        self.rendered = import_module(f"{room}.{kind}").rendered
        if path.is_dir():
            raise BackproofError(f"Cannot write {path}: it is a folder; give a file's name.")
        prefix = f".{path.name}."
        _sweep(path.parent, prefix)
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=TEMPORARY)
        except OSError as error:
            raise BackproofError(
                f"Cannot write {path}: {error.strerror}; give a path that can be written."
            ) from error
        os.close(handle)
        self.temporary = Path(name)

    def write(self, report: Any) -> None:
        """Write the report and put the file in its place; then both are on the disk."""
        try:
            text = self.rendered(report)
            with self.temporary.open("wb") as file:
                file.write(text.encode() if isinstance(text, str) else text)
                file.flush()
                os.fsync(file.fileno())
            self.temporary.chmod(0o644)
            self.temporary.replace(self.path)
            _settle(self.path.parent)
        except OSError as error:
            raise BackproofError(f"Cannot write {self.path}: {error.strerror}.") from error

    def discard(self) -> None:
        """Remove the temporary file, if it is still there."""
        with contextlib.suppress(OSError):
            self.temporary.unlink()


def _sweep(folder: Path, prefix: str) -> None:
    """Remove the temporary files of runs that were killed long ago."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            ours = path.name.startswith(prefix) and path.name.endswith(TEMPORARY)
            if ours and time.time() - path.stat().st_mtime > STALE:
                path.unlink()


def _settle(folder: Path) -> None:
    """Have the names in a folder written to the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def reserved(paths: Mapping[str, Path | None], room: str = ROOM) -> Iterator[list[ReportFile]]:
    """Reserve a file for each format that is asked for; what is not written leaves no trace."""
    files: list[ReportFile] = []
    try:
        for kind, path in paths.items():
            if path is not None:
                files.append(ReportFile(kind, path, room))
        yield files
    finally:
        for file in files:
            file.discard()
