"""Faults of the backward pass."""

from collections.abc import Callable

import numpy as np

import impl_numpy
from backproof.candidate import Candidate
from backproof.case import Case, Inputs
from backproof.trace import Array
from impl_numpy import STEPS, sigmoid, sigmoid_derivative, tanh, tanh_derivative
from parity_tests.meta.faults import (
    DOUBLE,
    SQUARE,
    Fault,
    Network,
    every,
    options,
    right,
    steps,
    with_grads,
)

ALL = "dW3, db3, dW2, db2, dW1, db1"
WEIGHTS, BIASES = "dW3, dW2, dW1", "db3, db2, db1"


def weights(change: Callable[[Array, Array], Array]) -> Candidate:
    """Return the network with change(right dW, dZ) as weight gradient."""
    return steps(weight_gradient=lambda dZ, A: change(STEPS.weight_gradient(dZ, A), dZ))


def biases(change: Callable[[Array, Array], Array]) -> Candidate:
    """Return the network with change(right db, dZ) as bias gradient."""
    return steps(bias_gradient=lambda dZ: change(STEPS.bias_gradient(dZ), dZ))


def both(change: Callable[[Array, Array], Array]) -> Candidate:
    return steps(
        weight_gradient=lambda dZ, A: change(STEPS.weight_gradient(dZ, A), dZ),
        bias_gradient=lambda dZ: change(STEPS.bias_gradient(dZ), dZ),
    )


def derivative(of: Callable[[Array], Array]) -> Candidate:
    return steps(activation_derivative=lambda Z, _: of(Z))


def output(change: Callable[[Array, Array], Array]) -> Candidate:
    """Return the network with change(right dZL, AL) as output delta."""
    return steps(output_delta=lambda A, Y, *of: change(STEPS.output_delta(A, Y, *of), A))


def wrong_axis(db: Array, dZ: Array) -> Array:
    return np.resize(dZ.sum(axis=0) / dZ.shape[1], db.shape)


def without_last_example(dZ: Array, A: Array) -> Array:
    return dZ[:, :-1] @ A[:, :-1].T / dZ.shape[1]


def m_minus_one(d: Array, dZ: Array) -> Array:
    return d * (dZ.shape[1] / (dZ.shape[1] - 1))


def gradient_for_weights() -> Candidate:
    last: list[Array] = []

    def weight_gradient(dZ: Array, A: Array) -> Array:
        last[:] = [STEPS.weight_gradient(dZ, A)]
        return last[0]

    return steps(weight_gradient=weight_gradient, propagated_delta=lambda _, dZ: last[0].T @ dZ)


def in_float32(dZ: Array, A: Array) -> Array:
    return STEPS.weight_gradient(dZ.astype(np.float32), A.astype(np.float32)).astype(dZ.dtype)


