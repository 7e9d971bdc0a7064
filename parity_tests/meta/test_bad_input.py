"""Bad input: one sentence that names the thing and says what to do; never a traceback."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import impl_numpy
from backproof.case import (
    LOSSES,
    OUTPUT_OF_LOSS,
    Case,
    Guard,
    Inputs,
    refuse_unknown_dtypes,
)
from backproof.cases import case_named
from backproof.errors import BackproofError
from backproof.makers import ordinary
from backproof.precision import precision
from backproof.suite.request import Request
from backproof.twins import refuse_missing_device

GOOD = Case("mine", "made for these tests", (5, 7, 3, 2), 11, ordinary)
Arrays = dict[str, Any]


def made_of(change: Callable[[Arrays], Any]) -> Case:
    """Return the good case with its arrays, X, Y, W1, ..., changed in place."""

    def make(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
        good = ordinary(case, rng, dtype)
        arrays: Arrays = {"X": good.X, "Y": good.Y, **good.parameters}
        change(arrays)
        X, Y = arrays.pop("X"), arrays.pop("Y")
        return Inputs(arrays, X, Y)

    return replace(GOOD, make=make)


def setting(name: str, change: Callable[[Any], Any]) -> Callable[[Arrays], None]:
    def apply(arrays: Arrays) -> None:
        arrays[name] = change(arrays.get(name))

    return apply


def element(index: tuple[int, int], value: float) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array[index] = value
        return array

    return change


def no_examples(arrays: Arrays) -> None:
    arrays.update(X=arrays["X"][:, :0], Y=arrays["Y"][:, :0])


ARRAYS: dict[str, tuple[Callable[[Arrays], Any], str]] = {
    "W1 transposed": (setting("W1", np.transpose), "W1 has shape (5, 7); it must be (7, 5)"),
    "b2 flat": (setting("b2", np.ravel), "b2 has shape (3,); it must be (3, 1)"),
    "b3 a row": (setting("b3", np.transpose), "b3 has shape (1, 2); it must be (2, 1)"),
    "X transposed": (setting("X", np.transpose), "X has shape (11, 5); it must be (5, 11)"),
    "X flat": (setting("X", np.ravel), "X has shape (55,); it must be (5, 11)"),
    "X a number": (setting("X", lambda _: np.array(1.0)), "X has shape ()"),
    "Y too short": (setting("Y", lambda y: y[:, 1:]), "Y has shape (2, 10); it must be (2, 11)"),
    "Y of one output": (setting("Y", lambda y: y[:1]), "Y has shape (1, 11); it must be (2, 11)"),
    "no W2": (lambda a: a.pop("W2"), "W2 is missing; give an array of shape (3, 7)"),
    "no b3": (lambda a: a.pop("b3"), "b3 is missing; give an array of shape (2, 1)"),
    "b1 is None": (setting("b1", lambda _: None), "b1 is missing"),
    "X is None": (setting("X", lambda _: None), "X is missing"),
    "X a list": (setting("X", np.ndarray.tolist), "X is a list; give a numpy array"),
    "an example more": (setting("X", lambda x: np.hstack([x, x[:, :1]])), "X has shape (5, 12)"),
    "W4 too many": (setting("W4", lambda _: np.ones((1, 2))), "W4 belongs to no layer"),
    "gamma too many": (setting("gamma", lambda _: np.ones(1)), "gamma belongs to no layer"),
    "label 2": (setting("Y", element((1, 3), 2)), "Y[1, 3] is 2.0; labels of binary_cross"),
    "label -1": (setting("Y", element((0, 4), -1)), "Y[0, 4] is -1.0; labels"),
    "X nan": (setting("X", element((1, 2), np.nan)), "X[1, 2] is nan; remove or replace"),
    "Y nan": (setting("Y", element((1, 2), np.nan)), "Y[1, 2] is nan"),
    "W1 inf": (setting("W1", element((6, 4), np.inf)), "W1[6, 4] is inf"),
    "b1 -inf": (setting("b1", element((6, 0), -np.inf)), "b1[6, 0] is -inf"),
    "no examples": (no_examples, "the batch is empty; give at least one example"),
    "X of integers": (setting("X", lambda x: x.astype(int)), "X holds int64; convert it with .as"),
    "Y of booleans": (setting("Y", lambda y: y > 0), "Y holds bool; convert it with .astype('fl"),
    "W1 of objects": (setting("W1", lambda w: w.astype(object)), "W1 holds object; convert"),
    "W1 complex": (setting("W1", lambda w: w + 0j), "W1 holds complex128; convert"),
    "W2 a list": (setting("W2", lambda w: w.tolist()), "W2 is a list; give a numpy array"),
    "X a tensor": (setting("X", torch.from_numpy), "X is a Tensor; give a numpy array"),
    "X of float32": (setting("X", np.float32), "X is float32, but the run is float64"),
    "W3 of float16": (setting("W3", np.float16), "W3 is float16, but the run is float64"),
    "Y of longdouble": (setting("Y", np.longdouble), "but the run is float64; convert one"),
}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "no layers": ({"layer_dims": ()}, "layer_dims is (); give at least an input and an output"),
    "one size": ({"layer_dims": (5,)}, "layer_dims is (5,)"),
    "an empty layer": ({"layer_dims": (5, 0, 2)}, "layer_dims is (5, 0, 2)"),
    "hidden": ({"hidden": "gelu"}, "no hidden 'gelu'; choose one of relu, sigmoid, tanh"),
    "hidden of a layer": ({"hidden": ("relu", "gelu")}, "no hidden 'gelu'; choose one of relu"),
    "hidden too few": ({"hidden": ("relu",)}, "hidden names 1 activations; (5, 7, 3, 2) has 2 hid"),
    "hidden too many": ({"hidden": ("relu",) * 3}, "give one for each, or one name for all"),
    "output": ({"output": "relu6"}, "no output 'relu6'; choose one of sigmoid, softmax, identity"),
    "reduction": ({"reduction": "max"}, "no reduction 'max'; choose one of mean, sum"),
    "log of an identity": (
        {"output": "identity"},
        "binary_cross_entropy takes the logarithm of probabilities, but the output is identity; "
        "choose sigmoid or softmax",
    ),
    "log of a tanh": (
        {"output": "tanh", "loss": "categorical_cross_entropy"},
        "categorical_cross_entropy takes the logarithm of probabilities, but the output is tanh",
    ),
    "guard of squares": (
        {"loss": "squared_error", "guards": (Guard("add", 1e-8),)},
        "a guard belongs to a logarithm, and squared_error has none; remove it",
    ),
    "guard": ({"guards": (Guard("hinge", 1e-8),)}, "no guard 'hinge'; choose one of add, clip"),
    "place of a guard": (
        {"guards": (Guard("add", 1e-8, "root"),)},
        "no place 'root' of a guard; choose one of argument, denominator",
    ),
    "guard of 0": ({"guards": (Guard("add", 0),)}, "eps is 0; give a positive number below 0.5"),
    "guard of 1": ({"guards": (Guard("clip", 1.0),)}, "eps is 1.0; give a positive number below"),
    "guard nan": ({"guards": (Guard("clip", np.nan),)}, "eps is nan; give a positive number below"),
    "guard of no layer": (
        {"guards": (Guard("bound", 5.0, "argument", 4),), "iterations": 1},
        "a guard of an activation needs a layer between 1 and 3, and iterations=1",
    ),
    "guard of many iterations": (
        {"guards": (Guard("bound", 5.0, "argument", 2),)},
        "a guard of an activation needs a layer between 1 and 3, and iterations=1",
    ),
    "guard of no denominator": (
        {"guards": (Guard("add", 1e-8, "denominator", 3, "sum"),), "iterations": 1},
        "sigmoid has no denominator 'sum'; choose one of 1 + exp(-z), 1 + exp(z)",
    ),
    "loss": ({"loss": "mse"}, "no loss 'mse'; choose one of binary_cross_entropy"),
    "rate 0": ({"learning_rate": 0.0}, "learning_rate is 0.0; give a positive number"),
    "rate -1": ({"learning_rate": -1.0}, "learning_rate is -1.0"),
    "rate nan": ({"learning_rate": np.nan}, "learning_rate is nan"),
    "rate inf": ({"learning_rate": np.inf}, "learning_rate is inf"),
    "rate a string": ({"learning_rate": "0.1"}, "learning_rate is 0.1; give a positive number"),
    "half a layer": ({"layer_dims": (5, 7.5, 2)}, "layer_dims is (5, 7.5, 2)"),
    "no iterations": ({"iterations": 0}, "iterations is 0; give a whole number of 1 or more"),
    "iterations 2.5": ({"iterations": 2.5}, "iterations is 2.5"),
    "m 0": ({"m": 0}, "m is 0"),
    "iterations -3": ({"iterations": -3}, "iterations is -3"),
}
REQUESTS: dict[str, tuple[Callable[[], Any], str]] = {
    "case": (lambda: case_named("raged"), "no case 'raged': backproof check --list shows them"),
    "random case": (lambda: case_named("random-1-x"), "no case 'random-1-x'"),
    "dtype": (lambda: refuse_unknown_dtypes(["float16"]), "no dtype 'float16': choose float64 or"),
    "precision": (lambda: precision("float8"), "no precision 'float8': choose one of float64"),
    "device": (lambda: refuse_missing_device("gpu"), "no device 'gpu' here"),
    "device number": (lambda: refuse_missing_device("cuda:99"), "no device 'cuda:99' here"),
    "nothing left": (
        Request(("notebook-trained",), 0, ("float32",), 0).questions,
        "None of the chosen cases is run in float32: choose another --dtype",
    ),
}


def sentence_of(error: pytest.ExceptionInfo[BackproofError]) -> str:
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_the_good_case_is_taken() -> None:
    assert GOOD.inputs("float64", 0).X.shape == (5, 11)
    assert made_of(lambda _: None).inputs("float32", 0).Y.dtype == np.float32


@pytest.mark.parametrize("name", ARRAYS)
def test_a_bad_array_is_named(name: str) -> None:
    change, words = ARRAYS[name]
    with pytest.raises(BackproofError) as error:
        made_of(change).inputs("float64", 0)
    assert words in sentence_of(error)
    assert str(error.value).startswith("Case 'mine': ")


@pytest.mark.parametrize("name", CASES)
def test_a_bad_case_is_named(name: str) -> None:
    fields, words = CASES[name]
    with pytest.raises(BackproofError) as error:
        replace(GOOD, **fields).inputs("float64", 0)
    assert words in sentence_of(error)
    assert str(error.value).startswith("Case 'mine': ")


@pytest.mark.parametrize("name", REQUESTS)
def test_an_impossible_request_is_named(name: str) -> None:
    request, words = REQUESTS[name]
    with pytest.raises(BackproofError) as error:
        request()
    assert words in sentence_of(error)


def test_targets_of_a_regression_may_be_any_numbers() -> None:
    case = replace(made_of(setting("Y", lambda y: y - 100)), loss="mean_squared_error")
    assert case.inputs("float64", 0).Y.max() < -50


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity", "tanh", "relu"])
@pytest.mark.parametrize("loss", ["mean_squared_error", "squared_error", "half_squared_error"])
def test_squares_go_with_any_output(loss: str, output: str) -> None:
    assert replace(GOOD, loss=loss, output=output).inputs("float64", 0).Y.shape == (2, 11)


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_cross_entropies_go_with_either_kind_of_probabilities(loss: str, output: str) -> None:
    Y = replace(GOOD, loss=loss, output=output).inputs("float64", 0).Y
    assert set(np.unique(Y)) <= {0.0, 1.0}


def test_a_case_without_an_output_gets_the_one_of_its_loss() -> None:
    outputs = {
        loss: Case("mine", "made here", (2, 1), 3, ordinary, loss=loss).output for loss in LOSSES
    }
    assert outputs == OUTPUT_OF_LOSS == impl_numpy.OUTPUT_OF_LOSS
    assert Case("mine", "made here", (2, 1), 3, ordinary, output="softmax").output == "softmax"


@pytest.mark.parametrize("labels", [0.0, 1.0, 0.3])
def test_labels_may_be_probabilities(labels: float) -> None:
    made_of(setting("Y", lambda y: 0 * y + labels)).inputs("float64", 0)
