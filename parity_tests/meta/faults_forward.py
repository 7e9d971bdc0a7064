"""Faults of the forward pass and of the cost."""

from collections.abc import Callable
from typing import Any

import numpy as np

import impl_numpy
from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.trace import Array
from backproof.twins import numpy_candidate
from impl_numpy import STEPS, relu, sigmoid, softmax, tanh
from parity_tests.meta.faults import (
    DOUBLE,
    SINGLE,
    SQUARE,
    Fault,
    Network,
    every,
    replace,
    right,
    steps,
)


def instead_of(g: Callable[[Array], Array], other: Callable[[Array], Array]) -> Candidate:
    """Return the network with the activation `other` wherever `g` belongs."""
    return steps(activation=lambda Z, h: (other if h is g else h)(Z))


def rational_tanh(Z: Array) -> Array:
    """Return a well-known rational approximation: off by 1e-6 at 3, by 1e-11 at 1."""
    z2 = Z * Z
    above = 135135 + z2 * (17325 + z2 * (378 + z2))
    return Z * above / (135135 + z2 * (62370 + z2 * (3150 + z2 * 28)))


def linear_in(dtype: type) -> Candidate:
    def linear(W: Array, A: Array, b: Array) -> Array:
        return (W.astype(dtype) @ A.astype(dtype) + b.astype(dtype)).astype(W.dtype)

    return steps(linear=linear)


def transposed_where_it_fits(W: Array, A: Array, b: Array) -> Array:
    return (W.T if W.shape[0] == W.shape[1] else W) @ A + b


def with_data(change: Callable[[Array], Array]) -> Candidate:
    def run(case: Case, inputs: Inputs) -> Run:
        return numpy_candidate().run(case, Inputs(inputs.parameters, change(inputs.X), inputs.Y))

    return Candidate("other data", run)


def dropout(A: Array) -> Array:
    kept = np.arange(A.shape[0])[:, None] % 3 > 0
    return relu(A) * kept


def cost_times(factor: float) -> Candidate:
    """Return the network with a multiple of its cost; its gradients are untouched."""
    return steps(cost=lambda *args: STEPS.cost(*args) * np.float32(factor))


def without_second_term(_: Array, A: Array, Y: Array, *__: str) -> Any:
    return -np.sum(Y * np.log(A)) / A.dtype.type(Y.shape[1])


def with_epsilon(_: Array, A: Array, Y: Array, *__: str) -> Any:
    e = A.dtype.type(1e-5)
    return -np.sum(Y * np.log(A + e) + (1 - Y) * np.log(1 - A + e)) / A.dtype.type(Y.shape[1])


def l2_in_cost_only(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
    iteration = right(case, inputs, parameters)
    squares = sum(np.sum(W * W) for name, W in parameters.items() if name[0] == "W")
    return replace(iteration, cost=iteration.cost + iteration.cost.dtype.type(0.01) * squares)


def cost_after_update(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
    iteration = right(case, inputs, parameters)
    return replace(iteration, cost=right(case, inputs, iteration.parameters).cost)


FAULTS = [
    Fault("no-bias", "`predict` forgets it", steps(linear=lambda W, A, b: W @ A + 0 * b), "Z1"),
    Fault("bias-subtracted", "Wx - b, seen once", steps(linear=lambda W, A, b: W @ A - b), "Z1"),
    Fault(
        "weights-transposed",
        "W^T x fits where a layer is square",
        steps(linear=transposed_where_it_fits),
        "Z2",
        on=SQUARE,
    ),
    Fault("data-rescaled", "divided by the largest value", with_data(lambda X: X / X.max()), "Z1"),
    Fault("data-shuffled", "X shuffled, Y not", with_data(lambda X: X[:, ::-1].copy()), "Z1"),
    Fault(
        "linear-in-float32", "weights kept in float32", linear_in(np.float32), "Z1", "wide", DOUBLE
    ),
    Fault(
        "linear-in-float16", "half precision left on", linear_in(np.float16), "Z1", dtypes=SINGLE
    ),
    Fault("no-activation", "the hidden layers are linear", instead_of(relu, lambda Z: Z), "A1"),
    Fault("relu-of-minus-z", "relu of the wrong sign", instead_of(relu, lambda Z: relu(-Z)), "A1"),
    Fault("leaky-relu", "slope 0.01", instead_of(relu, lambda Z: np.maximum(Z, Z / 100)), "A1"),
    Fault("dropout-left-on", "masks applied while judged", instead_of(relu, dropout), "A1"),
    Fault("sigmoid-twice", "#23", instead_of(sigmoid, lambda Z: sigmoid(sigmoid(Z))), "A3"),
    Fault("sigmoid-for-tanh", "hidden layers mixed up", instead_of(tanh, sigmoid), "A1", "softmax"),
    Fault(
        "rational-tanh",
        "approximated, off by 1e-6 at most where the data are",
        instead_of(tanh, rational_tanh),
        "A1",
        "softmax",
        DOUBLE,
    ),
    Fault(
        "rational-sigmoid",
        "approximated through the rational tanh",
        instead_of(sigmoid, lambda Z: 0.5 * (1 + rational_tanh(Z / 2))),
        "A1",
        "sigmoid-hidden",
        DOUBLE,
    ),
    Fault(
        "softmax-over-examples",
        "#12: the wrong axis",
        instead_of(softmax, lambda Z: softmax(Z.T).T),
        "A2",
        "softmax",
    ),
    Fault(
        "softmax-over-all",
        "#12: normalised over the whole batch array",
        instead_of(softmax, lambda Z: np.exp(Z) / np.exp(Z).sum()),
        "A2",
        "softmax",
    ),
    Fault(
        "softmax-to-base-2",
        "powers of 2 instead of e",
        instead_of(softmax, lambda Z: np.exp2(Z) / np.exp2(Z).sum(axis=0)),
        "A2",
        "softmax",
    ),
    Fault(
        "cost-half-of-it", "the (1 - Y) term is missing", steps(cost=without_second_term), "cost"
    ),
    Fault("cost-not-averaged", "summed", cost_times(11), "cost"),
    Fault("cost-base-2", "log2", cost_times(1 / np.log(2)), "cost"),
    Fault("cost-sign", "the minus is missing", cost_times(-1), "cost"),
    Fault("cost-per-output", "averaged over outputs too", cost_times(0.5), "cost"),
    Fault("cost-epsilon", "1e-5 inside each logarithm", steps(cost=with_epsilon), "cost"),
    Fault(
        "half-squared-error",
        "1/2 in the cost only",
        cost_times(0.5),
        "cost",
        "regression",
    ),
    Fault(
        "squared-error-summed",
        "#27: over outputs, not averaged",
        cost_times(4),
        "cost",
        "regression",
    ),
    Fault("l2-in-cost", "weight decay in the cost, not in dW", every(l2_in_cost_only), "cost"),
    Fault("cost-after-update", "of the new parameters", every(cost_after_update), "cost"),
]