def only_square(change: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    return lambda dW, _: change(dW) if dW.shape[0] == dW.shape[1] else dW


def backward_with(
    parameters_change: Callable[[Network], Network] = dict,
    activations_change: Callable[[Network], Network] = dict,
) -> Candidate:
    """Return the network whose backward pass reads other parameters or activations."""

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        it = right(case, inputs, parameters)
        read = parameters_change(parameters), activations_change(it.activations), it.Z_values
        grads = impl_numpy.backward_propagation(*read, inputs.Y, *options(case))
        return with_grads(case, parameters, it, grads)

    return every(one)


def updated_too_early(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
    it = right(case, inputs, parameters)
    read = it.parameters, it.activations, it.Z_values
    grads = impl_numpy.backward_propagation(*read, inputs.Y, *options(case))
    return with_grads(case, parameters, it, grads)


def l2_in_gradient(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
    it = right(case, inputs, parameters)
    decayed = {f"d{n}": it.grads[f"d{n}"] + W / 100 for n, W in parameters.items() if n[0] == "W"}
    return with_grads(case, parameters, it, it.grads | decayed)


FAULTS = [
    Fault("no-1/m", "#26: the plain sum", both(lambda d, dZ: d * dZ.shape[1]), ALL),
    Fault("1/m-twice", "#15", both(lambda d, dZ: d / dZ.shape[1]), ALL),
    Fault("m-1", "the sample variance's m - 1", both(m_minus_one), ALL),
    Fault("no-1/m-weights", "biases averaged", weights(lambda d, dZ: d * dZ.shape[1]), WEIGHTS),
    Fault("no-1/m-biases", "weights averaged", biases(lambda d, dZ: d * dZ.shape[1]), BIASES),
    Fault("m-1-biases", "biases only", biases(m_minus_one), BIASES),
    Fault(
        "1/m-twice-hidden",
        "#15: dZ of hidden layers divided by m, then dW and db again",
        steps(hidden_delta=lambda dA, g: STEPS.hidden_delta(dA, g) / dA.shape[1]),
        "dZ2",
    ),
    Fault(
        "factor-2", "#3: `* 2` left in", weights(lambda d, _: d * 2 if len(d) == 2 else d), "dW3"
    ),
    Fault(
        "factor-4-bias",
        "#3: `4./m` left in",
        biases(lambda d, _: d * 4 if len(d) == 7 else d),
        "db1",
    ),
    Fault("output-sign", "#36: Y - A", output(lambda d, _: -d), "dZ3"),
    Fault(
        "hidden-sign",
        "#36: minus W^T delta",
        steps(propagated_delta=lambda W, dZ: -W.T @ dZ),
        "dZ2",
    ),
    Fault("weight-sign", "dW of the wrong sign, db right", weights(lambda d, _: -d), WEIGHTS),
    Fault("bias-sign", "db of the wrong sign, dW right", biases(lambda d, _: -d), BIASES),
    Fault(
        "this-layers-activation",
        "#4, #5: dW2 = dZ2 A2^T",
        backward_with(activations_change=lambda A: A | {"A1": A["A2"]}),
        "dW2",
        on=SQUARE,
    ),
    Fault(
        "this-layers-weights",
        "delta from W2 where W3 belongs",
        backward_with(parameters_change=lambda p: p | {"W3": p["W2"]}),
        "dZ2",
        on=SQUARE,
    ),
    Fault(
        "gradient-for-weights",
        "#16: dW used for W in the delta",
        gradient_for_weights(),
        "dZ2",
    ),
    Fault(
        "weights-not-transposed",
        "#20: W delta fits where W is square",
        steps(propagated_delta=lambda W, dZ: W @ dZ),
        "dZ2",
        on=SQUARE,
    ),
    Fault("gradient-transposed", "#20", weights(only_square(lambda d: d.T)), "dW3, dW2", on=SQUARE),
    Fault("scalar-gradient", "#6: one number", weights(lambda d, _: 0 * d + d.mean()), WEIGHTS),
    Fault(
        "updated-too-early", "#9: W3 updated before dZ2 is made", every(updated_too_early), "dZ2"
    ),
    Fault(
        "last-example-lost", "sum over m - 1", steps(weight_gradient=without_last_example), WEIGHTS
    ),
    Fault(
        "dW-in-float32",
        "in a float64 net",
        steps(weight_gradient=in_float32),
        WEIGHTS,
        dtypes=DOUBLE,
    ),
    Fault(
        "l2-in-gradient", "weight decay that the cost does not show", every(l2_in_gradient), WEIGHTS
    ),
    Fault("bias-wrong-axis", "#20: kept in shape", biases(wrong_axis), BIASES),
    Fault("bias-first-column", "one example", biases(lambda _, dZ: dZ[:, :1]), BIASES),
    Fault("bias-mean-over-m", "mean for sum", biases(lambda d, dZ: d / dZ.shape[1]), BIASES),
    Fault(
        "bias-of-all-units", "#21: sum without axis", biases(lambda d, _: 0 * d + d.sum()), BIASES
    ),
    Fault("no-relu-derivative", "#13: all ones", derivative(np.ones_like), "dZ2"),
    Fault("no-tanh-derivative", "#11", derivative(np.ones_like), "dZ1", "softmax"),
    Fault("no-sigmoid-derivative", "#24", derivative(np.ones_like), "dZ2", "sigmoid-hidden"),
    Fault(
        "leaky-derivative",
        "0.01",
        derivative(lambda Z: np.maximum(Z > 0, Z.dtype.type(0.01))),
        "dZ2",
    ),
    Fault(
        "relu-derivative-of-minus-z", "Z < 0", derivative(lambda Z: (Z < 0).astype(Z.dtype)), "dZ2"
    ),
    Fault("sigmoid-derivative-for-relu", "#1", derivative(sigmoid_derivative), "dZ2"),
    Fault(
        "relu-derivative-at-0",
        "#25: `>=`; inputs of those examples are 0, so only biases show it",
        derivative(lambda Z: (Z >= 0).astype(Z.dtype)),
        "db2, db1",
        "at-kink",
    ),
    Fault(
        "tanh-twice",
        "1 - tanh(A)^2",
        derivative(lambda Z: tanh_derivative(tanh(Z))),
        "dZ1",
        "softmax",
    ),
    Fault(
        "sigmoid-twice-in-derivative",
        "#23",
        derivative(lambda Z: sigmoid_derivative(sigmoid(Z))),
        "dZ2",
        "sigmoid-hidden",
    ),
    Fault("z-for-a", "Z (1 - Z)", derivative(lambda Z: Z * (1 - Z)), "dZ2", "sigmoid-hidden"),
    Fault("at-the-error", "#22", steps(hidden_delta=lambda dA, _: dA * (1 - dA)), "dZ2"),
    Fault("sigmoid-derivative-too-many", "with BCE", output(lambda d, A: d * A * (1 - A)), "dZ3"),
    Fault("softmax-diagonal", "#7", output(lambda d, A: d * A * (1 - A)), "dZ2", "softmax"),
    Fault("squared-error-half", "#27", output(lambda d, _: d / 2), "dZ2", "regression"),
    Fault(
        "squared-error-no-1/n",
        "#27",
        output(lambda d, _: d * len(d)),
        "dZ2",
        "regression",
    ),
]
