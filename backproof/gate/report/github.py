"""The outcome on GitHub: the summary of the step, and an annotation for each judgement."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from backproof.gate.judgement import CANNOT, RED
from backproof.gate.outcome import Outcome
from backproof.gate.report.markdown import rendered
from backproof.report.github import _command, _listens
from backproof.report.lines import printable
from backproof.report.markdown import LIMIT


def announce(outcome: Outcome) -> None:
    """Append to the summary of the step, and print annotations, where GitHub listens."""
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(summary), rendered(outcome))
    if _listens():
        for line in annotations(outcome):
            print(line)  # noqa: T201


def annotations(outcome: Outcome) -> Iterator[str]:
    """Yield a workflow command for each judgement that is not green."""
    for judgement in outcome.judgements:
        if judgement.verdict in (RED, CANNOT):
            title = f"backproof gate: {judgement.name} {judgement.verdict}"
            yield _command({}, title, judgement.reason)


def _append(path: Path, text: str) -> None:
    """Append to the summary, if there is room; a failure is a warning."""
    try:
        room = LIMIT - (path.stat().st_size if path.exists() else 0)
        if len(text.encode()) < room:
            with path.open("ab") as file:
                file.write(f"{text}\n".encode())
    except OSError as error:
        warning = f"backproof: Cannot write the summary {path}: {error.strerror}; it is left out."
        print(printable(warning), file=sys.stderr)  # noqa: T201
