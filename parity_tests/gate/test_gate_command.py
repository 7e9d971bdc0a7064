"""`backproof gate` as it is called: exit codes, files, sentences."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backproof import cli
from backproof.gate.baseline import read_baseline
from backproof.verdict import CaseReport, TargetReport
from parity_tests.meta.reports import MISSED, case_report, finding

FILE = "backproof-baseline.json"
Capture = pytest.CaptureFixture[str]
Monkey = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: Monkey, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


def let_it_find(monkeypatch: Monkey, case: CaseReport) -> None:
    """Let the workers find this."""

    def fake(*_: object) -> Iterator[tuple[int, TargetReport]]:
        yield 0, TargetReport("", [case])

    monkeypatch.setattr("backproof.suite.tasks.run", fake)
    monkeypatch.setattr("backproof.suite.tasks.plan", lambda targets, _: [_task(targets[0])])


def _task(target: object) -> object:
    from backproof.suite.tasks import Task

    return Task(target, None)  # type: ignore[arg-type]


def gate(monkeypatch: Monkey, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["backproof", "gate", *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert isinstance(stop.value.code, int)
    return stop.value.code


AGREES = case_report(name="ragged")
DIFFERS = case_report(finding("differ", z=9.0), name="ragged")
BLUNT = case_report(finding(sensitivity=3e-14), name="ragged")
LOST = case_report(finding(name="dW2"), name="ragged")
BLIND = case_report(controls=(MISSED,), name="ragged")
UNABLE = case_report(verdicts=[], refused="It raised KeyError: 'W2'.", name="ragged")


@pytest.mark.parametrize(
    ("case", "code", "last"),
    [
        (AGREES, 0, "green"),
        (DIFFERS, 1, "red: parity"),
        (BLUNT, 1, "red: sharpness"),
        (LOST, 1, "red: sharpness"),
        (BLIND, 2, "cannot judge: parity"),
        (UNABLE, 2, "cannot judge: parity, sharpness"),
    ],
    ids=["agrees", "differs", "blunt", "lost", "blind", "unable"],
)
def test_the_exit_code_is_the_verdict(
    case: CaseReport, code: int, last: str, monkeypatch: Monkey, capsys: Capture
) -> None:
    let_it_find(monkeypatch, AGREES)
    assert gate(monkeypatch, "--update") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{FILE} is written: commit it"
    before = Path(FILE).read_text()
    let_it_find(monkeypatch, case)
    paths = ["--json", "a.json", "--junit", "a.xml", "--markdown", "a.md"]
    assert gate(monkeypatch, *paths) == code
    out, err = capsys.readouterr()
    assert (out.splitlines()[-1], err) == (last, "")
    assert json.loads(Path("a.json").read_text())["exit_code"] == code
    assert last.partition(":")[0] in Path("a.md").read_text()
    assert sorted(os.listdir()) == ["a.json", "a.md", "a.xml", FILE]
    assert Path(FILE).read_text() == before


@pytest.mark.parametrize(("case", "code"), [(DIFFERS, 1), (BLIND, 2), (UNABLE, 2)])
def test_an_update_by_a_bad_run_changes_nothing(
    case: CaseReport, code: int, monkeypatch: Monkey, capsys: Capture
) -> None:
    let_it_find(monkeypatch, AGREES)
    gate(monkeypatch, "--update")
    before = Path(FILE).read_text()
    let_it_find(monkeypatch, case)
    assert gate(monkeypatch, "--update") == code
    assert f"{FILE} is left as it was" in capsys.readouterr().out
    assert Path(FILE).read_text() == before
    assert os.listdir() == [FILE]


def test_an_update_makes_green_what_was_meant(monkeypatch: Monkey, capsys: Capture) -> None:
    let_it_find(monkeypatch, AGREES)
    gate(monkeypatch, "--update")
    let_it_find(monkeypatch, BLUNT)
    assert gate(monkeypatch) == 1
    capsys.readouterr()
    assert gate(monkeypatch, "--update") == 0
    assert (
        "changed         ragged, float64, by_hand: dW1   z 0.5 -> 0.5   sensitivity 3e-15 -> "
        in (capsys.readouterr().out)
    )
    assert gate(monkeypatch) == 0


def test_without_a_baseline_it_says_how_to_get_one(monkeypatch: Monkey, capsys: Capture) -> None:
    let_it_find(monkeypatch, AGREES)
    assert gate(monkeypatch) == 2
    out = capsys.readouterr().out
    assert f"there is no baseline {FILE}: write one with backproof gate --update" in out
    assert os.listdir() == []


def test_an_excuse_makes_a_difference_green_and_recordable(
    monkeypatch: Monkey, capsys: Capture
) -> None:
    let_it_find(monkeypatch, DIFFERS)
    Path("backproof-excuses.toml").write_text("[[excuse]]\narray = 'dW1'\nreason = 'see #12'\n")
    assert gate(monkeypatch, "--update") == 0
    assert "0 arrays of 1 case agree; 1 array excused" in capsys.readouterr().out
    assert gate(monkeypatch) == 0
    let_it_find(monkeypatch, AGREES)
    assert gate(monkeypatch) == 1
    assert "the excuse in line 1 (dW1) is no longer needed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--case raged", "There is no case 'raged'"),
        ("--target nothing.py", "nothing.py is not there"),
        ("--target nothing.py --cmd true", "Give either the file nothing.py or --cmd"),
        ("--baseline folder", "Cannot read the baseline folder: Is a directory."),
        ("--baseline torn.json", "torn.json is no baseline: line 1 is no JSON"),
        ("--baseline no/place.json --update", "Cannot write no/place.json: No such file"),
        ("--excuses torn.json", "The excuses torn.json are no TOML"),
        ("--json folder", "Cannot write folder: it is a folder"),
        ("--update --json no/place.json", "Cannot write no/place.json: No such file"),
        ("extra", "Got unexpected extra argument"),
    ],
)
def test_a_request_that_makes_no_sense_is_one_sentence(
    words: str, sentence: str, monkeypatch: Monkey, capsys: Capture
) -> None:
    Path("folder").mkdir()
    Path("torn.json").write_text("{")
    code = gate(monkeypatch, *words.split())
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"backproof: {sentence}")
    assert sorted(os.listdir()) == ["folder", "torn.json"]


def test_github_gets_a_summary_and_annotations(monkeypatch: Monkey, capsys: Capture) -> None:
    let_it_find(monkeypatch, DIFFERS)
    Path("summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert gate(monkeypatch) == 1
    text = Path("summary.md").read_text()
    assert text.startswith("before\n## backproof gate: red (parity)")
    lines = capsys.readouterr().out.splitlines()
    assert (
        sum(line.startswith("::error title=backproof gate%3A parity red::") for line in lines) == 1
    )


def test_from_outside(tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "backproof", "gate", "--case", "dead", "-j", "1", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    code, out, err = run("--update")
    assert (code, err) == (0, "")
    baseline = read_baseline(tmp_path / FILE)
    assert baseline is not None
    assert {place.case for place in baseline.arrays} == {"dead"}
    code, out, err = run()
    assert (code, err, out.splitlines()[-1]) == (0, "", "green")
    assert os.listdir(tmp_path) == [FILE]
