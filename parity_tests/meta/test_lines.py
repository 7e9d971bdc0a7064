"""The line of somebody's file that computes an array: found, quoted, and never trusted."""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from backproof.candidate import worker
from backproof.candidate.conventions import lines as convention
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.reader import read
from backproof.candidate.displays import inner_line
from backproof.candidate.letters import Answer, line_numbers, read_answer, write_answer
from backproof.candidate.loading import execute, read_source
from backproof.candidate.quoting import quoted
from backproof.candidate.spec import lines_of
from backproof.candidate.tracing import as_they_are, first_lines
from backproof.case import DTYPES
from backproof.cases import case_named
from backproof.own import judging
from backproof.own.trials import problem_of, trials
from backproof.report.failure import failures
from backproof.suite.address import located
from backproof.suite.request import Request
from backproof.suite.target import PythonFile
from backproof.trace import Trace
from backproof.verdict import Line, TargetReport
from parity_tests.networks.TABLE import WRONG

FOLDER = Path(__file__).parents[1] / "networks"
PROBLEMS = [
    problem_of(trial) for trial in trials(0) if trial.draw in ("", "-single") and trial.depth < 4
]
GRADIENTS = {name: f"{name} = " for name in ("dW2", "db2", "dW1", "db1")}
LAYER = {"dW2": "self.dW = ", "dW1": "self.dW = ", "db2": "self.db = ", "db1": "self.db = "}
PLACES: dict[str, dict[str, str]] = {  # file -> array -> what stands in the line that computes it
    "planar_tanh.py": GRADIENTS
    | {"Z1": "Z1 = ", "A1": "A1 = ", "Z2": "Z2 = ", "A2": "return 1 /", "cost": "cost = -np.sum"}
    | {"W1": '"W1": parameters', "b2": '"b2": parameters'},
    "cat_or_not.py": {"Z1": "Z = W.dot", "dW1": "dW = 1./m", "db2": "db = 1./m", "W2": '"W"+str'},
    "three_layer_flat_cache.py": {f"dW{l}": f"dW{l} = " for l in (1, 2, 3)}
    | {"A1": "s = np.maximum", "W3": '"W%d" % k] -=', "b1": '"b%d" % k] -='},
    "gradient_checking.py": GRADIENTS | {"A1": "A1 = relu", "A2": "A2 = relu", "cost": "cost = "},
    "regularized.ipynb": GRADIENTS | {"Z3": "Z3 = ", "A2": "A2 = relu(Z2)"},
    "single_precision.py": {name: f'"{name}": ' for name in GRADIENTS},
    "digits_positional.py": GRADIENTS | {"W1": "W1 = W1 -", "b1": "b1 = b1 -", "A2": "sum(np.exp"},
    "biases_come_first.ipynb": GRADIENTS | {"A1": "A1 = sig", "A2": "A2 = sig", "b3": "b3 = b3 -"},
    "xor_class.py": {"Z1": "self.z = ", "A1": "self.z2 = ", "A2": "o = self.sigmoid"}
    | {"dW1": "self.W1 +=", "db1": "self.b1 +=", "dW2": "self.W2 +=", "db2": "self.b2 +="},
    "data_in_constructor.py": {"dW2": "d_weights2 = ", "dW1": "d_weights1 = "},
    "hidden_rate.py": {"dW2": "g_o = ", "db2": "gb_o = ", "dW1": "g_h = ", "db1": "gb_h = "},
    "relu_softmax_batch.py": GRADIENTS | {"A1": "self.A1 = ", "W2": "self.W2 -="},
    "two_layer_loss_grads.py": {"cost": "loss = ", "dW1": "grads['W1'] =", "db2": "grads['b2'] ="},
    "affine_layers.ipynb": LAYER | {"A1": "self.out = "},
    "update_in_backward_layers.py": {"dW1": "weights_error = ", "Z2": "self.output = np.dot("},
    "nielsen_quadratic.py": {"dW3": "nabla_w[-1] = ", "dW1": "nabla_w[-l] = "},
    "dict_no_bias_sgd.py": {"Z2": "params['Z2'] = ", "dW1": "change_w['W1'] = "},
    "query_and_train.py": {"dW2": "self.who +=", "dW1": "self.wih +=", "A2": "lambda x: 1 /"},
    "two_networks.py:SigmoidNet": {"A2": "self.A2 = ", "dW2": "self.W2 -= "},
    "no_mean.py": GRADIENTS,
    "own_activation_in_dw2.py": {"dW2": "dW2 = np.dot(dZ2, A2.T)/m"},
    "cost_without_second_half.py": {"cost": "return -1 / m * np.sum(Y * np.log(AL))"},
    "sigmoid_prime_for_relu.py": {"dW2": "np.dot(dZ, A_prev.T) / m", "A3": "return 1 /"},
    "squeezed_bias.py": {"db1": "np.squeeze"},
    "mean_twice.py": GRADIENTS,
    "flowers_stuck.ipynb": GRADIENTS,
    "frozen_biases.py": {name: f"'{name}': " for name in GRADIENTS},
    "scalar_bias_gradient.py": {"db2": "db2 = np.sum(dz2)/m", "db1": "db1 = np.sum(dz1)/m"},
    "softmax_over_everything.py": {"A2": "return np.exp(x) / np.exp(x).sum()"},
    "output_updated_first.py": {"dW1": "self.W1 -= ", "db1": "self.b1 -= "},
    "double_sigmoid.py": {"dW2": "self.weights_ho +=", "db1": "self.bias_h +="},
    "half_of_the_mse.py": {"dW2": "self.dW2 = ", "W1": "setattr"},
    "no_output_derivative.py": {"dW2": "'w2': np.dot", "dW1": "'w1': np.dot"},
    "two_networks.py:TanhNet": {"dW1": "self.W1 -= "},
    "relu_mask_dropped.py": {"dW1": "grads['W1'] = X.T @ dh1"},
    "wrong_sign.py": {"dW2": 'grads["W2"] = ', "b1": "self.params[key] -="},
    "layers_without_division.py": {"dW2": "self.dweights = ", "W1": "layer.weights -= "},
    "relu_greater_equal.py": LAYER,
    "nielsen_prime_of_activation.py": {"dW1": "nabla_w[-l] = ", "db1": "delta = self.weights"},
    "softmax_diagonal.py": {"dW2": 'grads["dW" + str(i)] = ', "Z1": "self.Z[i] = "},
    "raw_error_propagated.py": {"dW1": "self.W1 += ", "dW2": "self.W2 += "},
}
UNSEEN = {"gradient_check_fails.py", "bias_update_into_gradient.py"}  # no marker, no new value


