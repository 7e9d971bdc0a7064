"""docs/reports.md tells the truth: its examples are real, its scripts run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.main import get_command

from backproof import cli
from parity_tests.meta.test_gradescope import faults as faults_of_results
from parity_tests.meta.test_junit import faults as faults_of_junit
from parity_tests.meta.test_schema import complaints

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reports.md").read_text("utf-8")
WRONG = "parity_tests/networks/mean_twice.py"
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, flags=re.DOTALL)
BACKPROOF = [sys.executable, "-m", "backproof"]


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == language]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return what one run writes, by the language of the block that shows it."""
    folder = tmp_path_factory.mktemp("reports")
    words = [*BACKPROOF, "check", WRONG]
    for option in ("junit", "markdown", "gradescope", "json"):
        words += [f"--{option}", str(folder / option)]
    summary = {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_WORKSPACE": str(ROOT)}
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | summary | {"GITHUB_ACTIONS": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    files = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert files["summary"] == files["markdown"] + "\n"
    names = {"xml": "junit", "markdown": "markdown", "json": "gradescope"}
    shown = {kind: files[name] for kind, name in names.items()}
    return shown | {"": done.stdout, "report": files["json"]}


def pattern(shown: str) -> str:
    """Return the expression that finds what is shown; [...] stands for anything."""
    return ".*?".join(re.escape(part.strip("\n")) for part in shown.split("[…]"))


@pytest.mark.parametrize("language", ["xml", "json", "markdown", ""])
def test_every_example_is_real(language: str, real: Mapping[str, str]) -> None:
    (shown,) = blocks(language)
    assert re.search(pattern(shown), real[language], re.DOTALL)
    assert not re.search(pattern(shown.replace("dW1", "dW2")), real[language], re.DOTALL)


def test_real_files_have_the_form_that_they_must_have(real: Mapping[str, str]) -> None:
    assert faults_of_junit(ElementTree.fromstring(real["xml"].encode())) == []
    assert faults_of_results(json.loads(real["json"])) == []
    report = json.loads(real["report"])
    assert complaints(report) == []
    assert report["targets"][0]["cases"][0]["verdicts"][0]["mistakes"]


def test_every_option_of_the_table_exists() -> None:
    options = {
        option
        for parameter in get_command(cli.app).commands["check"].params  # type: ignore[attr-defined]
        for option in parameter.opts
    }
    named = set(re.findall(r"`(--[a-z]+) FILE`", PAGE))
    assert named >= {"--json", "--junit", "--markdown", "--gradescope", "--html"}
    assert named <= options


def test_the_scripts_for_gradescope_are_scripts() -> None:
    for script in blocks("bash"):
        assert script.startswith("#!/usr/bin/env bash\n")
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    setup, run = blocks("bash")
    assert "/opt/judge/bin/pip install" in setup
    assert "/opt/judge/bin/backproof" in run
    (extra,) = re.findall(r'"\.\[(\w+)\]"', setup)
    assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("there", "score", "words"),
    [(True, 92.3, "differ: 92.3 of 100"), (False, 0.0, "my_net.py is not there")],
)
def test_run_autograder_runs(there: bool, score: float, words: str, tmp_path: Path) -> None:
    for folder in ("submission", "results"):
        (tmp_path / folder).mkdir()
    if there:
        (tmp_path / "submission" / "my_net.py").write_text((ROOT / WRONG).read_text("utf-8"))
    script = blocks("bash")[1].replace("/autograder", str(tmp_path))
    script = script.replace("/opt/judge/bin/backproof", " ".join(BACKPROOF))
    subprocess.run(
        ["bash"], input=script, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, check=True
    )
    found = json.loads((tmp_path / "results" / "results.json").read_text("utf-8"))
    assert found["score"] == score
    assert words in found["output"]
