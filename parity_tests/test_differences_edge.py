"""Differences of PyTorch and the manual mathematics at the edges of the domain, and in one example.

Every figure was measured with torch 2.13 before it was written down; docs/differences.md tells the
rest.
"""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from backproof.bench.judging import Judge, RefusedError
from backproof.bench.torch_works import _make
from backproof.bench.workload import square
from impl_numpy import (
    backward_propagation,
    binary_step,
    compute_cost,
    cost_function,
    forward_propagation,
    initialize_parameters,
    leaky_relu,
    leaky_relu_derivative,
    neural_network_model,
    relu,
    relu_derivative,
)

X = np.array([[1.0, 2.0, -1.0], [3.0, -1.0, 2.0]])
Y = np.array([[1.0, 0.0, 1.0]])
NAN = float("nan")


def test_leaky_relu_at_its_kink() -> None:
    """At both zeros the derivative is the slope, 0.01, on both sides; minus zero and NaN stay."""
    x = torch.tensor([-0.0, 0.0, NAN, -3.0, 3.0])
    by_torch = nn.LeakyReLU()(x)
    np.testing.assert_allclose(leaky_relu(x.numpy()), by_torch, rtol=1e-6)
    assert np.signbit(leaky_relu(x.numpy())[0])
    zeros = torch.zeros(2).copysign(torch.tensor([-1.0, 1.0])).requires_grad_()
    nn.LeakyReLU()(zeros).sum().backward()
    ours = leaky_relu_derivative(zeros.detach().numpy())
    assert zeros.grad.tolist() == pytest.approx(ours.tolist())


def test_step_of_nan() -> None:
    """numpy keeps NaN; torch.heaviside, and the comparison x >= 0, make it 0."""
    x = torch.tensor([NAN, -0.0, -1.0])
    assert np.array_equal(binary_step(x.numpy()), [NAN, 1, 0], equal_nan=True)
    assert torch.heaviside(x, torch.tensor(1.0)).tolist() == [0, 1, 0]
    assert (x >= 0).float().tolist() == [0, 1, 0]


def test_relu_of_negative_zero_zero_and_nan() -> None:
    """Minus zero stays, NaN stays, the derivative at both zeros is 0, on both sides."""
    x = torch.tensor([-0.0, 0.0, NAN, -3.0, 3.0])
    for result in (relu(x.numpy()), torch.relu(x).numpy()):
        assert np.array_equal(result, [0, 0, NAN, 0, 3], equal_nan=True)
        assert np.signbit(result[~np.isnan(result)]).tolist() == [True, False, False, False]
    numbers = x[~x.isnan()].requires_grad_()
    torch.relu(numbers).sum().backward()
    assert numbers.grad is not None
    assert numbers.grad.tolist() == [0, 0, 0, 1]
    assert relu_derivative(numbers.detach().numpy()).tolist() == [0, 0, 0, 1]


