"""Faults of the output layer where its delta is not A - Y, and of mixed hidden activations."""

from collections.abc import Callable
from typing import Any

import numpy as np

import impl_numpy
from backproof.candidate import Candidate
from backproof.case import Case, Inputs
from backproof.trace import Array
from impl_numpy import STEPS
from impl_numpy.activations import HIDDEN
from impl_numpy.losses import cost_derivative
from parity_tests.meta.faults import Fault, Network, every, options, right, steps, with_grads
from parity_tests.meta.faults_backward import both, derivative, output
from parity_tests.meta.faults_forward import cost_times, instead_of

SIGMOID, SOFTMAX, BINARY = "sigmoid-squared-sum", "softmax-squared", "softmax-binary"
CATEGORICAL, TANH, MIXED = "sigmoid-categorical", "tanh-output", "mixed-hidden"


def delta(of: Callable[[Array, Array, str], Any]) -> Candidate:
    """Return the network with of(dA, A, loss) as output delta; dA = m dJ/dA is right."""
    return steps(output_delta=lambda A, Y, _, loss: of(cost_derivative(A, Y, loss), A, loss))


def shortcut() -> Candidate:
    return steps(output_delta=lambda A, Y, *_: A - Y)


def as_if(hidden: str) -> Candidate:
    """Return the network that takes one hidden activation for all, in its backward pass."""

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        it = right(case, inputs, parameters)
        read = parameters, it.activations, it.Z_values, inputs.Y
        grads = impl_numpy.backward_propagation(*read, hidden, *options(case)[1:])
        return with_grads(case, parameters, it, grads)

    return every(one)


def leaky(slope: float) -> Callable[[Array], Array]:
    return lambda Z: np.where(Z > 0, Z, Z.dtype.type(slope) * Z)


def leaky_derivative(slope: float) -> Candidate:
    def of(Z: Array, hidden: str) -> Array:
        right_one = HIDDEN[hidden].derivative(Z)
        return np.maximum(right_one, Z.dtype.type(slope)) if hidden == "leaky_relu" else right_one

    return steps(activation_derivative=of)


FAULTS = [
    Fault("no-output-derivative", "#8: A - Y with squared error", shortcut(), "dZ3", SIGMOID),
    Fault(
        "output-derivative-of-the-output",
        "#23: sigmoid' of A, which already is a sigmoid",
        delta(lambda dA, A, _: dA * impl_numpy.sigmoid_derivative(A)),
        "dZ3",
        SIGMOID,
    ),
    Fault("half-forgotten", "2 (A - Y) g'", output(lambda d, _: 2 * d), "dZ3", SIGMOID),
    Fault("half-forgotten-in-cost", "the whole square", cost_times(2), "cost", SIGMOID),
    Fault(
        "divided-by-m",
        "#26 the other way round: the cost shown is a sum, its gradient a mean",
        both(lambda d, dZ: d / dZ.shape[1]),
        "dW3, db3, dW2, db2, dW1, db1",
        SIGMOID,
    ),
    Fault("cost-averaged", "the gradient is that of the sum", cost_times(0.1), "cost", SIGMOID),
    Fault(
        "not-divided-by-m",
        "the cost shown is a mean, its gradient a sum",
        both(lambda d, dZ: d * dZ.shape[1]),
        "dW2, db2, dW1, db1",
        SOFTMAX,
    ),
    Fault(
        "jacobian-diagonal",
        "#7: s (1 - s) for the Jacobian",
        delta(lambda dA, A, _: dA * A * (1 - A)),
        "dZ2",
        SOFTMAX,
    ),
    Fault("no-jacobian", "#8: 2 (A - Y)", delta(lambda dA, *_: dA), "dZ2", SOFTMAX),
    Fault(
        "jacobian-without-its-diagonal",
        "-s_i s_j everywhere",
        delta(lambda dA, A, _: -A * np.sum(A * dA, axis=0, keepdims=True)),
        "dZ2",
        SOFTMAX,
    ),
    Fault(
        "jacobian-summed-over-examples",
        "#12: the wrong axis",
        delta(lambda dA, A, _: A * (dA - np.sum(A * dA, axis=1, keepdims=True))),
        "dZ2",
        SOFTMAX,
    ),
    Fault(
        "squares-averaged",
        "1/n_out in the gradient",
        output(lambda d, A: d / len(A)),
        "dZ2",
        SOFTMAX,
    ),
    Fault("squares-doubled", "twice", output(lambda d, _: 2 * d), "dZ2", SOFTMAX),
    Fault("shortcut-softmax-binary", "A - Y, right elsewhere", shortcut(), "dZ2", BINARY),
    Fault(
        "diagonal-softmax-binary",
        "what binary cross-entropy of sigmoids would give",
        delta(lambda dA, A, _: dA * A * (1 - A)),
        "dZ2",
        BINARY,
    ),
    Fault("shortcut-sigmoid-categorical", "A - Y, right elsewhere", shortcut(), "dZ2", CATEGORICAL),
    Fault("no-tanh-at-the-output", "2/n (A - Y)", delta(lambda dA, *_: dA), "dZ2", TANH),
    Fault(
        "sigmoid-derivative-at-a-tanh",
        "A (1 - A)",
        delta(lambda dA, A, _: dA * A * (1 - A)),
        "dZ2",
        TANH,
    ),
    Fault(
        "tanh-derivative-not-squared", "1 - A", delta(lambda dA, A, _: dA * (1 - A)), "dZ2", TANH
    ),
    Fault("relu-for-all", "one derivative for all layers", as_if("relu"), "dZ3", MIXED),
    Fault("tanh-for-all", "one derivative for all layers", as_if("tanh"), "dZ3", MIXED),
    Fault("leaky-for-all", "right in the third layer alone", as_if("leaky_relu"), "dZ2", MIXED),
    Fault(
        "slope-0.02",
        "twice the slope, in the third layer",
        instead_of(impl_numpy.leaky_relu, leaky(0.02)),
        "A3",
        MIXED,
    ),
    Fault(
        "slope-0",
        "relu where a leaky one belongs",
        instead_of(impl_numpy.leaky_relu, impl_numpy.relu),
        "A3",
        MIXED,
    ),
    Fault("slope-0.0101-in-derivative", "1 % off", leaky_derivative(0.0101), "dZ3", MIXED),
    Fault("no-derivative-at-all", "#13: all ones", derivative(np.ones_like), "dZ3", MIXED),
    Fault(
        "derivative-by-a-ratio",
        "A / Z: right for both ReLUs, for tanh it is not",
        steps(
            activation_derivative=lambda Z, g: (
                STEPS.activation_derivative(Z, g) if g != "tanh" else np.tanh(Z) / Z
            )
        ),
        "dZ2",
        MIXED,
    ),
]
