"""What a network returns, remembers and overwrites: a right one agrees, a wrong one does not."""

from pathlib import Path

import pytest

from backproof.errors import BackproofError
from backproof.own import judging
from backproof.own.trials import trials
from backproof.verdict import TargetReport
from parity_tests.meta.strangers import Stranger, judged

RIGHT = Stranger("tanh", "sigmoid", update="none").text()
WRONG = Stranger("tanh", "sigmoid", "mask dropped", update="none").text()
END = "    return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}\n"
CACHE = "    return A2, cache\n"


@pytest.fixture(autouse=True)
def _two_layers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "trials", lambda seed: [t for t in trials(seed) if t.depth == 2])


def changed(text: str, line: str, code: str) -> str:
    """Return a text with code before a line."""
    assert text.count(line) == 1
    return text.replace(line, f"    {code}\n{line}")


def differing(report: TargetReport) -> set[str]:
    findings = [f for case in report.judged for v in case.verdicts for f in v.findings]
    return {f.name for f in findings if not f.agrees}


HARMLESS = [
    (END, "dW1, db1 = dW1.tolist(), db1.tolist()"),
    (END, "import torch; dW1, dW2 = torch.tensor(dW1), torch.tensor(dW2)"),
    (END, "dW1.flags.writeable = db2.flags.writeable = False"),
    (END, "dW1 = np.asfortranarray(dW1); dW2 = dW2[::-1][::-1]"),
    (END, "X[:] = 0; Y[:] = 0"),
    (END, "cache.clear()"),
    (END, "parameters['extra'] = np.ones((7, 7))"),
    (CACHE, "A2.flags.writeable = False"),
    (CACHE, "cache['X'] = X; cache['epochs'] = 3; cache['name'] = 'mine'"),
    (CACHE, "cache = {**cache, 'W1': W1, 'W2': W2}"),
    (CACHE, "cache['me'] = cache"),
    (CACHE, "np.random.seed(0); np.seterr(all='raise')"),
    (CACHE, "import warnings; warnings.warn('look out')"),
]


@pytest.mark.parametrize(("line", "code"), HARMLESS)
def test_a_manner_of_returning_changes_no_verdict(line: str, code: str, tmp_path: Path) -> None:
    assert differing(judged(changed(RIGHT, line, code), tmp_path)) == set()
    assert differing(judged(changed(WRONG, line, code), tmp_path)) == {"dW1", "db1"}


HARMFUL = [
    ("dW1 = dW1 * np.nan", "dW1"),
    ("dW1[0, 0] = np.inf", "dW1"),
    ("dW1 = dW1.T", "dW1"),
    ("dW1 = dW1[None]", "dW1"),
    ("db1 = db1[:, 0]", "db1"),
    ("dW1 = dW1[:0]", "dW1"),
    ("dW1 = 0.0", "dW1"),
    ("dW1 = dW1.astype(int)", "dW1"),
    ("dW1 = dW1.astype(np.float16)", "dW1"),
    ("dW1 = W1", "dW1"),
    ("dW1 = [[1], [1, 2]]", "dW1"),
    ("dW1 = parameters['W1']", "dW1"),
    ("dW2 = -dW2", "dW2"),
    ("dW2[0, 0] *= 1 + 1e-9", "dW2"),
]


@pytest.mark.parametrize(("code", "name"), HARMFUL)
def test_a_wrong_result_differs(code: str, name: str, tmp_path: Path) -> None:
    assert differing(judged(changed(RIGHT, END, code), tmp_path)) == {name}


def test_a_bias_gradient_that_is_not_summed_differs(tmp_path: Path) -> None:
    """One example would make it right: whoever divides by m means more than one."""
    summed = "db1 = dZ1.sum(axis=1) / m\n    db1 = db1.reshape(-1, 1)"
    assert RIGHT.count(summed) == 1
    report = judged(RIGHT.replace(summed, "db1 = dZ1 / m"), tmp_path)
    assert differing(report) == {"db1"}


def with_update(arguments: str, *lines: str) -> str:
    """Return a network with an update of those lines."""
    text = Stranger("tanh", "sigmoid").text()
    body = "".join(f"    {line}\n" for line in lines)
    return f"{text[: text.index('def update')]}def update({arguments}):\n{body}"


GIVEN = "parameters, grads, learning_rate"
STEP = "new = {k: v - learning_rate * grads['d' + k] for k, v in parameters.items()}"


def test_an_update_that_is_right_agrees(tmp_path: Path) -> None:
    assert differing(judged(with_update(GIVEN, STEP, "return new"), tmp_path)) == set()


@pytest.mark.parametrize("end", ["return None", "return parameters", "parameters = new"])
def test_an_update_that_changes_nothing_differs(end: str, tmp_path: Path) -> None:
    report = judged(with_update(GIVEN, STEP, end), tmp_path)
    assert differing(report) == {"W1", "b1", "W2", "b2"}
    assert "nothing-updated" in report.judged[0].verdicts[0].mistakes


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (GIVEN, [STEP, "return 'done'"]),  # nobody can read what it returns
        (GIVEN, ["print(learning_rate)"]),  # nothing says that it takes a step
        ("parameters", ["grads = learning_rate = 0", "x = 1 - learning_rate * grads"]),  # of what
    ],
)
def test_what_may_be_no_update_is_not_accused(
    arguments: str, lines: list[str], tmp_path: Path
) -> None:
    report = judged(with_update(arguments, *lines), tmp_path)
    assert differing(report) == set()
    assert "update was called, and changes no parameter" in report.notes


