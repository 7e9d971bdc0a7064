"""Mistakes of the cost: the gradients are right, the number printed is not."""

from typing import Any

import numpy as np

from backproof.case import CROSS_ENTROPIES
from backproof.mistakes.mistake import Mistake, always, both, loss_of, mean, outputs
from backproof.mistakes.planting import cost
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps, iterate
from impl_numpy.steps import replace

BINARY = "J = -1/m sum [ y log(a) + (1 - y) log(1 - a) ]"
DECAY = 0.01
_binary = loss_of("binary_cross_entropy")
_logs = loss_of(*CROSS_ENTROPIES)
_squares = loss_of("mean_squared_error", "squared_error", "half_squared_error")


def _after_update(steps: Steps, at: Pass) -> Steps:
    """Compute the cost of the parameters that the update will lead to, for the same examples."""

    def wrong(*_: Any) -> Any:
        options = (at.hidden, at.loss, at.output, at.reduction)
        iterations = iterate(at.X, at.Y, at.parameters, at.rate, *options)
        next(iterations)
        J = next(iterations).cost
        return J / at.m if at.reduction == "sum" else J

    return replace(steps, cost=wrong)


def _first_example(steps: Steps, _: Pass) -> Steps:
    return replace(
        steps, cost=lambda Z, A, Y, o, j: steps.cost(Z[:, -1:], A[:, -1:], Y[:, -1:], o, j)
    )


def _squared_weights(at: Pass) -> Any:
    return sum(np.sum(W * W) for name, W in at.parameters.items() if name[0] == "W")


def _shifted(eps: float) -> Any:
    def of(_: Any, A: Array, Y: Array, at: Pass) -> Any:
        total = Y * np.log(A + eps)
        if at.loss == "binary_cross_entropy":
            total = total + (1 - Y) * np.log(1 - A + eps)
        return -np.sum(total) / at.m

    return of


MISTAKES = (
    Mistake(
        "cost-without-second-half",
        "the cost lacks its (1 - y) log(1 - a) term",
        BINARY,
        "J = -1/m sum y log(a)",
        "conventions, cost wrong but gradient right",
        cost(lambda _, A, Y, at: -np.sum(Y * np.log(A)) / at.m),
        _binary,
    ),
    Mistake(
        "cost-second-half-unlabelled",
        "the second term of the cost lacks its factor 1 - y",
        BINARY,
        "J = -1/m sum [ y log(a) + log(1 - a) ]",
        "",
        cost(lambda _, A, Y, at: -np.sum(Y * np.log(A) + np.log1p(-A)) / at.m),
        _binary,
    ),
    Mistake(
        "cost-second-half-sign",
        "the second term of the cost has the wrong sign",
        BINARY,
        "J = -1/m sum [ y log(a) - (1 - y) log(1 - a) ]",
        "",
        cost(lambda _, A, Y, at: -np.sum(Y * np.log(A) - (1 - Y) * np.log1p(-A)) / at.m),
        _binary,
    ),
    Mistake(
        "cost-not-averaged",
        "the cost is summed over the examples, its gradient is that of the mean",
        "J = 1/m sum_k J_k",
        "J = sum_k J_k",
        "conventions 21",
        cost(lambda J, _, __, at: J * at.m),
        mean,
    ),
    Mistake(
        "cost-averaged",
        "the cost is averaged over the examples, its gradient is that of the sum",
        "J = sum_k J_k",
        "J = 1/m sum_k J_k",
        "",
        cost(lambda J, _, __, at: J / at.m),
        lambda case: case.m > 1 and case.reduction == "sum",
    ),
    Mistake(
        "cost-over-outputs",
        "the cost is averaged over the outputs as well, as np.mean does; its gradient is not",
        "J = 1/m sum_i sum_k ...",
        "J = 1/(n_out m) sum_i sum_k ...",
        "conventions 27",
        cost(lambda J, _, __, at: J / at.Y.shape[0]),
        outputs,
    ),
    Mistake(
        "cost-summed-over-outputs",
        "the cost is summed over the outputs, its gradient is that of the mean",
        "J = 1/(n_out m) sum (a - y)^2",
        "J = 1/m sum (a - y)^2",
        "conventions 27",
        cost(lambda J, _, __, at: J * at.Y.shape[0]),
        both(outputs, loss_of("mean_squared_error")),
    ),
    Mistake(
        "cost-halved",
        "the cost is half of what its gradient belongs to",
        "J",
        "J / 2",
        "conventions 27",
        cost(lambda J, *_: J / 2),
        lambda _: True,
    ),
    Mistake(
        "cost-doubled",
        "the cost is twice what its gradient belongs to",
        "J",
        "2 J",
        "conventions 27",
        cost(lambda J, *_: 2 * J),
        lambda _: True,
    ),
    Mistake(
        "cost-base-2",
        "the cost takes logarithms to base 2",
        "log",
        "log2",
        "",
        cost(lambda J, *_: J / np.log(2)),
        _logs,
    ),
    Mistake(
        "cost-base-10",
        "the cost takes logarithms to base 10",
        "log",
        "log10",
        "",
        cost(lambda J, *_: J / np.log(10)),
        _logs,
    ),
    Mistake(
        "cost-log-shifted",
        "1e-5 is added inside the logarithms of the cost, and shows",
        "log(a)",
        "log(a + 1e-5)",
        "conventions, log in the cost",
        cost(_shifted(1e-5)),
        both(_logs, lambda case: not case.guards),
    ),
    Mistake(
        "cost-root",
        "the cost is the root of the mean square, the gradient is that of the mean square",
        "J = mean (a - y)^2",
        "J = sqrt(mean (a - y)^2)",
        "",
        cost(lambda J, *_: np.sqrt(J)),
        _squares,
    ),
    Mistake(
        "cost-absolute",
        "the cost is the mean absolute error, the gradient is that of the squares",
        "J = mean (a - y)^2",
        "J = mean |a - y|",
        "",
        cost(lambda _, A, Y, __: np.mean(np.abs(A - Y))),
        _squares,
    ),
    Mistake(
        "cost-of-last-example",
        "the cost is that of the last example alone",
        "J = 1/m sum_k J_k",
        "J = J_m",
        "",
        _first_example,
        always,
    ),
    Mistake(
        "cost-after-update",
        "the cost shown is that of the parameters after the update",
        "J(W)",
        "J(W - learning_rate dW)",
        "",
        _after_update,
        lambda case: not case.guards,
    ),
    Mistake(
        "l2-in-cost",
        "the cost holds a penalty on the weights whose gradient is missing",
        "dW = ... + lambda W for J + lambda/2 sum W^2",
        "J + 0.01/2 sum W^2, dW without 0.01 W",
        "conventions, L2",
        cost(lambda J, _, __, at: J + DECAY / 2 * _squared_weights(at)),
        lambda _: True,
    ),
)
