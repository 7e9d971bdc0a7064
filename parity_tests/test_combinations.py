"""Every output with every loss, reduction and hidden activation, against plain autograd and twins.

The costs here are written as their formulas, once more and by nobody's criterion; autograd
differentiates them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import impl_numpy
from backproof import makers
from backproof.case import (
    CROSS_ENTROPIES,
    DTYPES,
    HIDDEN,
    LOSSES,
    OUTPUTS,
    PROBABILITIES,
    REDUCTIONS,
    Case,
    Inputs,
)
from backproof.judge import judge_case
from backproof.precision import precision
from backproof.twins import expected_trace, numpy_candidate, torch_candidate
from impl_numpy.losses import cost_derivative

pytestmark = pytest.mark.usefixtures("unexplained")
PAIRS = [
    (output, loss)
    for loss in LOSSES
    for output in OUTPUTS
    if loss not in CROSS_ENTROPIES or output in PROBABILITIES
]
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": lambda Z: torch.where(Z > 0, Z, torch.zeros_like(Z)),
    "leaky_relu": lambda Z: torch.where(Z > 0, Z, 0.01 * Z),
    "sigmoid": lambda Z: 1 / (1 + torch.exp(-Z)),
    "tanh": lambda Z: (torch.exp(Z) - torch.exp(-Z)) / (torch.exp(Z) + torch.exp(-Z)),
    "softmax": lambda Z: torch.exp(Z) / torch.exp(Z).sum(0),
    "identity": lambda Z: Z,
}
COSTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {  # of each example, (m,)
    "binary_cross_entropy": lambda A, Y: -(Y * A.log() + (1 - Y) * (1 - A).log()).sum(0),
    "categorical_cross_entropy": lambda A, Y: -(Y * A.log()).sum(0),
    "mean_squared_error": lambda A, Y: ((A - Y) ** 2).mean(0),
    "squared_error": lambda A, Y: ((A - Y) ** 2).sum(0),
    "half_squared_error": lambda A, Y: ((A - Y) ** 2).sum(0) / 2,
}


def calm(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Ordinary arrays with logits of at most 5: far from where a logarithm meets 0."""
    return makers.within_reach(case, makers.ordinary(case, rng, dtype), 5.0)


def cases(output: str, loss: str) -> Iterator[Case]:
    """Yield a case for each reduction, and hidden activations that all occur somewhere."""
    for k, reduction in enumerate(REDUCTIONS):
        for shift in range(2):
            hidden = HIDDEN[k + shift], HIDDEN[(k + shift + 2) % 4]
            yield Case(
                f"{output}-{loss}-{reduction}",
                "no two sizes are equal",
                (5, 7, 4, 3),
                9,
                calm,
                hidden=hidden,
                loss=loss,
                output=output,
                reduction=reduction,
                iterations=3,
                learning_rate=0.01,
            )


def autograd(case: Case, inputs: Inputs) -> dict[str, np.ndarray]:
    """Return cost and gradients of the formulas, in plain float64."""
    p = {k: torch.from_numpy(v).double().requires_grad_() for k, v in inputs.parameters.items()}
    A, Y = (torch.from_numpy(x).double() for x in (inputs.X, inputs.Y))
    for l, name in enumerate((*case.hidden_layers, case.output), 1):
        A = ACTIVATIONS[name](p[f"W{l}"] @ A + p[f"b{l}"])
    each = COSTS[case.loss](A, Y)
    J = each.mean() if case.reduction == "mean" else each.sum()
    gradients = torch.autograd.grad(J, list(p.values()))
    found = {f"d{k}": d.numpy() for k, d in zip(p, gradients, strict=True)}
    return found | {"cost": J.detach().numpy()}


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_what_is_expected_is_the_formula_differentiated(output: str, loss: str) -> None:
    for case in cases(output, loss):
        inputs = case.inputs("float64", 0)
        expected = expected_trace(case, inputs, precision("float64"))
        for name, value in autograd(case, inputs).items():
            scale = np.abs(value).max() or 1.0
            assert np.abs(expected[name].value - value).max() <= 1e-12 * scale, name


def test_the_formula_of_another_loss_would_be_seen() -> None:
    """The same comparison, with a half that is not there."""
    case = next(cases("sigmoid", "half_squared_error"))
    inputs = case.inputs("float64", 0)
    expected = expected_trace(case, inputs, precision("float64"))
    other = autograd(replace(case, loss="squared_error"), inputs)
    assert all(np.abs(expected[k].value / v - 0.5).max() < 1e-9 for k, v in other.items())