def test_relu_derivative_of_nan() -> None:
    """Z > 0 is false of NaN, so the manual derivative is 0; autograd lets the gradient through."""
    x = torch.tensor([NAN], requires_grad=True)
    torch.relu(x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 1
    assert relu_derivative(np.array([NAN])) == 0


# --- an empty batch, probabilities that are none ---------------------------------------------


def test_empty_batch() -> None:
    """The manual 1/m divides by zero, in cost and gradient; BCELoss gives NaN.

    neural_network_model refuses such data in a sentence before it comes to that.
    """
    none = np.ones((1, 0))
    for function in (cost_function, compute_cost):
        with pytest.raises(ZeroDivisionError):
            function(none, none)
    parameters = initialize_parameters([2, 4, 1])
    activations, Z_values = forward_propagation(np.ones((2, 0)), parameters)
    with pytest.raises(ZeroDivisionError):
        backward_propagation(parameters, activations, Z_values, none)
    assert nn.BCELoss()(torch.ones(0, 1), torch.ones(0, 1)).isnan()
    with pytest.raises(ValueError, match="X holds no examples"):
        neural_network_model(np.ones((2, 0)), none, [2, 4, 1], num_iterations=1)


@pytest.mark.parametrize("p", [1.5, -0.5])
def test_probability_outside_its_range(p: float) -> None:
    """compute_cost gives NaN and a warning, cost_function clips and gives a number, BCELoss raises.

    The label is the one whose logarithm is taken of a negative number.
    """
    AL, label = np.array([[p]]), np.array([[float(p < 0)]])
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(compute_cost(AL, label))
    assert cost_function(AL, label) == pytest.approx(34.54, abs=0.002)
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        nn.BCELoss()(torch.from_numpy(AL), torch.from_numpy(label))


# --- the notebook's example that mixes two networks ------------------------------------------


def gradient_of_cost(parameters: dict[str, np.ndarray], output: str) -> dict[str, np.ndarray]:
    """Return dJ/d(parameter) of the notebook's cost after a given output, by autograd."""
    leaves = {k: torch.from_numpy(v).requires_grad_() for k, v in parameters.items()}
    g = {"relu": torch.relu, "sigmoid": torch.sigmoid}[output]
    hidden = torch.relu(leaves["W1"] @ torch.from_numpy(X) + leaves["b1"])
    AL = g(leaves["W2"] @ hidden + leaves["b2"]).clamp(1e-15, 1 - 1e-15)
    labels = torch.from_numpy(Y)
    J: Tensor = -(labels * AL.log() + (1 - labels) * (1 - AL).log()).sum() / 3
    J.backward()
    assert J.item() == pytest.approx(float(cost_of(parameters, output)), rel=1e-14)
    return {f"d{k}": leaf.grad.numpy() for k, leaf in leaves.items() if leaf.grad is not None}


def cost_of(parameters: dict[str, np.ndarray], output: str) -> np.floating:
    activations, _ = forward_propagation(X, parameters, output=output)
    return cost_function(activations["A2"], Y)


def manual_gradient(parameters: dict[str, np.ndarray], output: str) -> dict[str, np.ndarray]:
    activations, Z_values = forward_propagation(X, parameters, output=output)
    return backward_propagation(parameters, activations, Z_values, Y)


def test_mixed_example_is_not_the_gradient_of_its_cost() -> None:
    """Example 3.7.1 ends in a ReLU, 3.7.4 assumes a sigmoid: db2 is -0.67 and should be -5948."""
    parameters = initialize_parameters([2, 4, 1])
    manual, true = manual_gradient(parameters, "relu"), gradient_of_cost(parameters, "relu")
    assert manual["db2"].item() == pytest.approx(-0.66659, rel=1e-4)
    assert true["db2"].item() == pytest.approx(-5948.4, rel=1e-4)
    for name, gradient in manual.items():
        assert np.abs(gradient).max() < 0.001 * np.abs(true[name]).max(), name


def test_unmixed_example_is_the_gradient_of_its_cost() -> None:
    """With a sigmoid at the output the same backward pass is right: the check can tell."""
    parameters = initialize_parameters([2, 4, 1])
    manual, true = manual_gradient(parameters, "sigmoid"), gradient_of_cost(parameters, "sigmoid")
    for name, gradient in manual.items():
        assert gradient == pytest.approx(true[name], rel=1e-10, abs=1e-18), name


def stepped(dtype: torch.dtype, fused: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return 64 numbers after a step of length 1/2 along ones, and before."""
    before = torch.linspace(1, 2, 64).to(dtype)
    parameter = torch.nn.Parameter(before.clone())
    parameter.grad = torch.ones_like(before)
    torch.optim.SGD([parameter], lr=0.5, fused=fused, foreach=False).step()
    return parameter.detach(), before


def test_fused_sgd_skips_narrow_parameters() -> None:
    """Whole vectors of bfloat16 are left where they are: pytorch/pytorch#191763."""
    for dtype, fused in ((torch.float32, True), (torch.bfloat16, False)):
        after, before = stepped(dtype, fused)
        torch.testing.assert_close(after, before - 0.5)
    after, before = stepped(torch.bfloat16, fused=True)
    if torch.equal(after, before - 0.5):
        pytest.skip(f"torch {torch.__version__} does the step")
    assert torch.equal(after, before)
    workload = square(64, 16, "bfloat16")
    judge = Judge(workload, 0)
    with pytest.raises(RefusedError, match="W1 is wrong"):
        judge.before(_make("cpu", "fused", workload, judge.inputs.copy()))