@cache
def answered(word: str) -> Answer:
    """Return what a specimen answers, read in this process and on two problems of each kind."""
    path, name = located(str(FOLDER / word))
    source = read_source(path)
    loaded = execute(source)
    file = File(path.name, loaded.namespace, source.constructions, source.text, source=source)
    return read(replace(file, missing=loaded.missing), name, PROBLEMS)


def lines_in(word: str, shift: int = 0) -> dict[str, Line]:
    """Return the lines found in a specimen, each moved by `shift`."""
    path, _ = located(str(FOLDER / word))
    several = sorted(answered(word).lines.items(), key=lambda item: -len(item[1]))
    numbers = {name: number + shift for name, number in several[0][1].items()}
    return quoted(read_source(path), path, numbers)


def misplaced(places: Mapping[str, str], lines: Mapping[str, Line]) -> Iterator[str]:
    """Yield the arrays whose line does not hold what it should."""
    for name, words in places.items():
        if name not in lines or words not in lines[name].text:
            yield name


def judged(path: Path, word: str = "", seed: int = 0) -> TargetReport:
    return PythonFile(word or str(path), path).judge(Request((), 0, DTYPES, seed))


@pytest.mark.parametrize("word", PLACES)
def test_the_line_is_the_one_that_computes_the_array(word: str) -> None:
    assert list(misplaced(PLACES[word], lines_in(word))) == []


