"""Kill -9 at any moment of an update leaves the old baseline or the new one, never half of one."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backproof.gate.baseline import read_baseline
from backproof.report.files import STALE, TEMPORARY, ReportFile, reserved
from parity_tests.gate.writer import NAME, PIECE, baseline, rendered

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
ROOT = Path(__file__).parents[2]


def killed(folder: Path, kind: str, number: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "parity_tests.gate.writer", str(folder), kind, str(number), "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_killed_before_each_of_its_steps(tmp_path: Path) -> None:
    """The last child is not killed: it has no more steps."""
    found = killed(tmp_path, "steps", 1000)
    pieces = len(rendered(baseline("new"))) // PIECE
    assert len(found) > pieces > 10
    assert set(found) == {"old", "new"}
    assert found == sorted(found, key=["old", "new"].index), "it is new only at the end"
    assert found.count("new") < 5
    assert read_baseline(tmp_path / NAME) == baseline("old")


def test_killed_at_random_moments(tmp_path: Path) -> None:
    found = killed(tmp_path, "moments", 100)
    assert len(found) == 100
    assert set(found) == {"old", "new"}


def test_what_was_left_behind_is_harmless_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / NAME
    leftovers = [tmp_path / f".{NAME}.{n}{TEMPORARY}" for n in range(3)]
    others = [tmp_path / f".{NAME}.backup", tmp_path / f".other.json.1{TEMPORARY}"]
    for file in (*leftovers, *others):
        file.write_text("{")
    for file in (*leftovers[1:], *others):
        os.utime(file, (time.time() - STALE - 60,) * 2)
    with reserved({"baseline": path}, "backproof.gate") as (file,):
        file.write(baseline("new"))
    assert sorted(tmp_path.iterdir()) == sorted([path, leftovers[0], *others])
    assert read_baseline(path) == baseline("new")


def test_two_updates_at_once_write_one_of_both(tmp_path: Path) -> None:
    path = tmp_path / NAME
    one, other = (ReportFile("baseline", path, "backproof.gate") for _ in range(2))
    one.write(baseline("one"))
    other.write(baseline("other"))
    assert read_baseline(path) == baseline("other")
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_writes_in_place_is_caught(tmp_path: Path) -> None:
    """The test, tested: what is written in place is torn by a kill."""
    path = tmp_path / NAME
    path.write_text(rendered(baseline("new"))[:PIECE])
    with pytest.raises(Exception, match="is no baseline: line"):
        read_baseline(path)
