"""Mistakes of the output layer's delta: its derivative missing, doubled, or a wrong Jacobian."""

from collections.abc import Callable

import numpy as np

from backproof.case import Case
from backproof.mistakes.mistake import Mistake, Plant, both, output_of, outputs
from backproof.mistakes.planting import output_delta
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps, sigmoid_derivative, tanh_derivative
from impl_numpy.activations import HIDDEN
from impl_numpy.losses import cost_derivative
from impl_numpy.steps import CANCELLING, replace

JACOBIAN = "dZ[i] = A[i] (dA[i] - sum_j A[j] dA[j])"


def _cancels(case: Case) -> bool:
    return (case.output, case.loss) in CANCELLING


def _is_squared(case: Case) -> bool:
    return "squared" in case.loss


def _delta(of: Callable[[Array, Array], Array]) -> Plant:
    """Compute dZL as of(dA, A), dA = m dJ/dA."""

    def plant(steps: Steps, _: Pass) -> Steps:
        return replace(steps, output_delta=lambda A, Y, _, loss: of(cost_derivative(A, Y, loss), A))

    return plant


def _twice_activated(steps: Steps, at: Pass) -> Steps:
    """Take the derivative at the activation, in the output layer and in the hidden ones."""

    def delta(A: Array, Y: Array, output: str, loss: str) -> Array:
        return cost_derivative(A, Y, loss) * HIDDEN[output].derivative(A)

    return replace(
        steps,
        output_delta=delta,
        activation_derivative=lambda _, g: HIDDEN[g].derivative(at.A[at.layer]),
    )


MISTAKES = (
    Mistake(
        "no-output-derivative",
        "the derivative of the output activation is missing",
        "dZ_L = dJ/dA * g'(Z_L)",
        "dZ_L = dJ/dA",
        "conventions 8; jiexunsee/Neural-Network-with-Python#1, NeuralNetworkFromScratch#3",
        _delta(lambda dA, _: dA),
        output_of("sigmoid", "softmax", "tanh", "relu"),
    ),
    Mistake(
        "shortcut",
        "the output delta is A - Y, which is right for sigmoid or softmax with cross-entropy and "
        "not here",
        "dZ_L = dJ/dA * g'(Z_L)",
        "dZ_L = A - Y",
        "conventions 8; stackoverflow.com/q/59399842",
        lambda steps, _: replace(steps, output_delta=lambda A, Y, *_: A - Y),
        lambda case: (
            not _cancels(case) and (case.output, case.loss) != ("identity", "half_squared_error")
        ),
    ),
    Mistake(
        "output-derivative-too-many",
        "the derivative a (1 - a) of the output activation is multiplied into A - Y, against which "
        "it had cancelled already",
        "dZ_L = A - Y",
        "dZ_L = (A - Y) A (1 - A)",
        "conventions 28",
        output_delta(lambda d, A, *_: d * A * (1 - A)),
        _cancels,
    ),
    Mistake(
        "output-derivative-of-output",
        "the derivative of the output activation is taken at A, which already is activated",
        "dZ_L = dJ/dA * g'(Z_L)",
        "dZ_L = dJ/dA * g'(A_L)",
        "conventions 23; BoltzmannEntropy/interviews.ai#4",
        lambda steps, _: replace(
            steps,
            output_delta=lambda A, Y, o, j: (
                cost_derivative(A, Y, j)
                * (tanh_derivative(A) if o == "tanh" else sigmoid_derivative(A))
            ),
        ),
        both(output_of("sigmoid", "tanh"), _is_squared),
    ),
    Mistake(
        "double-sigmoid",
        "every derivative is taken at A, which already is activated, in the hidden layers and in "
        "the output layer",
        "dZ_l = dA_l * g'(Z_l)",
        "dZ_l = dA_l * g'(A_l)",
        "conventions 23; farzaa/SimpleMultilayerPerceptron#3",
        _twice_activated,
        lambda case: (
            case.output in ("sigmoid", "tanh")
            and _is_squared(case)
            and not {"sigmoid", "tanh"}.isdisjoint(case.hidden_layers)
        ),
    ),
    Mistake(
        "softmax-diagonal",
        "the Jacobian of the softmax is replaced by its diagonal s (1 - s)",
        JACOBIAN,
        "dZ[i] = A[i] (1 - A[i]) dA[i]",
        "conventions 7; casper-hansen/Neural-Network-From-Scratch#1",
        _delta(lambda dA, A: dA * A * (1 - A)),
        output_of("softmax"),
    ),
    Mistake(
        "softmax-off-diagonal",
        "the Jacobian of the softmax lacks its diagonal",
        JACOBIAN,
        "dZ[i] = -A[i] sum_j A[j] dA[j]",
        "conventions 32; RoboticsClubIITJ/ML-DL-implementation#153",
        _delta(lambda dA, A: -A * np.sum(A * dA, axis=0, keepdims=True)),
        output_of("softmax"),
    ),
    Mistake(
        "softmax-jacobian-axis",
        "the sum in the Jacobian of the softmax runs over the examples instead of the classes",
        JACOBIAN,
        "dZ[i, k] = A[i, k] (dA[i, k] - sum_k A[i, k] dA[i, k])",
        "conventions 12, 32",
        _delta(lambda dA, A: A * (dA - np.sum(A * dA, axis=1, keepdims=True))),
        output_of("softmax"),
    ),
    Mistake(
        "tanh-output-not-squared",
        "the derivative of the tanh at the output lacks its square",
        "dZ_L = dA * (1 - A^2)",
        "dZ_L = dA * (1 - A)",
        "",
        _delta(lambda dA, A: dA * (1 - A)),
        output_of("tanh"),
    ),
    Mistake(
        "sigmoid-at-tanh-output",
        "the tanh at the output gets the derivative of the sigmoid",
        "dZ_L = dA * (1 - A^2)",
        "dZ_L = dA * A (1 - A)",
        "",
        _delta(lambda dA, A: dA * A * (1 - A)),
        output_of("tanh"),
    ),
    Mistake(
        "error-sign-only",
        "only the sign of the error is used",
        "dZ_L = A - Y",
        "dZ_L = sign(A - Y)",
        "",
        lambda steps, _: replace(steps, output_delta=lambda A, Y, *_: np.sign(A - Y)),
        lambda _: True,
    ),
    Mistake(
        "classes-for-probabilities",
        "the output delta uses the predicted class, a rounded probability",
        "dZ_L = A - Y",
        "dZ_L = round(A) - Y",
        "",
        lambda steps, _: replace(
            steps,
            output_delta=lambda A, Y, o, j: steps.output_delta(np.round(A), Y, o, j),
        ),
        lambda case: _cancels(case),
    ),
    Mistake(
        "error-summed-over-outputs",
        "the errors of all outputs are summed, and every output gets the sum",
        "dZ_L[i] = dJ/dZ_L[i]",
        "dZ_L[i] = sum_j dJ/dZ_L[j]",
        "conventions 6",
        output_delta(lambda d, *_: np.zeros_like(d) + d.sum(axis=0)),
        lambda case: outputs(case) and case.output != "softmax",
    ),
    Mistake(
        "second-term-missing-in-delta",
        "the derivative of the cross-entropy lacks its (1 - Y) term",
        "dA = (1 - Y)/(1 - A) - Y/A",
        "dA = -Y/A, so that dZ_L = -Y (1 - A)",
        "conventions 28",
        lambda steps, _: replace(steps, output_delta=lambda A, Y, *_: -Y * (1 - A)),
        lambda case: case.loss == "binary_cross_entropy" and case.output == "sigmoid",
    ),
)
