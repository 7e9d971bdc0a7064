"""The files that hand backproof to a CI system, run here as far as they can be."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
STUB = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word" >> "$SAID"; done
exit $CODE
"""


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


@pytest.fixture
def shell(tmp_path: Path) -> Any:
    """A shell in which `backproof` and `python` write down their arguments, and end as told."""
    folder, said = tmp_path / "bin", tmp_path / "said"
    folder.mkdir()
    for name in ("backproof", "python"):
        (folder / name).write_text(STUB)
        (folder / name).chmod(0o755 | stat.S_IXUSR)

    def run(script: str, code: int = 0, **variables: str) -> tuple[int, list[str]]:
        said.write_text("")
        env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "SAID": str(said)}
        env |= {"CODE": str(code), "GITHUB_OUTPUT": str(tmp_path / "output"), **variables}
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script], env=env, check=False, cwd=tmp_path
        )
        return done.returncode, said.read_text().splitlines()

    return run


# --- the GitHub action -----------------------------------------------------------------------

STEPS = {step["name"]: step for step in read("action.yml")["runs"]["steps"]}
NOTHING = {"TARGET": "", "BASE": "", "LIMIT": "3%", "ARGUMENTS": ""}


def test_every_input_reaches_the_script_through_the_environment_alone() -> None:
    action = read("action.yml")
    used = set(STEPS["Judge"]["env"].values())
    assert used == {"${{ inputs." + name + " }}" for name in action["inputs"]}
    assert all(
        "${{" not in step["run"] for step in STEPS.values()
    )  # or an input could be a command
    assert all(value.get("description") for value in action["inputs"].values())


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, ["gate"]),
        ({"TARGET": "a b.py\nc.py\n"}, ["gate", "--target", "a b.py", "--target", "c.py"]),
        ({"BASE": "origin/main"}, ["gate", "--base", "origin/main", "--limit", "3%"]),
        ({"ARGUMENTS": "--strict\n--case\ndigits"}, ["gate", "--strict", "--case", "digits"]),
        ({"TARGET": "$(touch x); `y`"}, ["gate", "--target", "$(touch x); `y`"]),
    ],
)
def test_the_action_calls_the_gate(shell: Any, variables: dict[str, str], words: list[str]) -> None:
    assert shell(STEPS["Judge"]["run"], **(NOTHING | variables)) == (0, words)


@pytest.mark.parametrize(("code", "verdict"), [(0, "green"), (1, "red"), (2, "cannot judge")])
def test_the_action_ends_as_the_gate_does(
    shell: Any, code: int, verdict: str, tmp_path: Path
) -> None:
    assert shell(STEPS["Judge"]["run"], code, **NOTHING)[0] == code
    assert (tmp_path / "output").read_text() == f"verdict={verdict}\n"


def test_the_action_installs_what_lies_beside_it(shell: Any) -> None:
    code, words = shell(STEPS["Install backproof"]["run"], GITHUB_ACTION_PATH=str(ROOT))
    assert code == 0
    assert f"{ROOT}/constraints.txt" in words
    extras = words[-1].partition("[")[2].rstrip("]").split(",")
    project = (ROOT / "pyproject.toml").read_text()
    assert extras
    assert all(f"\n{extra} = [" in project for extra in extras)


# --- GitLab and pre-commit -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, []),
        ({"TARGET": "my net.py"}, ["--target", "my net.py"]),
        ({"CI_MERGE_REQUEST_DIFF_BASE_SHA": "abc"}, ["--base", "abc"]),
    ],
)
def test_the_gitlab_job_calls_the_gate(
    shell: Any, variables: dict[str, str], words: list[str]
) -> None:
    job = read("docs/gitlab-ci.yml")["backproof"]
    code, said = shell("\n".join(job["script"][1:]), **variables)
    reports = ["--junit", job["artifacts"]["reports"]["junit"], "--json", "backproof.json"]
    assert (code, said) == (0, ["gate", *words, *reports])
    assert shell("\n".join(job["script"]), 1)[0] == 1


def test_the_hook_judges_the_files_it_is_given(tmp_path: Path) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    program = [str(Path(sys.executable).parent / "backproof"), *hook["entry"].split()[1:]]
    networks = ROOT / "parity_tests" / "networks"
    codes = []
    for name in ("planar_tanh.py", "no_mean.py"):
        done = subprocess.run(
            [*program, str(networks / name)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        codes.append(done.returncode)
    assert codes == [0, 1]
