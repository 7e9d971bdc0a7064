"""Readings: which of a file's functions are called, and what is said where several would do."""

from pathlib import Path
from textwrap import dedent

import pytest

from backproof.candidate.conventions.usage import one_at_a_time, scopes
from backproof.errors import BackproofError
from backproof.own import judging
from backproof.own.trials import trials
from backproof.verdict import TargetReport
from parity_tests.meta.strangers import Stranger

RIGHT = Stranger("tanh", "sigmoid", update="none").text()
START = "import numpy as np\nsigmoid = lambda z: 1 / (1 + np.exp(-z))\n"


@pytest.fixture(autouse=True)
def _two_layers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "trials", lambda seed: [t for t in trials(seed) if t.depth == 2])


def read(folder: Path, text: str, name: str = "") -> TargetReport:
    path = folder / "my_net.py"
    path.write_text(text)
    return judging.judge_file(path, name, ["float64"], 0, [])


def differing(report: TargetReport) -> set[str]:
    findings = [f for case in report.judged for v in case.verdicts for f in v.findings]
    return {f.name for f in findings if not f.agrees}


# --- gradients that are not shown -------------------------------------------------------------

TRAINED = START + dedent(
    """
    RATE = 0.05

    class Net:
        def __init__(self, n_in, n_hidden, n_out):
            self.W1, self.b1 = np.random.rand(n_hidden, n_in), np.zeros((n_hidden, 1))
            self.W2, self.b2 = np.random.rand(n_out, n_hidden), np.zeros((n_out, 1))

        def forward(self, X):
            self.A1 = np.tanh(self.W1 @ X + self.b1)
            return sigmoid(self.W2 @ self.A1 + self.b2)

        def train(self, X, Y):
            for x, y in [(X, Y)]:
                m = x.shape[1]
                dZ2 = (self.forward(x) - y) / m
                dZ1 = self.W2.T @ dZ2 * (1 - self.A1 ** 2)
                self.W2 -= RATE * dZ2 @ self.A1.T
                self.b2 -= RATE * dZ2.sum(axis=1, keepdims=True)
                self.W1 -= RATE * dZ1 @ x.T
                self.b1 -= RATE * dZ1.sum(axis=1, keepdims=True)
    """
)


def test_gradients_are_recovered_with_the_rate_that_the_file_hides(tmp_path: Path) -> None:
    report = read(tmp_path, TRAINED.replace("RATE = 0.05\n", "").replace("RATE", "0.05"))
    assert report.verdict == "agree"
    assert "gradients are not shown: dW = (before - after) / 0.05 of one update" in report.notes


def test_and_with_the_rate_that_it_names(tmp_path: Path) -> None:
    report = read(tmp_path, TRAINED.replace("RATE", "ALPHA"))
    assert report.verdict == "agree"
    assert any("/ 0.05 of one update" in note for note in report.notes)


@pytest.mark.parametrize(
    ("right", "wrong", "blamed"),
    [
        ("(1 - self.A1 ** 2)", "1", {"dW1", "db1"}),
        ("self.W2 -= RATE", "self.W2 -= 3 * RATE", {"dW2"}),
        ("self.W2 -= RATE", "self.W2 += RATE", {"dW2"}),
        ("- y) / m", "- y) / 3", {"dW1", "db1", "dW2", "db2"}),
    ],
)
def test_a_hidden_rate_hides_no_mistake(
    right: str, wrong: str, blamed: set[str], tmp_path: Path
) -> None:
    report = read(tmp_path, TRAINED.replace(right, wrong))
    assert report.verdict == "differ"
    assert differing(report) <= {"dW1", "db1", "dW2", "db2"}
    assert blamed <= differing(report) or len(blamed) == 4


SEQUENTIAL = TRAINED.replace("in [(X, Y)]", "in zip(X.T[:, :, None], Y.T[:, :, None])")


def test_training_on_one_example_after_another_is_read_one_at_a_time(tmp_path: Path) -> None:
    report = read(tmp_path, SEQUENTIAL)
    assert report.verdict == "agree"
    assert "one example at a time" in report.reading
    assert all("-single" in case.case for case in report.judged)


def test_and_is_wrong_where_it_is_wrong(tmp_path: Path) -> None:
    report = read(tmp_path, SEQUENTIAL.replace("(1 - self.A1 ** 2)", "(1 - self.A1)"))
    assert differing(report) == {"dW1", "db1"}


