"""Progress: a bar on a terminal, a line now and then elsewhere, and never on standard output."""

import os
import pty
import subprocess
import sys

import pytest

from backproof.commands import progress as module
from backproof.commands.progress import PAUSE, progress

SCRIPT = """
from backproof.commands.progress import progress
with progress("timing") as tell:
    for done in range(4):
        tell(done, 3)
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that shows what the list's one number says."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_off_a_terminal_a_line_now_and_then(
    clock: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    with progress("timing") as tell:
        for done in range(7):
            tell(done, 6)
            clock[0] += PAUSE / 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == ["timing: 2 of 6", "timing: 4 of 6"]  # and what is done is done


def test_what_is_quick_says_nothing(clock: list[float], capfd: pytest.CaptureFixture[str]) -> None:
    with progress("timing") as tell:
        for done in range(7):
            tell(done, 6)
    assert clock == [0.0]
    assert capfd.readouterr().err == ""


def test_on_a_terminal_a_bar_that_goes_away() -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        stderr=theirs,
        stdout=subprocess.PIPE,
        env=environment,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "timing" in shown
    assert "3/3" in shown
    assert shown.endswith("\x1b[2K")  # the line of the bar is empty again
    assert done.stdout == b""