@pytest.mark.parametrize(
    "code",
    [
        "dW1 = None",
        "dW1 = 'great'",
        "dW1 = dW1 + 0j",
        "dW1 = dW1.astype(object)",
        "return {'dW2': dW2, 'db2': db2, 'db1': db1}",
    ],
)
def test_a_gradient_that_is_none_is_missed(code: str, tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="dW1 could not be found"):
        judged(changed(RIGHT, END, code), tmp_path)


def test_without_bias_gradients_the_rest_is_judged_and_it_is_said(tmp_path: Path) -> None:
    text = changed(RIGHT, END, "return {'dW1': dW1, 'dW2': dW2}")
    report = judged(text, tmp_path)
    assert any("db1, db2" in note for note in report.notes)


# --- state ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "line", "code", "wrong"),
    [
        ("SUM = {}", END, "dW1 = SUM[X.shape] = SUM.get(X.shape, 0) + dW1", {"dW1"}),
        ("N = []", END, "N.append(1); db2 = db2 * len(N)", {"db2"}),
        ("N = []", CACHE, "N.append(1); A2 = A2 / len(N); cache['A2'] = A2", {"A2"}),
    ],
)
def test_state_kept_between_calls_is_not_agreed_with(
    state: str, line: str, code: str, wrong: set[str], tmp_path: Path
) -> None:
    report = judged(f"{state}\n{changed(RIGHT, line, code)}", tmp_path)
    assert report.verdict == "differ"
    assert wrong <= differing(report)


def test_what_is_right_once_only_is_said_of_the_second_call(tmp_path: Path) -> None:
    text = Stranger("tanh", "sigmoid", held="class", update="none").text()
    line = "        return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}\n"
    code = "    self.total = getattr(self, 'total', 0) + dW1; dW1 = self.total"
    (case, *_) = judged(changed(text, line, code), tmp_path).judged
    first, second = case.verdicts
    assert (first.verdict, second.verdict) == ("agree", "differ")
    assert second.candidate.endswith(", called again")
    assert [f.name for f in second.findings if not f.agrees] == ["dW1"]


def test_what_it_keeps_of_the_data_alone_is_no_state(tmp_path: Path) -> None:
    text = f"LAST = {{}}\n{changed(RIGHT, END, 'LAST[0] = dW1, X')}"
    (case, *_) = (report := judged(text, tmp_path)).judged
    assert report.verdict == "agree"
    assert len(case.verdicts) == 1


# --- precision --------------------------------------------------------------------------------


def test_a_network_in_float32_is_judged_as_that(tmp_path: Path) -> None:
    code = "X = X.astype(np.float32); parameters = {k: v.astype(np.float32) for k, v in "
    text = RIGHT.replace(
        "def forward(X, parameters):\n",
        f"def forward(X, parameters):\n    {code}parameters.items()}}\n",
    )
    report = judged(text, tmp_path)
    assert {case.dtype for case in report.judged} == {"float32"}
    assert any("float32" in note for note in report.notes)


def test_an_update_alone_in_float32_is_judged_as_that(tmp_path: Path) -> None:
    text = Stranger("tanh", "sigmoid").text()
    end = text.rindex("    return parameters")
    single = "    parameters = {k: v.astype(np.float32) for k, v in parameters.items()}\n"
    report = judged(text[:end] + single + text[end:], tmp_path)
    assert report.verdict == "agree"
    controls = [v.controls for case in report.judged for v in case.verdicts]
    assert all(controls)


# --- data handed to the constructor -----------------------------------------------------------

HELD = (Path(__file__).parents[1] / "networks" / "data_in_constructor.py").read_text()


def without_script(text: str) -> str:
    return text[: text.index("if __name__")].replace("import matplotlib.pyplot as plt\n", "")


@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("input_array", "output_array")])
def test_data_in_the_constructor_may_be_called_anything(x: str, y: str, tmp_path: Path) -> None:
    text = without_script(HELD).replace("(self, x, y)", f"(self, {x}, {y})")
    text = text.replace("= x\n", f"= {x}\n").replace("y.shape[1])", f"{y}.shape[1])")
    text = text.replace("self.y        = y\n", f"self.y = {y}\n")
    assert differing(judged(text, tmp_path)) == set()
    wrong = text.replace("self.input.T,", "2 * self.input.T,")
    assert differing(judged(wrong, tmp_path)) == {"dW1"}


def test_a_class_that_never_learns_is_said_to(tmp_path: Path) -> None:
    """The output is kept under another name, and what the backward pass reads stays zero."""
    text = without_script(HELD).replace("self.output = sigmoid", "self.result = sigmoid")
    text = text.replace("(self, x, y)", "(self, input_array, output_array)")
    text = text.replace("= x\n", "= input_array\n").replace("= y\n", "= output_array\n")
    text = text.replace("y.shape[1])", "output_array.shape[1])")
    train = "    def train(self, y, epochs, give_loss):\n        self.feedforward()\n"
    text += f"{train}        self.backprop()\n"
    with pytest.raises(BackproofError, match="changes no parameter"):
        judged(text, tmp_path)
