"""Files that a report is written to: each appears whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from backproof.errors import BackproofError
from backproof.report.model import Report


class ReportFile:
    """A file in one format, reserved before anything is judged."""

    def __init__(self, kind: str, path: Path) -> None:
        """Reserve a temporary file beside `path`, in the format that backproof.report.KIND writes.

        Raises BackproofError where that fails, or where the format needs a missing extra.
        """
        self.path = path
        self.rendered = import_module(f"backproof.report.{kind}").rendered
        if path.is_dir():
            raise BackproofError(f"Cannot write {path}: it is a folder; give a file's name.")
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        except OSError as error:
            raise BackproofError(
                f"Cannot write {path}: {error.strerror}; give --{kind} a path that can be written."
            ) from error
        os.close(handle)
        self.temporary = Path(name)

    def write(self, report: Report) -> None:
        """Write the report and put the file in its place."""
        try:
            self.temporary.write_text(self.rendered(report), encoding="utf-8")
            self.temporary.chmod(0o644)
            self.temporary.replace(self.path)
        except OSError as error:
            raise BackproofError(f"Cannot write {self.path}: {error.strerror}.") from error

    def discard(self) -> None:
        """Remove the temporary file, if it is still there."""
        with contextlib.suppress(OSError):
            self.temporary.unlink()


@contextlib.contextmanager
def reserved(paths: Mapping[str, Path | None]) -> Iterator[list[ReportFile]]:
    """Reserve a file for each format that is asked for; what is not written leaves no trace."""
    files: list[ReportFile] = []
    try:
        for kind, path in paths.items():
            if path is not None:
                files.append(ReportFile(kind, path))
        yield files
    finally:
        for file in files:
            file.discard()
