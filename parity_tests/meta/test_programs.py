"""Programs in any language, by their trace: C, JavaScript, and those that fail."""

import shutil
import subprocess
from pathlib import Path

import pytest

from backproof.candidate import NOT_RUN, Candidate, FailedError, SkippedError, program
from backproof.candidate.program import command_candidate
from backproof.candidate.sandbox import Limits
from backproof.cases import case_named
from backproof.errors import BackproofError
from backproof.judge import judge_case
from backproof.suite.request import Request
from backproof.suite.target import Program
from backproof.suite.tasks import gathered, plan
from backproof.verdict import Verdict

EXAMPLES = Path(__file__).parents[2] / "examples"
NEEDS_CC = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler, cc")
NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")


def judged(candidate: Candidate, case: str, dtype: str = "float64") -> Verdict:
    (verdict,) = judge_case(case_named(case), dtype, 0, [candidate]).verdicts
    return verdict


def differing(verdict: Verdict) -> set[str]:
    return {f.name for f in verdict.findings if f.verdict == "differ"}


# --- in C ------------------------------------------------------------------------------------


def compiled(folder: Path, change: tuple[str, str] = ("", "")) -> Candidate:
    source = (EXAMPLES / "any_language" / "my_net.c").read_text(encoding="utf-8")
    assert change[0] in source
    (folder / "my_net.c").write_text(source.replace(*change, 1) if change[0] else source)
    subprocess.run(["cc", "-O2", "-o", "my_net", "my_net.c", "-lm"], cwd=folder, check=True)
    return command_candidate(str(folder / "my_net"))


@NEEDS_CC
@pytest.mark.parametrize("case", ["notebook-2-4-1", "ragged", "at-kink", "breast-cancer"])
def test_the_example_in_c_agrees(case: str, tmp_path: Path) -> None:
    verdict = judged(compiled(tmp_path), case)
    assert verdict.verdict == "agree"
    assert len(verdict.findings) == 6 * case_named(case).depth + 1
    assert all(control.caught for control in verdict.controls)


@NEEDS_CC
@pytest.mark.parametrize(
    ("right", "wrong", "blamed"),
    [
        ("previous.at[j * m + k] / m", "previous.at[j * m + k]", {"dW3", "dW2", "dW1"}),
        ("net->db[l].at[i] += d / m", "net->db[l].at[i] += d / (m - 1)", {"db3", "db2", "db1"}),
        ("net->cost = -sum / m", "net->cost = -sum", {"cost"}),
        (".at[i] -= net->learning_rate * net->db", ".at[i] += net->learning_rate * net->db", set()),
    ],
)
def test_a_mistake_in_c_is_found(right: str, wrong: str, blamed: set[str], tmp_path: Path) -> None:
    found = differing(judged(compiled(tmp_path, (right, wrong)), "ragged"))
    assert {name for name in found if name[0] not in "Wb"} == blamed
    if not blamed:
        assert found == {"b1", "b2", "b3"}


@NEEDS_CC
@pytest.mark.parametrize("case", ["softmax", "tanh-hidden"])
def test_a_program_may_skip_a_case(case: str, tmp_path: Path) -> None:
    with pytest.raises(SkippedError, match=r"^only "):
        judged(compiled(tmp_path), case)


# --- in JavaScript ---------------------------------------------------------------------------


@NEEDS_NODE
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_example_in_javascript_agrees_as_far_as_it_goes(dtype: str) -> None:
    program = command_candidate(f"node {EXAMPLES / 'any_language' / 'my_net.js'}")
    verdict = judged(program, "one-layer", dtype)
    assert [f.name for f in verdict.findings] == ["A1", "dW1", "db1"]
    assert verdict.verdict == "agree"


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["./not-there", "", "no_such_program --fast"])
def test_a_program_that_is_not_there(command: str) -> None:
    with pytest.raises(BackproofError, match="There is no program"):
        command_candidate(command)


def script(folder: Path, lines: str) -> str:
    """Return the command of a shell program; $1 is the path of the case, $2 that of the trace."""
    path = folder / "net.sh"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("lines", "sentence", "ends"),
    [
        ("exit 3", "It ended itself with exit code 3.", False),
        ("echo bad luck >&2; exit 3", "It ended itself with exit code 3. It said: bad luck", False),
        ("exit 0", "It wrote no trace: trace.safetensors is not there", False),
        ("echo agree > $2", "Its trace is no safetensors file with numbers", False),
        ("mkdir $2", "It wrote no trace", False),
        ("ln -s $1 $2", "It wrote no trace", False),
        ("cp $1 $2", "Its trace holds 'X', which no network of 1 layers has", False),
        ("while :; do :; done", "It ran for more than 1 seconds and was stopped.", True),
    ],
)
def test_a_program_that_fails_gets_a_sentence(
    lines: str, sentence: str, ends: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "LIMITS", Limits(seconds=1.0))
    with pytest.raises(FailedError) as caught:
        judged(command_candidate(script(tmp_path, lines)), "one-layer")
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)
    assert caught.value.ends == ends


def test_a_limit_overstepped_ends_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was run beside it: the report is the same whoever was faster."""
    monkeypatch.setattr(program, "LIMITS", Limits(seconds=1.0))
    command = script(tmp_path, 'case $(cat "$1") in *dead*) while :; do :; done;; esac; exit 77')
    target = Program(command)
    names = ("one-layer", "dead", "ragged", "tanh-hidden")
    tasks = plan([target], Request(names, 0, ("float64",), 0))
    parts = [target.judge(task.request) for task in tasks]
    assert [bool(part.refused) for part in parts] == [False, True, False, False]
    for found in (dict(enumerate(parts)), dict(enumerate(parts[:2]))):
        (report,) = gathered(tasks, found)
        assert [case.case for case in report.cases] == list(names)
        assert [case.skipped == NOT_RUN for case in report.cases] == [False, False, True, True]
        assert report.cases[1].refused == "It ran for more than 1 seconds and was stopped."
        assert report.verdict == "cannot judge"
        assert report.refused == (
            f"{target.words} on case dead: It ran for more than 1 seconds and was stopped. The "
            "other cases were not run."
        )
