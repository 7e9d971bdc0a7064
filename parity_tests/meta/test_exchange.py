"""A case as a file: what is read is what was written; examples skip what they do not do."""

import runpy
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from backproof.candidate import Candidate, SkippedError
from backproof.candidate.program import command_candidate
from backproof.case import DTYPES, Case
from backproof.cases import TABLE, case_named
from backproof.errors import BackproofError
from backproof.exchange import read_case, save, write_case
from backproof.judge import judge_case
from backproof.makers import ordinary

EXAMPLES = Path(__file__).parents[2] / "examples"
NEEDS_CC = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler, cc")
NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
MIXED = Case(
    "mixed",
    "every field differs from its default",
    (3, 5, 4, 2),
    6,
    ordinary,
    hidden=("tanh", "leaky_relu"),
    loss="half_squared_error",
    learning_rate=0.3,
    output="sigmoid",
    reduction="sum",
)


def metadata(path: Path) -> dict[str, str]:
    with safe_open(path, framework="numpy") as file:
        return file.metadata()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", [MIXED, *TABLE[:8]], ids=lambda case: case.name)
def test_a_case_is_read_as_it_was_written(case: Case, dtype: str, tmp_path: Path) -> None:
    if dtype not in case.dtypes:
        return
    inputs, path = case.inputs(dtype, 0), tmp_path / "case.safetensors"
    write_case(path, case, inputs)
    problem = read_case(path)
    for name in ("name", "layer_dims", "hidden", "output", "loss", "reduction", "learning_rate"):
        assert getattr(problem, name) == getattr(case, name), name
    assert problem.dtype == dtype
    arrays = {"X": problem.X, "Y": problem.Y, **problem.parameters}
    for name, value in {"X": inputs.X, "Y": inputs.Y, **inputs.parameters}.items():
        assert arrays[name].tobytes() == value.tobytes()


def test_the_words_in_the_file(tmp_path: Path) -> None:
    """As docs/any-language.md has them: one name, or a JSON list of them."""
    path = tmp_path / "case.safetensors"
    write_case(path, MIXED, MIXED.inputs("float64", 0))
    words = metadata(path)
    assert words["hidden"] == '["tanh", "leaky_relu"]'
    assert (words["output"], words["loss"]) == ("sigmoid", "half_squared_error")
    assert words["reduction"] == "sum"
    one_name = replace(MIXED, hidden="tanh", reduction="mean")
    write_case(path, one_name, one_name.inputs("float64", 0))
    assert (metadata(path)["hidden"], metadata(path)["reduction"]) == ("tanh", "mean")


def test_a_file_without_reduction_means_the_mean(tmp_path: Path) -> None:
    path = tmp_path / "case.safetensors"
    write_case(path, MIXED, MIXED.inputs("float64", 0))
    words = metadata(path)
    del words["reduction"]
    save_file(load_file(path), path, words)
    assert read_case(path).reduction == "mean"


# --- the examples ----------------------------------------------------------------------------


def kinds(hidden: str, layer_dims: tuple[int, ...]) -> list[Case]:
    """Return the one kind of case that the examples do, and its nearest neighbours."""
    case = Case("kind", "a neighbour", layer_dims, 6, ordinary, hidden=hidden)
    others = [
        {"output": "softmax"},
        {"reduction": "sum"},
        {"loss": "squared_error"},
        {"loss": "half_squared_error", "output": "tanh"},
        {"loss": "categorical_cross_entropy"},
    ]
    if len(layer_dims) > 2:
        others += [{"hidden": "leaky_relu"}, {"hidden": ("leaky_relu",) * (len(layer_dims) - 2)}]
    return [case, *(replace(case, **fields) for fields in others)]


def judged_or_skipped(candidate: Candidate, cases: list[Case]) -> list[str]:
    found = []
    for case in cases:
        try:
            found.append(judge_case(case, "float64", 0, [candidate]).verdict)
        except SkippedError:
            found.append("skipped")
    return found


@NEEDS_CC
def test_the_example_in_c_skips_what_it_does_not_do(tmp_path: Path) -> None:
    source = EXAMPLES / "any_language" / "my_net.c"
    command = ["cc", "-O2", "-o", "my_net", str(source), "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)
    candidate = command_candidate(str(tmp_path / "my_net"))
    cases = [*kinds("relu", (3, 5, 4, 2)), case_named("mixed-hidden")]
    assert judged_or_skipped(candidate, cases) == ["agree"] + ["skipped"] * 8


@NEEDS_NODE
def test_the_example_in_javascript_skips_what_it_does_not_do() -> None:
    candidate = command_candidate(f"node {EXAMPLES / 'any_language' / 'my_net.js'}")
    found = judged_or_skipped(candidate, kinds("relu", (3, 2)))
    assert found == ["agree"] + ["skipped"] * 5


def test_the_example_in_python_skips_what_it_does_not_do(tmp_path: Path) -> None:
    trace = runpy.run_path(str(EXAMPLES / "spec.py"))["trace"]
    path, answers = tmp_path / "case.safetensors", []
    for case in kinds("tanh", (3, 5, 2)):
        write_case(path, case, case.inputs("float64", 0))
        answers.append(trace(read_case(path)))
    assert answers[0].keys() == {"A1", "A2", "dW2", "db2", "dW1", "db1"}
    assert all(np.isfinite(array).all() for array in answers[0].values())
    assert answers[1:] == [None] * 7


@pytest.mark.parametrize(
    "message",
    [
        "I/O error: No space left on device (os error 28)",
        'IoError(Os { code: 28, kind: StorageFull, message: "No space left on device" })',
    ],
)
def test_no_room_is_said_whatever_the_version_of_safetensors(
    message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise SafetensorError(f"Error while serializing: {message}")

    monkeypatch.setattr("backproof.exchange.save_file", full)
    with pytest.raises(BackproofError, match=r"temporary folder \(No space left on device\)"):
        save({"W1": np.ones(2)}, tmp_path / "case")