@pytest.mark.parametrize("word", ["planar_tanh.py", "flowers_stuck.ipynb", "xor_class.py"])
@pytest.mark.parametrize("shift", [-1, 1])
def test_a_line_that_is_off_by_one_is_noticed(word: str, shift: int) -> None:
    assert list(misplaced(PLACES[word], lines_in(word, shift))) == list(PLACES[word])


def test_the_first_wrong_array_of_every_wrong_network_has_a_place() -> None:
    blamed = {row.file: row.wrong.split()[0] for row in WRONG if row.file not in UNSEEN}
    without = {file for file, name in blamed.items() if name not in PLACES[file]}
    assert without == {"frozen_biases.py"}  # b1 never changes: nothing computes it
    assert "b1" not in lines_in("frozen_biases.py")


def test_lines_of_a_notebook_are_counted_in_their_cell() -> None:
    lines = lines_in("flowers_stuck.ipynb")
    line = lines["dW2"]
    assert (line.cell, line.number) == (7, 7)
    assert line.text == 'dW2 = dZ2 @ cache["A1"].T / m'


def test_a_report_names_the_line_to_look_at() -> None:
    report = judged(FOLDER / "mean_twice.py")
    said = list(failures(report.cases[0], report.target, report.lines))
    first = next(k for k, line in enumerate(said) if line.startswith("look at"))
    number = 1 + (FOLDER / "mean_twice.py").read_text().split("\n").index(
        "    dW1 = (1 / m) * np.dot(dZ1, X.T)"
    )
    path = FOLDER / "mean_twice.py"
    assert said[first] == f"look at   {path}:{number}   dW1 = (1 / m) * np.dot(dZ1, X.T)"
    assert said[first + 1] == "          where dW1 is computed: nothing compared before it differs"


def test_a_report_names_the_cell_to_look_at_and_does_without() -> None:
    report = judged(FOLDER / "flowers_stuck.ipynb")
    case = report.cases[0]
    said = [line for line in failures(case, "", report.lines) if line.startswith("look at")]
    assert said == [f"look at   {report.lines['dW2'].path}, cell 7, line 7   dW2 = dZ2 @ "
                    'cache["A1"].T / m']  # fmt: skip
    without = [line for line in failures(case, "") if line.startswith("look at")]
    assert without == ["look at   the line that computes dW2: nothing before it differs"]


def test_the_line_is_that_of_the_case_which_blames_the_array() -> None:
    """In two layers dW2 is of the output, in three of a hidden layer: another line."""
    answer = answered("nielsen_prime_of_activation.py")
    shallow = next(v for k, v in answer.lines.items() if k.startswith("2-layers"))
    deep = next(v for k, v in answer.lines.items() if k.startswith("3-layers"))
    assert shallow["dW2"] != deep["dW2"]
    report = judged(FOLDER / "nielsen_prime_of_activation.py")
    assert {verdict.blamed for case in report.cases for verdict in case.verdicts} == {"dW1", "dW2"}
    assert report.lines["dW2"].number == deep["dW2"]


# trace(case)

