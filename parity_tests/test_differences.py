"""Where the manual mathematics and PyTorch really differ in their probabilities and gradients.

Every figure was measured with torch 2.13 before it was written down; docs/differences.md tells the
rest.  test_differences_edge.py holds the differences at the edges of the domain.
"""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from backproof.case import Case, Inputs
from backproof.judge import judge_case
from backproof.precision import precision
from backproof.twins import expected_trace, numpy_candidate, torch_candidate
from impl_numpy import (
    binary_cross_entropy,
    compute_cost,
    cost_function,
    half_squared_error,
    mean_squared_error,
    sigmoid,
    softmax,
    squared_error,
)
from impl_numpy.steps import STEPS
from impl_torch import Cost

# Under p (1 - p) in the backward pass of torch.nn.BCELoss; it is a float32 there, 4e-9 below 1e-12.
FLOOR = float(np.float32(1e-12))


def one(number: float, dtype: type = np.float64) -> np.ndarray:
    return np.array([[number]], dtype)


def manual_delta(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return A - Y."""
    return STEPS.output_delta(p, y, "sigmoid", "binary_cross_entropy")


def torch_delta(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return p and dJ/dz of each example, by autograd through Sigmoid and BCELoss."""
    logits = torch.from_numpy(z).requires_grad_()
    p = logits.sigmoid()
    nn.BCELoss(reduction="sum")(p, torch.from_numpy(y)).backward()
    assert logits.grad is not None
    return p.detach().numpy(), logits.grad.numpy()


# --- BCE at p = 0 or 1 -----------------------------------------------------------------------


@pytest.mark.parametrize(("p", "y"), [(0.0, 1.0), (1.0, 0.0)])
def test_certain_and_wrong(p: float, y: float) -> None:
    for function in (cost_function, compute_cost):
        assert function(one(p), one(y)) == pytest.approx(34.54, abs=0.002)
    assert nn.BCELoss()(torch.tensor([p]), torch.tensor([y])).item() == 100
    assert binary_cross_entropy(one(p), one(y)) == 100  # our default guard is PyTorch's


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certain_and_right(p: float) -> None:
    assert compute_cost(one(p), one(p)) == pytest.approx(-1.1e-15, rel=0.01, abs=0)
    assert cost_function(one(p), one(p)) == pytest.approx(1e-15, rel=0.01, abs=0)
    assert nn.BCELoss()(torch.tensor([p]), torch.tensor([p])).item() == 0
    assert binary_cross_entropy(one(p), one(p)) == 0


def test_notebooks_clip_in_float32() -> None:
    """1 - 1e-15 rounds to 1 in float32: taken literally the clip lets log(0) through."""
    p = np.clip(one(1.0, np.float32), 1e-15, 1 - 1e-15)
    assert p.dtype == np.float32
    assert p == 1
    with np.errstate(divide="ignore", invalid="ignore"):
        certain_and_wrong = -(0 * np.log(p) + 1 * np.log(1 - p)).item()
        certain_and_right = -(1 * np.log(p) + np.float32(0) * np.log(1 - p)).item()
    assert certain_and_wrong == np.inf
    assert np.isnan(certain_and_right)
    ours = [cost_function(one(1.0, np.float32), one(y)) for y in (0.0, 1.0)]
    assert ours == pytest.approx([24 * np.log(2), 2**-24])


# --- dJ/dZ where the sigmoid saturates -------------------------------------------------------


def saturated(case: Case, _: np.random.Generator, dtype: str) -> Inputs:
    W, X, Y = np.eye(1, dtype=dtype), one(-50.0).astype(dtype), np.ones((1, case.m), dtype)
    return Inputs({"W1": W, "b1": 0 * W}, X, Y)


SATURATED = Case("z = -50, y = 1", "BCELoss's floor bites", (1, 1), 1, saturated, iterations=1)


def test_gradient_at_saturation() -> None:
    z, y = one(-50.0), one(1.0)
    p, autograd = torch_delta(z, y)
    assert manual_delta(sigmoid(z), y) == -1
    assert autograd.item() == pytest.approx(-1.9287e-10, rel=1e-4, abs=0)
    assert autograd.item() == pytest.approx(-p.item() / FLOOR, rel=1e-15, abs=0)


@pytest.mark.parametrize("dtype", SATURATED.dtypes)
def test_reference_is_the_mathematics_at_saturation(dtype: str) -> None:
    """The judge sides with -1: the manual network agrees, plain PyTorch's gradients differ."""
    expected = expected_trace(SATURATED, SATURATED.inputs(dtype, 0), precision(dtype))
    assert expected["db1"].value == -1
    assert 0 < expected["db1"].sigma < 4 * precision(dtype).storage
    report = judge_case(SATURATED, dtype, 0, [numpy_candidate(), torch_candidate("cpu")])
    manual, torchs = report.verdicts
    assert manual.verdict == "agree"
    assert [f.name for f in torchs.findings if not f.agrees] == ["dW1", "db1", "W1", "b1"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_gradient_short_of_saturation(sign: int, y: float) -> None:
    """Down to p (1 - p) = 1e-12 autograd is A - Y of its own p, but for four roundings at most.

    That holds of right and wrong answers alike, in a well-trained net too.
    """
    p = np.geomspace(1.001e-12, 0.5, 20_000)[None]
    labels = np.full_like(p, y)
    p, autograd = torch_delta(sign * np.log(p / (1 - p)), labels)
    manual = manual_delta(p, labels)
    off = np.abs(autograd - manual)
    assert (off <= 4 * 2.0**-53 * np.abs(manual)).all()
    assert off.any()  # two ways of computing it, not one


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_gradient_beyond_saturation(y: float) -> None:
    """Below 1e-12 it shrinks by p (1 - p) / 1e-12: to a tenth at 1e-13, whatever the label."""
    p = np.geomspace(1e-30, 0.999e-12, 1000)[None]
    p, autograd = torch_delta(np.log(p), np.full_like(p, y))
    ratio = autograd / manual_delta(p, np.full_like(p, y))
    assert ratio == pytest.approx(p / FLOOR, rel=1e-11, abs=0)


def test_float32_loses_the_gradient_of_a_wrong_answer() -> None:
    """From z = 17 on p rounds to 1: PyTorch's gradient is 0, so that nothing is ever corrected.

    The manual one is 1.  In float64 this begins later, with p (1 - p) below 1e-12.
    """
    y = one(0.0, np.float32)
    for z, autograd in ((16.0, 1), (17.0, 0), (20.0, 0)):
        z32 = one(z, np.float32)
        assert manual_delta(sigmoid(z32), y) == pytest.approx(1, rel=2e-7, abs=0)
        assert torch_delta(z32, y)[1] == pytest.approx(autograd, rel=2e-7, abs=0)
    for z, autograd in ((20.0, 1), (30.0, 0.09348), (50.0, 0)):
        assert manual_delta(sigmoid(one(z)), one(0.0)) == pytest.approx(1, rel=3e-9, abs=0)
        assert torch_delta(one(z), one(0.0))[1] == pytest.approx(autograd, rel=1e-4, abs=0)


# --- several outputs -------------------------------------------------------------------------


def test_bceloss_averages_over_outputs() -> None:
    """The notebook sums over outputs: our torch Cost multiplies BCELoss by their number."""
    rng = np.random.default_rng(0)
    AL, Y = rng.uniform(0.1, 0.9, size=(3, 5)), rng.integers(2, size=(3, 5)).astype(float)
    A, labels = torch.from_numpy(AL.T), torch.from_numpy(Y.T)
    manual = float(cost_function(AL, Y))
    assert manual == pytest.approx(3 * nn.BCELoss()(A, labels).item(), rel=1e-14)
    assert manual == pytest.approx(Cost("binary_cross_entropy")(A, A, labels).item(), rel=1e-14)


def test_mseloss_averages_over_outputs() -> None:
    """Sum of squares, or half of it: our torch Cost multiplies MSELoss by what it is short of."""
    rng = np.random.default_rng(0)
    AL, Y = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    A, targets = torch.from_numpy(AL.T), torch.from_numpy(Y.T)
    averaged = nn.MSELoss()(A, targets).item()
    pairs = ((mean_squared_error, 1), (squared_error, 3), (half_squared_error, 1.5))
    for function, factor in pairs:
        manual = float(function(AL, Y))
        assert manual == pytest.approx(factor * averaged, rel=1e-14)
        assert manual == pytest.approx(Cost(function.__name__)(A, A, targets).item(), rel=1e-14)


def test_binary_cross_entropy_of_a_softmax_that_is_certain() -> None:
    """At a = y = 1 the manual derivative is 0/0; PyTorch's divisor has a floor, and gives 0.

    The limit of -y/a, -1, is another number still; behind the softmax it makes no difference.
    """
    z, y = np.array([[40.0], [0.0]]), np.array([[1.0], [0.0]])
    a = softmax(z)
    assert a[0, 0] == 1
    with np.errstate(invalid="ignore"):
        manual = STEPS.output_delta(a, y, "softmax", "binary_cross_entropy")
    assert np.isnan(manual).all()
    probabilities = torch.from_numpy(a).requires_grad_()
    nn.BCELoss(reduction="sum")(probabilities, torch.from_numpy(y)).backward()
    assert probabilities.grad[0].item() == 0
    case = Case("certain", "a = 1", (2, 2), 1, certain, output="softmax", iterations=1)
    expected = expected_trace(case, case.inputs("float64", 0), precision("float64"))
    assert np.abs(expected["db1"].value).max() < 1e-16
    assert expected["db1"].sigma.max() < 1e-15


def certain(case: Case, _: np.random.Generator, dtype: str) -> Inputs:
    """Logits 40 and 0, and the first label."""
    W, b = np.zeros((2, 2), dtype), np.array([[40], [0]], dtype)
    return Inputs({"W1": W, "b1": b}, np.ones((2, case.m), dtype), np.array([[1], [0]], dtype))


def test_sigmoid_of_minus_1000() -> None:
    """The notebook's formula is right but warns of an overflow; ours and PyTorch's are silent."""
    x = np.array([-1000.0])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert 1 / (1 + np.exp(-x)) == 0
    assert [str(w.message) for w in caught] == ["overflow encountered in exp"]
    assert sigmoid(x) == 0  # warnings are errors here
    assert torch.from_numpy(x).sigmoid().item() == 0
