"""Processes of a sandboxed program: how a test starts them, and which of them are left.

The fixtures are taken over by name: `isolate, mark, run = processes.isolate, ...`.
"""

import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from backproof.candidate import sandbox, walls
from backproof.candidate.isolation.layers import LANDLOCK, SECCOMP
from backproof.candidate.isolation.namespaces import PID
from backproof.candidate.sandbox import Limits, Outcome, run_limited

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="what is left of a candidate is looked up in /proc"
)

MIB = 1 << 20
PYTHON = [sys.executable, "-I", "-S", "-c"]
Run = Callable[..., Outcome]


def living(mark: str) -> list[int]:
    """Return the processes that have `mark` among their arguments, zombies excepted."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def until(true: Callable[[], object], seconds: float = 8.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


HERE = walls.found()


def layers(namespaces: bool) -> tuple[str, ...]:
    """Return what this machine allows, with its namespaces or without."""
    return tuple(name for name in HERE if namespaces or name in (LANDLOCK, SECCOMP))


def isolated(wanted: bool) -> bool:
    return PID in layers(wanted)


@pytest.fixture
def mark() -> Iterator[str]:
    """A word that only this test's processes have; if any should survive, they end here."""
    word = f"mark-{uuid.uuid4().hex}"
    yield word
    for pid in living(word):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=[True, False], ids=["namespace", "plain"])
def isolate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(walls, "found", lambda: layers(request.param))
    monkeypatch.setattr(sandbox, "ROOM", 64 * MIB)  # enough without NumPy
    return bool(request.param)


@pytest.fixture
def run(isolate: bool, mark: str, tmp_path: Path) -> Run:  # noqa: ARG001
    """Run Python code in the sandbox; nothing of it is left the moment the call returns.

    The words follow the mark: sys.argv[2] and on.
    """

    def run(code: str, *words: str, **limits: float) -> Outcome:
        argv = [*PYTHON, dedent(code), mark, *words]
        outcome = run_limited(argv, tmp_path, Limits(**limits))  # type: ignore[arg-type]
        left = living(mark)
        assert not left, f"still there: {left}"
        return outcome

    return run