SPEC = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def trace(case):
    if (case.hidden, case.loss, case.dtype) != ("sigmoid", "binary_cross_entropy", "float64"):
        return None
    W, b, A, shown = case.parameters, case.parameters, [case.X], {}
    depth, m = len(W) // 2, case.X.shape[1]
    for l in range(1, depth + 1):
        shown[f"Z{l}"] = W[f"W{l}"] @ A[-1] + b[f"b{l}"]
        A.append(sigmoid(shown[f"Z{l}"]))
    dZ = A[-1] - case.Y
    for l in range(depth, 0, -1):
        shown[f"dW{l}"] = dZ @ A[l - 1].T
        shown[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = W[f"W{l}"].T @ dZ * A[l - 1] * (1 - A[l - 1])
    return shown
"""


def test_a_trace_that_differs_has_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"import numpy as np\n{SPEC}")
    report = judged(path)
    assert report.verdict == "differ"
    (blamed, *_) = (verdict.blamed for case in report.judged for verdict in case.verdicts)
    assert blamed.startswith("dW")
    assert report.lines[blamed].text == 'shown[f"dW{l}"] = dZ @ A[l - 1].T'
    assert report.lines["Z1"].text.startswith('shown[f"Z{l}"] = ')


def test_a_trace_that_agrees_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"import numpy as np\n{SPEC.replace('A[l - 1].T', 'A[l - 1].T / m')}")
    report = judged(path)
    assert (report.verdict, report.lines) == ("agree", {})


def test_a_worker_writes_no_more_than_numbers(tmp_path: Path) -> None:
    hostile = f"import os, json, pathlib\n{SPEC}\n".replace(
        "    return shown",
        "    for q in pathlib.Path('.').glob('*.case'):\n"
        "        q.with_suffix('.lines').write_text(json.dumps({'dW1': -4, 'db1': 'x', 'no': 3,\n"
        "                                                       'cost': True, 'Z1': 10**9}))\n"
        "    os._exit(0)",
    )
    path = tmp_path / "net.py"
    path.write_text(f"import numpy as np\n{hostile}")
    numbers = lines_of(path, case_named("sigmoid-hidden"), "float64", 0)
    assert numbers == {"dW1": -4, "Z1": 10**9}
    assert quoted(read_source(path), path, numbers) == {}


@pytest.mark.parametrize("written", ["[1, 2]", "{", '{"dW1": [3]}', "9" * 5000])
def test_lines_that_are_none_are_no_lines(tmp_path: Path, written: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "import os\ndef trace(case):\n"
        f"    open('0.lines', 'w').write({written!r})\n    os._exit(0)\n"
    )
    assert lines_of(path, case_named("sigmoid-hidden"), "float64", 0) == {}


# hostile files

PLAIN = (FOLDER / "no_mean.py").read_text()
HOSTILE = {
    "traces itself": ("import sys", "sys.settrace(lambda *_: None)"),
    "stops tracing": ("import sys", "sys.settrace(None)"),
    "raises where it is traced": ("import sys", "if sys.gettrace(): raise ValueError('no')"),
    "interrupts where it is traced": ("import sys", "if sys.gettrace(): raise KeyboardInterrupt"),
    "exits where it is traced": ("import sys", "if sys.gettrace(): sys.exit(3)"),
    "swallows the tracer": ("import sys", "sys.settrace = sys.gettrace = None"),
    "has objects that cannot be looked at": (
        "class Trap:\n    @property\n    def __dict__(self): raise KeyboardInterrupt",
        "trap = Trap()",
    ),
    "has arrays of its own kind": (
        "class Odd(np.ndarray):\n    def tobytes(self): raise SystemExit",
        "odd = np.ones((3, 3)).view(Odd)",
    ),
    "has a list within itself": ("", "ring = []; ring.append(ring)"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_judged_as_if_it_were_not_traced(tmp_path: Path, what: str) -> None:
    above, inside = HOSTILE[what]
    first = "    dZ2 = cache['A2'] - Y\n"
    assert first in PLAIN
    path = tmp_path / "net.py"
    body = PLAIN.replace(first, f"    {inside}\n{first}")
    path.write_text(body.replace("import numpy as np\n", f"import numpy as np\n{above}\n"))
    report = judged(path)
    assert report.verdict == "differ"
    assert {verdict.blamed for case in report.cases for verdict in case.verdicts} == {"dW2"}
    assert all("dW2 = np.dot" in line.text for line in [report.lines.get("dW2")] if line)


CLAIMS = {"dW2": 10**9, "db2": -1, "dW1": 0, "db1": 10**30, "Z1": 1, "nobody": 2}


def test_a_line_beyond_the_file_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = judging.answer_of(FOLDER / "no_mean.py", "", [problem_of(t) for t in trials(0)])
    claims = dict.fromkeys(answer.traces, CLAIMS)
    letter = tmp_path / "letter"
    write_answer(letter, replace(answer, lines=claims))
    back = read_answer(letter, [problem_of(t) for t in trials(0)])
    assert "nobody" not in back.lines["2-layers-1-output"]
    monkeypatch.setattr(judging, "answer_of", lambda *_: back)
    report = judged(FOLDER / "no_mean.py")
    assert report.verdict == "differ"
    assert set(report.lines) == {"Z1"}


@pytest.mark.parametrize("claim", [1.0, True, "1", None, [1]])
def test_a_line_is_a_plain_number(claim: object) -> None:
    assert line_numbers({"dW1": claim, "db1": 7}) == {"db1": 7}


def test_a_quoted_line_is_printable_and_short(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("import numpy\nx = '\x1b[2J'  # " + 500 * "a" + "\n")
    line = quoted(read_source(path), path, {"Z1": 2})["Z1"]
    assert line.text.startswith("x = '?[2J'")
    assert len(line.text) == 80


# the tracer

CODE = """
import numpy as np

def twice(x):
    return 2 * x

def step(x, box):
    doubled = twice(x)
    box["dW1"] = doubled.T + 1
    box["late"] = -x
    x *= 3
    return {
        "A1": x + 7,
        "b1": (x
               - 9),
    }

def layers(x):
    one = twice(x)
    two = twice(one)
    return one + two
"""


def traced(tmp_path: Path, name: str, wanted: Trace, seconds: float = 10.0) -> dict[str, int]:
    path = tmp_path / "net.py"
    path.write_text(CODE)
    source = read_source(path)
    functions = execute(source).namespace
    x = np.arange(1.0, 7.0).reshape(2, 3)
    arguments = (x, {}) if name == "step" else (x,)
    before = sys.gettrace()
    found = first_lines(
        lambda: functions[name](*arguments), source, as_they_are(wanted), x, monotonic() + seconds
    )
    assert sys.gettrace() is before
    return found


X = np.arange(1.0, 7.0).reshape(2, 3)
WANTED = {
    "Z1": 2 * X,
    "dW1": (2 * X + 1).ravel(),
    "W1": 3 * X,
    "A1": (3 * X + 7).T,
    "b1": 3 * X - 9,
    "x": X,
    "zeros": 0 * X,
    "never": X + 0.5,
    "nan": np.full((2, 3), np.nan),
}


def test_an_array_is_found_whichever_way_it_lies(tmp_path: Path) -> None:
    found = traced(tmp_path, "step", WANTED)
    assert found == {"Z1": 5, "dW1": 9, "W1": 11, "A1": 13, "b1": 14}


def test_a_function_of_one_line_that_gives_several_arrays_is_told_by_its_calls(
    tmp_path: Path,
) -> None:
    assert traced(tmp_path, "layers", {"A1": 2 * X, "A2": 4 * X}) == {"A1": 19, "A2": 20}
    assert traced(tmp_path, "layers", {"A1": 2 * X}) == {"A1": 5}


def test_no_time_gives_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert traced(tmp_path, "step", WANTED, seconds=0.0) == {}
    monkeypatch.setattr(convention, "SECONDS", 0.0)
    answered.cache_clear()
    assert not any(answered("no_mean.py").lines.values())
    answered.cache_clear()
    assert worker.PATIENCE > convention.SECONDS


@pytest.mark.parametrize(
    ("path", "line"),
    [((), 2), ((("key", "b"),), 4), ((("key", "c"), ("index", 1)), 7), ((("key", "no"),), 2)],
)
def test_the_part_of_a_long_statement(path: tuple[tuple[str, object], ...], line: int) -> None:
    tree = ast.parse("x = 1\nreturned = {\n 'a': 1,\n 'b': 2,\n 'c': dict(\n d=3), 'c': (4,\n5)}")
    assert inner_line(tree, 2, path) == line
    assert inner_line(tree, 1, path) == 1
