"""One call of backproof for a folder of files, with something killed in the middle of it."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 20.0  # seconds, until nothing is left of a judge that was killed
PAUSE = 0.1

Kill = Callable[[int], None]  # of the judge's process number


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    verdicts  name of a file -> its verdict; empty where there is no report
    refusals  name of a file -> the sentence why it was not judged
    torn      whether there is a report, but half of one
    left      what is left behind: processes and files, after PATIENCE
    said      on standard error
    """

    code: int
    seconds: float
    verdicts: dict[str, str]
    refusals: dict[str, str]
    torn: bool
    left: list[str] = field(default_factory=list)
    said: str = ""


def judged(
    files: Path, scratch: Path, jobs: int, kill: Kill | None = None, report: Path | None = None
) -> Ended:
    """Judge all files of a folder; while that goes on, kill.

    scratch  an empty folder: the temporary one of the call, in which nothing may be left
    report   where the report goes; beside `scratch` where that is not said
    """
    report = report or scratch.parent / f"{scratch.name}.json"
    command = [sys.executable, "-m", "backproof", "check", "-j", str(jobs), "--json", str(report)]
    begun = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as words,
        subprocess.Popen(
            [*command, *sorted(map(str, files.glob("*.py")))],
            env=os.environ | {"TMPDIR": str(scratch)},
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        ) as process,
    ):
        seen: set[str] = set()
        if kill is not None:
            seen = descendants(process.pid)
            kill(process.pid)
            seen |= descendants(process.pid)
        code = process.wait()
        words.seek(0)
        said = words.read()
    seconds = time.monotonic() - begun
    verdicts, refusals, torn = _read(report)
    return Ended(code, seconds, verdicts, refusals, torn, _left(scratch, seen), said)


def _read(report: Path) -> tuple[dict[str, str], dict[str, str], bool]:
    if not report.exists():
        return {}, {}, False
    try:
        targets: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["targets"]
    except (ValueError, KeyError):
        return {}, {}, True
    names = [Path(target["target"]).name for target in targets]
    verdicts = {n: str(t["verdict"]) for n, t in zip(names, targets, strict=True)}
    return verdicts, {n: t["refused"] for n, t in zip(names, targets, strict=True)}, False


def _left(scratch: Path, seen: set[str]) -> list[str]:
    until = time.monotonic() + PATIENCE
    while True:
        left = [f"process {one}" for one in seen if alive(one)]
        left += [f"file {path}" for path in scratch.iterdir()]
        if not left or time.monotonic() > until:
            return left
        time.sleep(PAUSE)


def descendants(parent: int) -> set[str]:
    """Return the processes below one, each as "number start time", so that no other is meant."""
    found: set[str] = set()
    waiting = [str(parent)]
    while waiting:
        number = waiting.pop()
        try:
            own = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        except OSError:
            continue
        waiting += own
        found |= {f"{child} {start}" for child in own if (start := _start(child))}
    return found


def alive(one: str) -> bool:
    """Tell whether a process of descendants() is still there."""
    number, start = one.split()
    return _start(number) == start


def _start(number: str) -> str:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def after(seconds: float, what: Kill) -> Kill:
    """Return what kills after some time."""

    def kill(judge: int) -> None:
        time.sleep(seconds)
        what(judge)

    return kill


def the_judge(judge: int) -> None:
    """Kill the judge itself."""
    os.kill(judge, signal.SIGKILL)


def one_below(source: random.Random) -> Kill:
    """Return what kills any one of the processes below the judge."""

    def kill(judge: int) -> None:
        below = sorted(descendants(judge))
        if below:
            number = int(source.choice(below).split()[0])
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                return

    return kill
