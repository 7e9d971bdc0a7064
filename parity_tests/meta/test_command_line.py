"""The command line: exit codes, files, signals.  Nothing is half-written, no worker is left."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from backproof import cli
from backproof.cases import TABLE
from backproof.errors import BackproofError
from backproof.verdict import CaseReport, TargetReport
from parity_tests.meta.reports import MISSED, case_report, finding

BACKPROOF = [sys.executable, "-m", "backproof"]
PATIENCE = 60  # seconds; a run takes three
DEAD = "check", "--case", "dead", "--dtype", "float64"


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start backproof as the leader of a process group of its own; kill what is left of it."""
    process = subprocess.Popen(
        [*BACKPROOF, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def nobody_is_left(group: int) -> bool:
    """Say whether a process group is empty; wait a little for the system to clear it away."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def run(*arguments: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error; no process may be left."""
    with started(*arguments) as process:
        out, err = process.communicate(timeout=PATIENCE)
        assert nobody_is_left(process.pid)
    return process.returncode, out, err


def strictly(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def complained(code: int, out: str, err: str, words: str) -> None:
    assert (code, out) == (2, "")
    assert words in err
    assert err.startswith("backproof: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


# --- in this process: whatever ends before a worker starts --------------------------------------


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["backproof", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("check --case raged", "There is no case 'raged': backproof check --list shows them all."),
        ("check --dtype float16", "There is no dtype 'float16': choose float64 or float32."),
        ("check --case notebook-trained --dtype float32", "choose another --dtype"),
        ("check --case dead --json .", "Cannot write .: it is a folder; give a file's name."),
        ("check --case dead --json no/such/place.json", "Cannot write no/such/place.json: No such"),
        ("check --case dead --json file/below.json", "Cannot write file/below.json: Not a dir"),
        ("check --cases many", "Invalid value for '--cases': "),
        ("check --cases -1", "--cases"),
        ("check --seed -1", "--seed"),
        ("check --verbose", "--verbose"),
        ("check extra", "extra is not there: there is no file of that name, and no such module in"),
        ("check extra.py", "extra.py is not there: give the path of a Python file or a notebook."),
        ("check ./extra", "extra is not there: give the path of a Python file or a notebook."),
        ("check extra.py:Net", "extra.py is not there: give the path of a Python file or a note"),
        ("check :Net", ":Net is not there: give the path of a Python file or a notebook."),
        ("check file -j 0", "--jobs"),
        ("check .", ". is a folder: give the path of a Python file or a notebook."),
        ("check --cmd=", "There is no program ''"),
        ("check --cmd ./nothing", "There is no program './nothing'"),
        ("check file --cmd true", "Give either the file file or --cmd, not both."),
        ("check --ddp 0", "--ddp 0 is not a number of processes that share examples: give 2 to"),
        ("check file --ddp 2", "--ddp 2 shares the examples of the PyTorch twin among processes;"),
        ("check file --device cuda", "--device cuda is where the PyTorch twin runs; leave it out"),
        ("weigh", "weigh"),
    ],
)
def test_a_request_that_makes_no_sense_is_one_sentence(
    arguments: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("a file")
    complained(called(monkeypatch, *arguments.split()), *capsys.readouterr(), words)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_the_list_shows_every_case_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called(monkeypatch, "check", "--list")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [[c.name, c.why] for c in TABLE]


def finding_of(monkeypatch: pytest.MonkeyPatch, result: CaseReport | Exception) -> None:
    """Let the workers find this."""

    def fake(*_: object) -> Iterator[tuple[int, TargetReport]]:
        if isinstance(result, Exception):
            raise result
        yield 0, TargetReport("", [result])

    monkeypatch.setattr("backproof.suite.tasks.run", fake)


@pytest.mark.parametrize(
    ("result", "verdict", "code"),
    [
        (case_report(), "agree", 0),
        (case_report(finding("differ", z=float("inf"))), "differ", 1),
        (case_report(finding("undecided")), "undecided", 1),
        (case_report(controls=(MISSED,)), "nothing judged", 2),
        (case_report(controls=()), "nothing judged", 2),
    ],
)
def test_the_exit_code_is_the_verdict_and_the_file_says_the_same(
    result: CaseReport,
    verdict: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    finding_of(monkeypatch, result)
    path = tmp_path / "report.json"
    assert called(monkeypatch, *DEAD, "--json", str(path)) == code
    assert capsys.readouterr().out.splitlines()[-1] == verdict
    written = strictly(path.read_text("utf-8"))
    assert (written["verdict"], written["exit_code"]) == (verdict, code)
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_run_leaves_yesterdays_file_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    path.write_text("yesterday's")
    finding_of(monkeypatch, BackproofError("Something is amiss."))
    code = called(monkeypatch, *DEAD, "--json", str(path))
    complained(code, *capsys.readouterr(), "Something is amiss.")
    assert path.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


# --- from outside ---------------------------------------------------------------------------------


def test_a_run_writes_its_report_and_leaves_no_worker(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    code, out, err = run("check", "--case", "dead", "--cases", "3", "--json", str(path))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "agree"
    report = strictly(path.read_text("utf-8"))
    assert (report["format"], report["verdict"], report["exit_code"]) == (2, "agree", 0)
    (target,) = report["targets"]
    assert (target["target"], target["verdict"], target["refused"]) == ("", "agree", "")
    names = [(case["case"], case["dtype"]) for case in target["cases"]]
    expected = ["dead", "random-0-0", "random-0-1", "random-0-2"]
    assert names == [(name, dtype) for name in expected for dtype in ("float64", "float32")]
    assert all(case["verdict"] == "agree" for case in target["cases"])
    assert report["controls"]["planted"] > 0 == report["controls"]["missed"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("device", ["gpu", "cuda"])
def test_a_device_that_is_not_there(device: str, tmp_path: Path) -> None:
    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    arguments = "check", "--case", "dead", "--device", device, "--json", str(tmp_path / "x.json")
    sentence = f"There is no device '{device}' here"
    complained(*run(*arguments), sentence)
    (target,) = strictly((tmp_path / "x.json").read_text("utf-8"))["targets"]
    assert (target["verdict"], target["refused"][: len(sentence)]) == ("cannot judge", sentence)


def workers_of(parent: int) -> list[str]:
    return Path(f"/proc/{parent}/task/{parent}/children").read_text().split()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the workers in /proc")
@pytest.mark.parametrize("pause", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("to_all", [True, False], ids=["the whole group", "the parent only"])
def test_ctrl_c_stops_everything_and_writes_nothing(
    to_all: bool, pause: float, tmp_path: Path
) -> None:
    """The first child is there before torch is, so that some of it falls into imports."""
    path = tmp_path / "report.json"
    with started("check", "--cases", "5000", "--json", str(path)) as process:
        give_up = time.monotonic() + PATIENCE
        while not workers_of(process.pid) and time.monotonic() < give_up:
            time.sleep(0.05)
        time.sleep(pause)
        assert process.poll() is None
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert nobody_is_left(process.pid)
    complained(process.returncode, out, err, "Interrupted: nothing was judged")
    assert not list(tmp_path.iterdir())
