"""What a run says on GitHub: a summary on the page of the step, and annotations on the lines.

Nothing has to be asked for: GitHub's own environment variables say that it listens.
"""

import contextlib
import os
import secrets
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from backproof.compare import Finding
from backproof.report.failure import sentence
from backproof.report.lines import count, printable
from backproof.report.markdown import LIMIT, within
from backproof.report.model import Report
from backproof.verdict import CaseReport, Line, TargetReport, Verdict

SHOWN = 10  # errors of one step that GitHub shows


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Keep GitHub from taking a line printed meanwhile for a command, whatever a file is called."""
    if not _listens():
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}")  # noqa: T201
    try:
        yield
    finally:
        print(f"::{token}::")  # noqa: T201


def announce(report: Report) -> None:
    """Append to the summary of the step, and print annotations, where GitHub listens."""
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(summary), report)
    if _listens():
        for line in annotations(report):
            print(line)  # noqa: T201


def annotations(report: Report) -> Iterator[str]:
    """Yield a workflow command for each target that does not agree, at most SHOWN of them."""
    bad = [target for target in report.targets if target.verdict != "agree"]
    for target in bad[:SHOWN]:
        yield _annotation(target)
    if len(bad) > SHOWN:
        more = count(len(bad) - SHOWN, "more target")
        yield f"::notice title=backproof::{more}: the summary of this step names all of them"


def _listens() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _append(path: Path, report: Report) -> None:
    """Append the report in Markdown, as much of it as there is room for; a failure is a warning."""
    try:
        room = LIMIT - (path.stat().st_size if path.exists() else 0)
        if text := within(room - 1, report):
            with path.open("ab") as file:
                file.write(f"{text}\n".encode())
    except OSError as error:
        warning = f"backproof: Cannot write the summary {path}: {error.strerror}; it is left out."
        print(printable(warning), file=sys.stderr)  # noqa: T201


def _annotation(target: TargetReport) -> str:
    """Return the command about the first array that does not agree, or about the whole target."""
    found = next(_findings(target), None)
    if found is None:
        return _command(_place(target, None), f"backproof: {target.verdict}", _reason(target))
    case, verdict, finding = found
    verb = "differs" if finding.verdict == "differ" else f"is {finding.verdict}"
    title = f"backproof: {finding.name} {verb} on {case.case}, {case.dtype}"
    because = f"because {verdict.because}\n" if verdict.because else ""
    place = _place(target, target.lines.get(finding.name))
    whose = "" if place or not target.target else f"{target.target}\n"
    return _command(place, title, f"{whose}{because}{' '.join(sentence(finding).split())}")


def _findings(target: TargetReport) -> Iterator[tuple[CaseReport, Verdict, Finding]]:
    """Yield what does not agree, in order."""
    for case in [] if target.refused else target.judged:
        for verdict in case.verdicts:
            for finding in verdict.all_findings:
                if not finding.agrees:
                    yield case, verdict, finding


def _reason(target: TargetReport) -> str:
    refused = next((f"{c.case}, {c.dtype}: {c.refused}" for c in target.cases if c.refused), "")
    nothing = "a planted fault passed" if target.missed else "no case was judged"
    return target.refused or refused or nothing


def _place(target: TargetReport, line: Line | None) -> dict[str, str]:
    """Return where the annotation belongs: a line, a file, or nowhere."""
    if line is not None:
        number = {} if line.cell else {"line": str(line.number)}
        return {"file": _in_workspace(line.path)} | number
    with contextlib.suppress(ValueError, OSError):
        (word,) = shlex.split(target.target)
        for path in (word, word.rpartition(":")[0]):
            if path and Path(path).is_file():
                return {"file": _in_workspace(path)}
    return {}


def _in_workspace(path: str) -> str:
    """Return a path as the repository has it; as it stands, where it lies outside."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    with contextlib.suppress(ValueError, OSError):
        return Path(path).resolve().relative_to(workspace).as_posix()
    return path


def _command(place: dict[str, str], title: str, message: str) -> str:
    words = ",".join(
        f"{name}={_property(what)}" for name, what in (place | {"title": title}).items()
    )
    return f"::error {words}::{_data(message)}"


def _data(text: str) -> str:
    """Return a text as the message of a command; a line of its own is kept, nothing else moves."""
    lines = "\n".join(printable(line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
