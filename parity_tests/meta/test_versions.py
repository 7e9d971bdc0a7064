"""Versions: what is here, what is needed, and what is too old, in a sentence."""

import platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import torch

from backproof import cli, versions
from backproof.errors import BackproofError


def backproof(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backproof", *arguments], capture_output=True, text=True, check=False
    )


def test_the_versions_are_shown() -> None:
    done = backproof("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"backproof (\d+\.\d+\.\d+|not installed), torch 2\.", done.stdout)
    assert done.stdout.endswith(f"Python {platform.python_version()}\n")
    assert f"torch {torch.__version__.partition('+')[0]}" in done.stdout


def test_shells_can_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = backproof("--show-completion", "bash")
    assert (done.returncode, done.stderr) == (0, "")
    assert "complete -o default -F" in done.stdout
    monkeypatch.setenv("_BACKPROOF_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "backproof ch")
    monkeypatch.setenv("COMP_CWORD", "1")
    code = "import sys; sys.argv = ['backproof']; from backproof.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["check"])


def test_the_oldest_are_those_of_the_project() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    for package, oldest in versions.OLDEST.items():
        assert f"{package}>={'.'.join(map(str, oldest))}" in project["dependencies"]


@pytest.mark.parametrize(
    ("here", "fits"),
    [("2.10.1+cu128", False), ("2.9.0", False), ("1.13.1", False), ("2.11.0", True),
     ("3.0.0a1", True), ("not installed", True)],
)  # fmt: skip
def test_an_old_torch_is_refused(here: str, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    real = versions.version_of
    monkeypatch.setattr(versions, "version_of", lambda p: here if p == "torch" else real(p))
    if fits:
        versions.refuse_old()
        return
    with pytest.raises(BackproofError, match=rf"^torch {re.escape(here)} is too old: install "):
        versions.refuse_old()


def test_the_command_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(versions, "version_of", lambda _: "1.26.4")
    monkeypatch.setattr(sys, "argv", ["backproof", "check", "--list"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("backproof: torch 1.26.4 is too old: install torch 2.11 or newer")
    assert said.count("\n") == 1
