"""A report for a machine; docs/json.md describes the format."""

import contextlib
import json
import math
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backproof.errors import BackproofError
from backproof.report.model import Report, environment
from backproof.verdict import TargetReport

FORMAT = 2  # raised whenever a field changes its meaning or goes away


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain data; a number that is not finite becomes null."""
    return {
        "format": FORMAT,
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "environment": environment(),
        "controls": {"planted": len(report.controls), "missed": len(report.missed)},
        "targets": [_target(target) for target in report.targets],
    }


def _target(target: TargetReport) -> dict[str, Any]:
    cases = [_finite(asdict(case)) | {"verdict": case.verdict} for case in target.cases]
    return {
        "target": target.target,
        "verdict": target.verdict,
        "reading": target.reading,
        "notes": list(target.notes),
        "refused": target.refused,
        "cases": cases,
    }


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


class JsonFile:
    """A file that appears whole or not at all; a path that cannot be written is refused at once."""

    def __init__(self, path: Path) -> None:
        """Reserve a temporary file beside `path`; raise BackproofError where that fails."""
        self.path = path
        if path.is_dir():
            raise BackproofError(f"Cannot write {path}: it is a folder; give a file's name.")
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        except OSError as error:
            raise BackproofError(
                f"Cannot write {path}: {error.strerror}; give --json a path that can be written."
            ) from error
        os.close(handle)
        self.temporary = Path(name)

    def write(self, report: Report) -> None:
        """Write the report and put the file in its place."""
        text = json.dumps(as_json(report), indent=1, allow_nan=False)
        try:
            self.temporary.write_text(text + "\n", encoding="utf-8")
            self.temporary.chmod(0o644)
            self.temporary.replace(self.path)
        except OSError as error:
            raise BackproofError(f"Cannot write {self.path}: {error.strerror}.") from error

    def discard(self) -> None:
        """Remove the temporary file, if it is still there."""
        with contextlib.suppress(OSError):
            self.temporary.unlink()
