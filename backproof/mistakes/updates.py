"""Mistakes of the update: its rate, what it moves, when, and what it remembers."""

import numpy as np

from backproof.mistakes.mistake import Mistake, always, has_hidden
from backproof.mistakes.planting import frozen, propagated, rate, update, weights
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import iterate

SGD = "W <- W - learning_rate dW"
DECAY = 0.01


def _early(W: Array, dZ: Array, at: Pass) -> Array:
    updated = W - at.rate * at.grads[f"dW{at.layer + 1}"]
    return updated.T @ dZ


def _updated(at: Pass) -> dict[str, Array]:
    options = (at.hidden, at.loss, at.output, at.reduction)
    return next(iterate(at.X, at.Y, at.parameters, at.rate, *options)).parameters


MISTAKES = (
    Mistake(
        "updated-too-early",
        "the weights of a layer are updated before the delta below is computed with them",
        "dA_l = W_{l+1}^T dZ_{l+1}, W as in the forward pass",
        "dA_l = (W_{l+1} - learning_rate dW_{l+1})^T dZ_{l+1}",
        "conventions 9; louisjc/mnist-neural-network#1, joelgrus/data-science-from-scratch#31",
        propagated(_early),
        has_hidden,
    ),
    Mistake(
        "backward-after-update",
        "the backward pass reads the weights after the update, with the activations of before",
        "dA_l = W_{l+1}^T dZ_{l+1}, W as in the forward pass",
        "dA_l = W'_{l+1}^T dZ_{l+1}, W' the updated weights",
        "conventions 9",
        propagated(lambda _, dZ, at: _updated(at)[f"W{at.layer + 1}"].T @ dZ),
        lambda case: has_hidden(case) and not case.guards,
    ),
    Mistake(
        "biases-frozen",
        "the biases are never updated",
        "b <- b - learning_rate db",
        "b <- b, or db <- b - learning_rate db",
        "conventions 19, 31; mattm/simple-neural-network#5",
        frozen(lambda at: at.kind == "b"),
        lambda _: True,
    ),
    Mistake(
        "weights-frozen",
        "only the biases are updated, never the weights",
        SGD,
        "W <- W",
        "",
        frozen(lambda at: at.kind == "W"),
        lambda _: True,
    ),
    Mistake(
        "nothing-updated",
        "the parameters are never updated: the new ones are written somewhere else",
        SGD,
        "dW <- W - learning_rate dW, or a copy that is dropped",
        "conventions 19",
        frozen(lambda _: True),
        lambda _: True,
    ),
    Mistake(
        "last-layer-frozen",
        "the last layer is never updated: the loop ends one layer short",
        "for l = 1 ... L",
        "for l = 1 ... L - 1",
        "",
        frozen(lambda at: at.is_last),
        has_hidden,
    ),
    Mistake(
        "first-layer-frozen",
        "the first layer is never updated: the loop begins one layer late",
        "for l = 1 ... L",
        "for l = 2 ... L",
        "",
        frozen(lambda at: at.layer == 1),
        has_hidden,
    ),
    Mistake(
        "rate-ignored",
        "the learning rate is not used in the update",
        SGD,
        "W <- W - dW",
        "conventions, gradients: lr may be a hidden constant",
        rate(lambda *_: 1.0),
        lambda case: case.learning_rate != 1,
    ),
    Mistake(
        "rate-ignored-biases",
        "the learning rate is not used in the update of the biases",
        "b <- b - learning_rate db",
        "b <- b - db",
        "",
        rate(lambda lr, at: 1.0 if at.kind == "b" else lr),
        lambda case: case.learning_rate != 1,
    ),
    Mistake(
        "rate-squared",
        "the learning rate is multiplied in twice",
        SGD,
        "W <- W - learning_rate^2 dW",
        "",
        rate(lambda lr, _: lr * lr),
        lambda case: case.learning_rate != 1,
    ),
    Mistake(
        "rate-doubled",
        "the update takes twice the step",
        SGD,
        "W <- W - 2 learning_rate dW",
        "",
        rate(lambda lr, _: 2 * lr),
        lambda _: True,
    ),
    Mistake(
        "rate-over-m",
        "the update divides by the number of examples once more",
        SGD,
        "W <- W - learning_rate/m dW",
        "conventions 15",
        rate(lambda lr, at: lr / at.m),
        always,
    ),
    Mistake(
        "rate-times-m",
        "the update multiplies by the number of examples",
        SGD,
        "W <- W - learning_rate m dW",
        "",
        rate(lambda lr, at: lr * at.m),
        always,
    ),
    Mistake(
        "rate-divides",
        "the update divides by the learning rate",
        SGD,
        "W <- W - dW / learning_rate",
        "",
        rate(lambda lr, _: 1 / lr),
        lambda case: case.learning_rate != 1,
    ),
    Mistake(
        "parameter-overwritten",
        "the update overwrites the parameter instead of changing it",
        SGD,
        "W <- -learning_rate dW",
        "",
        update(lambda _, d, lr, __: -lr * d),
        lambda _: True,
    ),
    Mistake(
        "update-of-gradient",
        "the update subtracts from the gradient instead of from the parameter",
        SGD,
        "W <- dW - learning_rate dW",
        "conventions 19",
        update(lambda _, d, lr, __: d - lr * d),
        lambda _: True,
    ),
    Mistake(
        "sign-of-gradient",
        "the update uses only the sign of the gradient",
        SGD,
        "W <- W - learning_rate sign(dW)",
        "",
        update(lambda p, d, lr, _: p - lr * np.sign(d)),
        lambda _: True,
    ),
    Mistake(
        "gradient-normalised",
        "the update divides each gradient by its length",
        SGD,
        "W <- W - learning_rate dW / |dW|",
        "",
        update(lambda p, d, lr, _: p - lr * d / np.sqrt(np.sum(d * d))),
        lambda _: True,
    ),
    Mistake(
        "decay-in-update",
        "the update shrinks the weights by a penalty that the cost does not hold",
        SGD,
        "W <- W - learning_rate (dW + 0.01 W)",
        "conventions, L2",
        update(
            lambda p, d, lr, at: p - lr * (d + DECAY * p) if at.kind == "W" else p - lr * d,
        ),
        lambda _: True,
    ),
    Mistake(
        "l2-in-gradient",
        "the weight gradients hold a penalty on the weights that the cost does not hold",
        "dW = 1/m dZ A_prev^T",
        "dW = 1/m dZ A_prev^T + 0.01 W",
        "conventions, L2",
        weights(lambda d, _, at: d + DECAY * at.parameters[f"W{at.layer}"]),
        lambda _: True,
    ),
    Mistake(
        "l2-sign",
        "the penalty on the weights is subtracted from the gradient",
        "dW = 1/m dZ A_prev^T",
        "dW = 1/m dZ A_prev^T - 0.01 W",
        "conventions, L2",
        weights(lambda d, _, at: d - DECAY * at.parameters[f"W{at.layer}"]),
        lambda _: True,
    ),
)
