"""Mistakes of sign."""

from backproof.mistakes.mistake import Mistake, has_hidden
from backproof.mistakes.planting import (
    biases,
    cost,
    linear,
    output_delta,
    propagated,
    rate,
    weights,
)


def _always(_: object) -> bool:
    return True


MISTAKES = (
    Mistake(
        "output-sign",
        "the output delta has the wrong sign, so training climbs",
        "dZ_L = A - Y",
        "dZ_L = Y - A, and still W <- W - learning_rate dW",
        "conventions 36; sar-gupta/neural-network-from-scratch#6",
        output_delta(lambda d, *_: -d),
        _always,
    ),
    Mistake(
        "hidden-sign",
        "the delta propagated to a hidden layer has the wrong sign",
        "dA_l = W_{l+1}^T dZ_{l+1}",
        "dA_l = -W_{l+1}^T dZ_{l+1}",
        "conventions 36",
        lambda steps, at: propagated(lambda W, dZ, _: -steps.propagated_delta(W, dZ))(steps, at),
        has_hidden,
    ),
    Mistake(
        "weight-sign",
        "the weight gradients have the wrong sign, those of the biases are right",
        "dW = 1/m dZ A_prev^T",
        "dW = -1/m dZ A_prev^T",
        "",
        weights(lambda d, *_: -d),
        _always,
    ),
    Mistake(
        "bias-sign",
        "the bias gradients have the wrong sign, those of the weights are right",
        "db = 1/m sum_k dZ[:, k]",
        "db = -1/m sum_k dZ[:, k]",
        "",
        biases(lambda d, *_: -d),
        _always,
    ),
    Mistake(
        "uphill",
        "the gradients are right, but the update adds them",
        "W <- W - learning_rate dW",
        "W <- W + learning_rate dW",
        "",
        rate(lambda lr, _: -lr),
        _always,
    ),
    Mistake(
        "uphill-biases",
        "the update subtracts the gradients of the weights and adds those of the biases",
        "b <- b - learning_rate db",
        "b <- b + learning_rate db",
        "",
        rate(lambda lr, at: -lr if at.kind == "b" else lr),
        _always,
    ),
    Mistake(
        "cost-sign",
        "the cost has the wrong sign",
        "J = -1/m sum y log(a) + ...",
        "J = 1/m sum y log(a) + ...",
        "",
        cost(lambda J, *_: -J),
        _always,
    ),
    Mistake(
        "bias-subtracted",
        "the bias is subtracted in the forward pass",
        "Z = W A_prev + b",
        "Z = W A_prev - b",
        "conventions, naming: bias subtracted (W x - b), seen once",
        linear(lambda W, A, b, _: W @ A - b),
        _always,
    ),
)
