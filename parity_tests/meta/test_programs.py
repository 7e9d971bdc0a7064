"""Anyone's code by its trace: programs in two languages, Python files with trace(case), rubbish."""

import shutil
import subprocess
from pathlib import Path

import pytest

from backproof.candidate import Candidate, SkippedError
from backproof.candidate.program import command_candidate, spec_candidate
from backproof.cases import case_named
from backproof.errors import BackproofError
from backproof.judge import judge_case
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


# --- a Python file with trace(case) ----------------------------------------------------------


def spec(folder: Path, body: str) -> Candidate:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    path = folder / "my_net.py"
    path.write_text(
        "import numpy as np\nCALLS = []\nopen('missing.csv')\ndef trace(case):\n"
        "    W, b, X, Y = case.parameters['W1'], case.parameters['b1'], case.X, case.Y\n"
        "    A = 1 / (1 + np.exp(-(W @ X + b)))\n    dW = (A - Y) @ X.T / X.shape[1]\n" + lines
    )
    return spec_candidate(path)


def test_the_example_in_python_agrees() -> None:
    verdict = judged(spec_candidate(EXAMPLES / "spec.py"), "tanh-hidden", "float32")
    assert [f.name for f in verdict.findings] == ["A1", "A2", "dW2", "db2", "dW1", "db1"]
    assert verdict.verdict == "agree"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("return {'A1': A, 'dW1': dW}", set()),
        ("return {'A1': A.tolist(), 'dW1': dW}", set()),
        ("import torch\nreturn {'dW1': torch.from_numpy(dW)}", set()),
        ("dW.flags.writeable = False\nreturn {'dW1': dW}", set()),
        ("return {'dW1': np.asfortranarray(dW), 'A1': A[:, ::-1][:, ::-1]}", set()),
        ("X *= 0\nreturn {'A1': A, 'dW1': dW}", set()),
        ("return {'cost': float(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))}", set()),
        ("return {'A1': A, 'dW1': -dW}", {"dW1"}),
        ("return {'A1': A, 'dW1': dW.T}", {"dW1"}),
        ("return {'A1': A, 'dW1': dW.astype(np.float32)}", {"dW1"}),
        ("return {'A1': A, 'dW1': dW * np.nan}", {"dW1"}),
        ("return {'dW1': X}", {"dW1"}),
        ("return {'dW1': dW, 'W1': W}", {"W1"}),
        ("CALLS.append(1)\nreturn {'A1': A * len(CALLS), 'dW1': dW}", set()),
    ],
)
def test_what_a_spec_returns_is_judged(body: str, wrong: set[str], tmp_path: Path) -> None:
    verdict = judged(spec(tmp_path, body), "one-layer")
    assert differing(verdict) == wrong
    assert (verdict.verdict == "agree") == (not wrong)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return [dW]", r"returned a list; return a dict of arrays by name"),
        ("return {'dW1': 'great'}", r"dW1 has dtype <U5; give numbers"),
        ("return {'dW1': [[1], [1, 2]]}", r"gave dW1, which is no array"),
        ("return {'grad': dW}", r"trace holds 'grad', which no network of 1 layers has"),
        ("return {'dW2': dW}", r"trace holds 'dW2'"),
        ("return {}", r"trace holds no array"),
        ("return 1 / 0", r"ZeroDivisionError"),
        ("import os\nos._exit(0)", r"wrote no trace"),
        ("import os\nos._exit(1)", r"exit code 1"),
        ("import ctypes\nctypes.string_at(0)", r"crashed"),
        ("import planar_utils\nreturn planar_utils.x", r"planar_utils"),
    ],
)
def test_rubbish_gets_a_sentence(body: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match=sentence) as caught:
        judged(spec(tmp_path, body), "one-layer")
    assert "my_net.py" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_spec_may_skip_a_case(tmp_path: Path) -> None:
    with pytest.raises(SkippedError):
        judged(spec(tmp_path, "return None"), "one-layer")


def test_a_forged_trace_is_no_report(tmp_path: Path) -> None:
    """Whatever else it writes, only the arrays of its trace come back, and they are compared."""
    body = (
        "import pathlib, json\n"
        "for name in ('report.json', 'verdict', '../agree'):\n"
        "    pathlib.Path(name).write_text(json.dumps({'verdict': 'agree'}))\n"
        "print('agree')\nreturn {'dW1': 2 * dW}"
    )
    assert differing(judged(spec(tmp_path, body), "one-layer")) == {"dW1"}


def test_a_file_without_trace_is_told_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("def forward(X):\n    return X\n")
    with pytest.raises(BackproofError, match=r"plain\.py defines no function trace\(case\)"):
        judged(spec_candidate(tmp_path / "plain.py"), "one-layer")


@pytest.mark.parametrize("command", ["./not-there", "", "no_such_program --fast"])
def test_a_program_that_is_not_there(command: str) -> None:
    with pytest.raises(BackproofError, match="There is no program"):
        command_candidate(command)
