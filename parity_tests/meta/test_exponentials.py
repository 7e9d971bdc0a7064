"""A tanh that is made of exponentials is right, though near 0 hardly a digit of it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backproof.architecture import Architecture, Observation, written_out
from backproof.case import Inputs
from backproof.cases import TABLE
from backproof.errors import BackproofError
from backproof.own.examining import EXPONENTIALS
from parity_tests.meta.strangers import Stranger, judged

FORMS = (
    "(np.exp(Z1) - np.exp(-Z1)) / (np.exp(Z1) + np.exp(-Z1))",
    "2 / (1 + np.exp(-2 * Z1)) - 1",
    "(np.exp(2 * Z1) - 1) / (np.exp(2 * Z1) + 1)",
    "1 - 2 / (np.exp(2 * Z1) + 1)",
)
EXACT = ("np.tanh(Z1)", "np.sinh(Z1) / np.cosh(Z1)")
TANH = Architecture(("tanh",), "sigmoid", "binary_cross_entropy", "mean", (), None, False, ())
Z = np.array([[1e-6, -3e-5, 1e-4, 2.0]])


def text_of(form: str, output: str = "sigmoid") -> str:
    text = Stranger("tanh", output).text()
    assert "np.tanh(Z1)" in text
    return text.replace("np.tanh(Z1)", form)


def shown(A: np.ndarray) -> Observation:
    W = {
        "W1": np.ones((1, 1)),
        "b1": np.zeros((1, 1)),
        "W2": np.ones((1, 1)),
        "b2": np.ones((1, 1)),
    }
    return Observation(Inputs(W, Z, np.ones_like(Z)), {"Z1": Z, "A1": A}, 1.0)


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_agrees_and_is_told(form: str, output: str, tmp_path: Path) -> None:
    report = judged(text_of(form, output), tmp_path)
    assert report.verdict == "agree"
    assert EXPONENTIALS in report.notes


@pytest.mark.parametrize("form", EXACT)
def test_a_tanh_that_keeps_its_digits_is_judged_by_all_of_them(form: str, tmp_path: Path) -> None:
    report = judged(text_of(form), tmp_path)
    assert report.verdict == "agree"
    assert EXPONENTIALS not in report.notes


@pytest.mark.parametrize(
    "wrong",
    [
        "np.where(np.abs(Z1) < 1e-3, Z1, np.tanh(Z1))",
        "np.where(np.abs(Z1) < 1e-3, Z1, 2 / (1 + np.exp(-2 * Z1)) - 1)",
        "np.tanh(Z1) + 1e-14 * (np.abs(Z1) < 1e-3)",
        "np.where(np.abs(Z1) < 1e-3, 2 * Z1, 2 / (1 + np.exp(-2 * Z1)) - 1)",
    ],
)
def test_what_is_wrong_near_0_differs(wrong: str, tmp_path: Path) -> None:
    """All of it is smaller than 1e-9, and larger than the rounding of exponentials."""
    assert judged(text_of(wrong), tmp_path).verdict == "differ"


def test_a_mistake_beside_it_differs(tmp_path: Path) -> None:
    text = text_of(FORMS[0])
    assert "dZ2 = A2 - Y" in text
    wrong = "dZ2 = (A2 - Y) * np.where(np.abs(A2 - 0.5) < 1e-3, 1 + 1e-6, 1)"
    assert judged(text.replace("dZ2 = A2 - Y", wrong), tmp_path).verdict == "differ"


def test_told_from_the_numbers_alone() -> None:
    exact = np.tanh(Z)
    off = np.array([[3e-16, 0, 0, 0]])
    assert written_out(shown(exact), TANH) == ()
    assert written_out(shown(exact + off), TANH) == (1,)
    assert written_out(shown(exact + 10 * off), TANH) == ()
    assert written_out(shown(exact * (1 + 2.0**-52)), TANH) == ()


@pytest.mark.parametrize("layer", [0, 2, 3, "1"])
def test_a_layer_that_is_no_tanh_is_a_sentence(layer: int) -> None:
    (case,) = [case for case in TABLE if case.name == "tanh-hidden"]
    replace(case, written_out=(1,)).inputs("float64", 0)
    with pytest.raises(BackproofError, match=f"written_out names layer {layer}, which is no tanh"):
        replace(case, written_out=(layer,)).inputs("float64", 0)
