"""A share of the load and of the kills, and the proof that what is wrong would be seen."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from parity_tests.load.disks import disk, fill, no_disk, write_protect
from parity_tests.load.files import HOSTILE, written
from parity_tests.load.run import complaints, killed, spoilt
from parity_tests.load.runs import Ended, alive, descendants, judged

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
KNOWN = {"a.py": "agree", "b.py": "differ", "c.py": "cannot judge"}
WHOLE = Ended(2, 1.0, dict(KNOWN), {"c.py": "It crashed."}, False)


@pytest.fixture
def call(tmp_path: Path) -> tuple[Path, Path]:
    files, scratch = tmp_path / "files", tmp_path / "scratch"
    files.mkdir()
    scratch.mkdir()
    return files, scratch


def test_hostile_files_among_others(call: tuple[Path, Path]) -> None:
    known = written(call[0], 10 + len(HOSTILE), len(HOSTILE), 3)
    assert set(known.values()) == {"agree", "differ", "cannot judge"}
    assert complaints(known, judged(*call, jobs=4)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_leave_nothing(seed: int) -> None:
    """One of the judge, and one of a process below it."""
    assert killed(seed) == []


@pytest.mark.parametrize("seed", [2, 4])
def test_a_full_disk_and_a_read_only_one_leave_nothing(seed: int) -> None:
    why = no_disk()
    if why:
        pytest.skip(why)
    assert spoilt(seed) == []


def test_disks_are_full_or_read_only() -> None:
    why = no_disk()
    if why:
        pytest.skip(why)
    with disk() as mounted:
        (mounted / "here").write_text("x")
        fill(mounted)
        with pytest.raises(OSError, match="No space left"):
            (mounted / "more").write_bytes(bytes(100_000))
    with disk() as mounted:
        write_protect(mounted)
        with pytest.raises(OSError, match="Read-only"):
            (mounted / "more").write_text("x")
    assert not mounted.exists()


def test_what_is_wrong_is_said() -> None:
    assert complaints(KNOWN, WHOLE) == []
    wrong = [
        replace(WHOLE, torn=True),
        replace(WHOLE, left=["process 1 2"]),
        replace(WHOLE, verdicts=KNOWN | {"a.py": "differ"}),
        replace(WHOLE, verdicts={"a.py": "agree", "b.py": "differ"}),
        replace(WHOLE, refusals={"c.py": " "}),
        replace(
            WHOLE, verdicts=KNOWN | {"a.py": "cannot judge"}, refusals=dict.fromkeys(KNOWN, "x")
        ),
    ]
    assert all(complaints(KNOWN, ended) for ended in wrong)
    assert complaints(KNOWN, wrong[-1], may_miss=1) == []
    assert complaints(KNOWN, wrong[2], may_miss=1)


def test_files_and_processes_that_are_left_are_seen(
    call: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    files, scratch = call
    written(files, 2, 0, 1)
    monkeypatch.setattr("parity_tests.load.runs.PATIENCE", 0.0)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"]) as other:
        found = judged(files, scratch, 1, lambda _: (scratch / "left").write_text(""))
        assert [what for what in found.left if what.startswith("file")] == [
            f"file {scratch / 'left'}"
        ]
        (one,) = [one for one in descendants(os.getpid()) if one.split()[0] == str(other.pid)]
        assert alive(one)
        other.kill()
    assert not alive(one)