def by_whole_jacobian(AL: np.ndarray, Y: np.ndarray, output: str, loss: str) -> Any:
    """Return the output delta by the formula nobody shortens: a Jacobian for every example."""
    dA = cost_derivative(AL, Y, loss)
    if output != "softmax":
        slopes = {"sigmoid": AL - AL * AL, "tanh": 1 - AL**2, "relu": AL > 0}
        return dA * slopes.get(output, 1)
    jacobians = np.stack([np.diag(a) - np.outer(a, a) for a in AL.T])
    return np.einsum("kij,jk->ik", jacobians, dA)


OTHERWISE = replace(impl_numpy.STEPS, output_delta=by_whole_jacobian)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_twins_agree_and_so_does_the_unshortened_formula(
    output: str, loss: str, dtype: str
) -> None:
    candidates = [numpy_candidate(), torch_candidate("cpu"), numpy_candidate(OTHERWISE)]
    for case in cases(output, loss):
        for seed in range(5):
            for verdict in judge_case(case, dtype, seed, candidates).verdicts:
                assert verdict.verdict == "agree", [f for f in verdict.findings if not f.agrees]
                assert all(control.caught for control in verdict.controls)
                z = max(f.z for f in verdict.all_findings)
                assert z <= 4, "eight sigmas are allowed; a right answer stays far from them"
                sharp = {"float64": 3e-12, "float32": 1e-3}[dtype]
                assert max(f.sensitivity for f in verdict.findings if f.name[0] == "d") <= sharp


def differing(case: Case, **steps: Any) -> set[str]:
    candidate = numpy_candidate(replace(impl_numpy.STEPS, **steps))
    (verdict,) = judge_case(replace(case, iterations=1), "float32", 0, [candidate]).verdicts
    return {f.name for f in verdict.findings if f.verdict == "differ"}


GRADIENTS = {"dW3", "db3", "dW2", "db2", "dW1", "db1"}


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_a_shortcut_that_does_not_hold_is_refused(output: str, loss: str) -> None:
    """A - Y is right for three of the pairs, and the judge tells them from the others."""
    short = {
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "categorical_cross_entropy"),
        ("identity", "half_squared_error"),
    }
    wrong = set() if (output, loss) in short else GRADIENTS
    for case in cases(output, loss):
        found = differing(case, output_delta=lambda A, Y, *_: A - Y)
        assert {name for name in found if name[0] == "d"} == wrong


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_another_reduction_is_refused(output: str, loss: str) -> None:
    """The mean where the sum is asked for, and the other way round: cost and all gradients."""
    for case in cases(output, loss):
        factor = 1 / case.m if case.reduction == "sum" else case.m
        scaled = differing(
            case,
            cost=lambda *args, k=factor: impl_numpy.STEPS.cost(*args) * np.float32(k),
            output_delta=lambda *args, k=factor: (
                impl_numpy.STEPS.output_delta(*args) * np.float32(k)
            ),
        )
        assert scaled >= GRADIENTS | {"cost"}
        assert not scaled & {"Z1", "A1", "Z2", "A2", "Z3", "A3"}


@pytest.mark.parametrize("slope", [0.0, 0.02, 0.1, 1.0])
@pytest.mark.parametrize("dtype", DTYPES)
def test_another_slope_is_refused(slope: float, dtype: str) -> None:
    """In the derivative alone, of a network whose only leaky layer is the second."""
    case = Case("slope", "mixed", (5, 7, 6, 2), 9, calm, hidden=("tanh", "leaky_relu"))

    def derivative(Z: np.ndarray, hidden: str) -> np.ndarray:
        right = impl_numpy.STEPS.activation_derivative(Z, hidden)
        return np.where(Z > 0, right, right.dtype.type(slope)) if hidden == "leaky_relu" else right

    wrong = numpy_candidate(replace(impl_numpy.STEPS, activation_derivative=derivative))
    (verdict,) = judge_case(replace(case, iterations=1), dtype, 0, [wrong]).verdicts
    found = {f.name for f in verdict.findings if f.verdict == "differ" and f.name[0] == "d"}
    assert found == GRADIENTS - {"dW3", "db3"}
