"""Calls: arguments bound by meaning, and what a call left behind told apart by its numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.candidate.conventions import forwards, gradients
from backproof.candidate.conventions.calls import (
    Known,
    UnboundError,
    bind,
    call,
    name_parts,
    returned_names,
)
from backproof.candidate.conventions.layers import find_layers
from backproof.candidate.conventions.layout import Layout
from backproof.candidate.conventions.names import BACKWARD, COST, FORWARD, TRAIN, UPDATE
from backproof.candidate.conventions.slots import leaves
from backproof.candidate.loading import execute, read_source
from backproof.own.trials import problem_of, trials

PROBLEM = next(p for p in map(problem_of, trials(0)) if p.layer_dims == (4, 5, 3))
ROLES = (
    "X",
    "Y",
    "parameters",
    "cache",
    "output",
    "grads",
    "learning_rate",
    "zero",
    "one",
    "count",
    "false",
)
KNOWN = Known({role: f"our {role}" for role in ROLES}, {"W1": "W1", "Z_1": "Z1", "delta": 3})


def function(folder: Path, text: str) -> Any:
    """Return the function f of a text."""
    path = folder / "my_net.py"
    path.write_text(text)
    return execute(read_source(path)).namespace["f"]


# --- binding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("player", "signature", "bound"),
    [
        (FORWARD, "X, parameters", ["X", "parameters"]),
        (BACKWARD, "AL, Y, caches", ["output", "Y", "cache"]),
        (BACKWARD, "y, yhat=None", ["Y", "output"]),
        (UPDATE, "parameters, grads, learning_rate=1.2", ["parameters", "grads", "learning_rate"]),
        (TRAIN, "X, Y, epochs=1000", ["X", "Y", "one"]),
        (BACKWARD, "X, Y, lambd=0.7", ["X", "Y", "zero"]),
        (BACKWARD, "y, t", ["output", "Y"]),
        (BACKWARD, "*args, X, **more", ["X"]),
        (FORWARD, "X, p", ["X", "parameters"]),
        (BACKWARD, "p, cache, X, Y", ["parameters", "cache", "X", "Y"]),
        (BACKWARD, "p, y", ["output", "Y"]),
        (UPDATE, "p, g, lr", ["parameters", "grads", "learning_rate"]),
        (COST, "p, y", ["output", "Y"]),
        (TRAIN, "output, iterations, give_loss", ["Y", "one", "false"]),
    ],
)
def test_arguments_are_bound_by_what_they_mean(
    player: str, signature: str, bound: list[str], tmp_path: Path
) -> None:
    f = function(tmp_path, f"def f({signature}): ...")
    assert list(bind(f, player, KNOWN).values()) == [f"our {role}" for role in bound]


def test_arrays_are_bound_by_their_own_names(tmp_path: Path) -> None:
    f = function(tmp_path, "def f(W1, z1, Delta): ...")
    assert bind(f, BACKWARD, KNOWN) == {"W1": "W1", "z1": "Z1", "Delta": 3}


def test_a_default_that_means_nothing_stays(tmp_path: Path) -> None:
    f = function(tmp_path, "def f(X, colour='red', *, deep=True): ...")
    assert bind(f, FORWARD, KNOWN) == {"X": "our X"}


@pytest.mark.parametrize("part", [FORWARD, COST])
def test_a_rate_in_a_forward_pass_keeps_its_default(part: str, tmp_path: Path) -> None:
    f = function(tmp_path, "def f(Y, alpha=0.01): ...")
    assert bind(f, part, KNOWN) == {"Y": "our Y"}
    assert bind(f, UPDATE, KNOWN) == {"Y": "our Y", "alpha": "our learning_rate"}


def test_an_argument_without_a_meaning_is_named(tmp_path: Path) -> None:
    f = function(tmp_path, "def f(X, nonsense): ...")
    with pytest.raises(UnboundError, match=r"^nonsense$"):
        bind(f, FORWARD, KNOWN)


def test_positional_only_arguments_are_given_by_position(tmp_path: Path) -> None:
    f = function(tmp_path, "def f(X, Y, /, cache): return (X, Y, cache)")
    assert call(f, BACKWARD, KNOWN) == ("our X", "our Y", "our cache")


def test_what_was_handed_over_is_remembered(tmp_path: Path) -> None:
    known = Known(dict(KNOWN.roles))
    bind(function(tmp_path, "def f(X, lr): ..."), UPDATE, known)
    assert known.used >= {"X", "learning_rate"}
    assert "Y" not in known.used


# --- what a function returns ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("return A2, cache", ["A2", "cache"]),
        ("return [dW1, self.db1]", ["dW1", "db1"]),
        ("return grads", ["grads"]),
        ("return {'dW1': 1}", [""]),
        ("return f(x), y", ["", "y"]),
        ("if x:\n        return a\n    return b, c", ["b", "c"]),
        ("pass", []),
        ("return", []),
    ],
)
def test_the_last_return_names_what_it_returns(body: str, names: list[str], tmp_path: Path) -> None:
    assert returned_names(function(tmp_path, f"def f(x):\n    {body}\n")) == names


def test_a_function_without_a_text_names_nothing() -> None:
    assert returned_names(eval("lambda: 1")) == []
    assert returned_names(len) == []


def test_parts_are_named_where_the_numbers_of_them_fit() -> None:
    assert name_parts((1, 2), ["a", "b"]) == {"a": 1, "b": 2}
    assert name_parts((1, 2), ["", "b"]) == {"b": 2}
    assert name_parts((1, 2, 3), ["a", "b"]) == {}
    assert name_parts((1, 2), ["a"]) == {"a": (1, 2)}


# --- gradients --------------------------------------------------------------------------------

SHAPES = {"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1)}


def labelled(found: Any, by_shape: bool = True) -> dict[str, float]:
    """Return the first number of each gradient that was found."""
    layers = find_layers({name: np.zeros(shape) for name, shape in SHAPES.items()}, (4, 5, 3))
    assert layers is not None
    grads = gradients.label(leaves(found), layers, PROBLEM, by_shape)
    return {name: float(array.flat[0]) for name, array in grads.items()}


def full(number: int, name: str) -> Any:
    return np.full(SHAPES[name], float(number))


ALL = {"dW1": 1, "db1": 2, "dW2": 3, "db2": 4}


@pytest.mark.parametrize("pattern", ["d{}", "{}", "grad_{}", "{}_grad"])
def test_gradients_by_name(pattern: str) -> None:
    found = {pattern.format(name[1:]): full(k, name[1:]) for name, k in reversed(ALL.items())}
    assert labelled(found) == labelled(found, by_shape=False) == ALL


def test_gradients_by_shape() -> None:
    found = [full(k, name[1:]) for name, k in ALL.items()]
    assert labelled(found) == labelled(tuple(reversed(found))) == ALL
    assert labelled(found, by_shape=False) == {}


def test_a_wrong_shape_is_believed_where_the_name_is_right() -> None:
    found = {"dW1": np.full((5, 5), 1.0), "db1": 2.0, "dW2": full(3, "W2"), "db2": full(4, "b2")}
    assert labelled(found) == ALL


def test_a_name_goes_before_a_shape() -> None:
    found = {"W1": full(1, "W1"), "W2": full(3, "W2"), "other": full(9, "W1")}
    assert labelled(found) == {"dW1": 1, "dW2": 3}


# --- forward passes ---------------------------------------------------------------------------

P = PROBLEM.parameters
Z1 = P["W1"] @ PROBLEM.X + P["b1"]
A1 = np.tanh(Z1)
Z2 = P["W2"] @ A1 + P["b2"]
A2 = 1 / (1 + np.exp(-Z2))
RIGHT = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward(found: Any) -> dict[str, Any]:
    return forwards.label(leaves(found), PROBLEM, Layout("columns"))[0]


def test_arrays_are_told_by_their_numbers_whatever_they_are_called() -> None:
    found = {"A1": Z1, "Z1": A1, "a": Z2.T, "hidden": A2}
    trace = forward(found)
    assert trace.keys() == RIGHT.keys()
    for name, value in RIGHT.items():
        assert np.array_equal(trace[name], value)


def test_arrays_that_are_wrong_are_told_by_their_names() -> None:
    found = {name: value * 1.5 + 1 for name, value in RIGHT.items()}
    trace = forward(found)
    assert {name: np.array_equal(trace[name], found[name]) for name in RIGHT} == dict.fromkeys(
        RIGHT, True
    )


def test_a_wrong_first_layer_does_not_hide_a_right_second() -> None:
    wrong = A1 + 1
    second = P["W2"] @ wrong + P["b2"]
    trace = forward([wrong, second, np.tanh(second)])
    assert np.array_equal(trace["Z2"], second)
    np.testing.assert_allclose(trace["A2"], np.tanh(second), rtol=1e-14)


def test_other_arrays_are_no_part_of_it() -> None:
    assert forward([np.ones((2, 2)), PROBLEM.X, PROBLEM.Y.astype(int), np.ones((5, 8))]) == {}