# --- several that would do --------------------------------------------------------------------

RIVAL = RIGHT + RIGHT[RIGHT.index("def backward") :].replace("backward", "back_prop", 1).replace(
    " / m", ""
)


def test_two_backward_passes_that_differ_are_named(tmp_path: Path) -> None:
    with pytest.raises(BackproofError) as caught:
        read(tmp_path, RIVAL)
    for word in ("2 backward passes that give different gradients", "backward", "back_prop", ":"):
        assert word in str(caught.value)


def test_either_can_be_chosen(tmp_path: Path) -> None:
    assert read(tmp_path, RIVAL, "backward").verdict == "agree"
    assert read(tmp_path, RIVAL, "back_prop").verdict == "differ"


def test_the_one_that_the_file_itself_calls_is_taken(tmp_path: Path) -> None:
    used = (
        "\ndef model(X, Y, parameters):\n    A2, cache = forward(X, parameters)\n"
        "    return {}(parameters, cache, X, Y)\n"
    )
    assert read(tmp_path, RIVAL + used.format("back_prop")).verdict == "differ"
    assert read(tmp_path, RIVAL + used.format("backward")).verdict == "agree"


def test_two_that_agree_are_no_rivals(tmp_path: Path) -> None:
    twin = RIGHT + RIGHT[RIGHT.index("def backward") :].replace("backward", "back_prop", 1)
    assert read(tmp_path, twin).verdict == "agree"


def test_a_name_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="has no class or function 'Net'; it has initialize_"):
        read(tmp_path, RIGHT, "Net")


# --- layers in a row --------------------------------------------------------------------------

LAYERS = START + dedent(
    """
    class Dense:
        def __init__(self, n_in, n_out):
            self.weights, self.bias = np.random.rand(n_in, n_out), np.zeros((1, n_out))

        def forward(self, x):
            self.x = x
            return x @ self.weights + self.bias

        def backward(self, grad):
            self.dweights, self.dbias = self.x.T @ grad, grad.sum(axis=0, keepdims=True)
            return grad @ self.weights.T

    class Tanh:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out

        def backward(self, grad):
            return grad * (1 - self.out ** 2)

    def mse(y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2)

    def mse_prime(y_true, y_pred):
        return 2 * (y_pred - y_true) / y_true.size

    layers = [Dense(2, 3), Tanh(), Dense(3, 1)]
    """
)


def test_layers_that_the_script_puts_in_a_row(tmp_path: Path) -> None:
    report = read(tmp_path, LAYERS)
    assert report.verdict == "agree"
    assert report.reading.startswith("layers with layers[0].weights, layers[0].bias, layers[2].w")
    assert "tanh, identity; mean squared error, mean" in report.reading


@pytest.mark.parametrize(
    ("right", "wrong", "blamed"),
    [
        ("(1 - self.out ** 2)", "(1 - self.out)", {"dW1", "db1"}),
        ("self.x.T @ grad, grad.sum", "self.x.T @ grad, 2 * grad.sum", {"db1", "db2"}),
        ("grad @ self.weights.T", "grad @ self.weights.T / 2", {"dW1", "db1"}),
    ],
)
def test_a_mistake_in_a_layer(right: str, wrong: str, blamed: set[str], tmp_path: Path) -> None:
    assert differing(read(tmp_path, LAYERS.replace(right, wrong))) == blamed


# --- what the script does ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("for x, y in zip(X, Y):\n    net.train(x, y)", True),
        ("for i in range(9):\n    net.train(X[i], Y[i])", True),
        ("for i in range(9):\n    train(X[i, :], Y[i])", True),
        ("for i in range(9):\n    net.train(X, Y)", False),
        ("for x in X:\n    print(net.forward(x))", False),
        ("for batch in X:\n    net.train(batch, Y)", False),
        ("net.train(X[0], Y[0])", False),
        ("for x in X:\n    show(x)", False),
        ("for x in X: !", False),
    ],
)
def test_a_loop_over_single_examples_is_seen(script: str, answer: bool) -> None:
    assert one_at_a_time(script, ["forward"], ["train"]) == answer


def test_scopes_hold_what_is_called_together() -> None:
    text = "%time\ndef f():\n    g(h(1))\n    def inner():\n        k()\nx.y()\n"
    assert set(scopes(text)) == {frozenset("gh"), frozenset("k"), frozenset("y")}
    assert list(scopes("def f(:")) == [frozenset()]
