"""Mistakes of axes: transposes, the wrong factor in a product, examples that are lost."""

import numpy as np

from backproof.case import Case
from backproof.mistakes.mistake import Mistake, always, has_hidden
from backproof.mistakes.planting import gradients, linear, propagated, weight_gradient, weights
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps
from impl_numpy.steps import replace

DW = "dW = 1/m dZ A_prev^T"


def _is_square(W: Array) -> bool:
    return bool(W.shape[0] == W.shape[1] > 1)


def _square_above_the_first(case: Case) -> bool:
    pairs = zip(case.layer_dims[1:], case.layer_dims[2:], strict=False)
    return any(n == n_next > 1 for n, n_next in pairs)


def _square(case: Case) -> bool:
    pairs = zip(case.layer_dims, case.layer_dims[1:], strict=False)
    return any(n == n_next > 1 for n, n_next in pairs)


def _own_activation(steps: Steps, at: Pass) -> Steps:
    right = steps.weight_gradient
    return replace(
        steps, weight_gradient=lambda dZ, A: right(dZ, at.A[at.layer] if at.is_last else A)
    )


def _own_activation_where_square(steps: Steps, at: Pass) -> Steps:
    right = steps.weight_gradient

    def wrong(dZ: Array, A: Array) -> Array:
        return right(dZ, at.A[at.layer] if A.shape == dZ.shape else A)

    return replace(steps, weight_gradient=wrong)


def _reversed_input(steps: Steps, at: Pass) -> Steps:
    def turned(A: Array) -> Array:
        return A[:, ::-1] if at.layer == 1 else A

    return replace(
        steps,
        linear=lambda W, A, b: steps.linear(W, turned(A), b),
        weight_gradient=lambda dZ, A: steps.weight_gradient(dZ, turned(A)),
    )


MISTAKES = (
    Mistake(
        "own-activation",
        "the weight gradient of the last layer uses this layer's own activation instead of the "
        "one below",
        "dW_L = 1/m dZ_L A_{L-1}^T",
        "dW_L = 1/m dZ_L A_L^T",
        "conventions 4, 5; datascience.stackexchange.com/q/25394, stackoverflow.com/q/55858141",
        _own_activation,
        lambda case: case.layer_dims[-1] == 1 or case.layer_dims[-1] == case.layer_dims[-2],
    ),
    Mistake(
        "own-activation-where-square",
        "the weight gradients use this layer's own activation wherever its shape fits",
        "dW_l = 1/m dZ_l A_{l-1}^T",
        "dW_l = 1/m dZ_l A_l^T",
        "conventions 4",
        _own_activation_where_square,
        _square,
    ),
    Mistake(
        "gradient-for-weights",
        "the weight gradient stands where the weights belong in the delta of a hidden layer",
        "dA_l = W_{l+1}^T dZ_{l+1}",
        "dA_l = dW_{l+1}^T dZ_{l+1}",
        "conventions 16; community.deeplearning.ai/t/402919",
        propagated(lambda _, dZ, at: at.grads[f"dW{at.layer + 1}"].T @ dZ),
        has_hidden,
    ),
    Mistake(
        "own-weights",
        "the delta is propagated through this layer's own weights instead of those above, where "
        "they fit",
        "dA_l = W_{l+1}^T dZ_{l+1}",
        "dA_l = W_l^T dZ_{l+1}",
        "",
        propagated(lambda W, dZ, at: _own_weights(W, at).T @ dZ),
        lambda case: any(a == b == c > 1 for a, b, c in zip(*_neighbours(case), strict=False)),
    ),
    Mistake(
        "weights-not-transposed",
        "the delta is propagated through W instead of its transpose, where that fits",
        "dA_l = W_{l+1}^T dZ_{l+1}",
        "dA_l = W_{l+1} dZ_{l+1}",
        "conventions 20",
        propagated(lambda W, dZ, _: (W if _is_square(W) else W.T) @ dZ),
        _square_above_the_first,
    ),
    Mistake(
        "weights-transposed",
        "the forward pass uses the transpose of the weights, where that fits",
        "Z = W A_prev + b",
        "Z = W^T A_prev + b",
        "conventions 20",
        linear(lambda W, A, b, _: (W.T if _is_square(W) else W) @ A + b),
        _square,
    ),
    Mistake(
        "gradient-transposed",
        "the weight gradient is transposed, where that fits",
        DW,
        "dW = 1/m A_prev dZ^T",
        "conventions 20",
        weights(lambda d, *_: d.T if _is_square(d) else d),
        _square,
    ),
    Mistake(
        "weights-for-input",
        "the weight gradient is multiplied by the weight itself instead of its input",
        DW,
        "dW[i, j] = W[i, j] 1/m sum_k dZ[i, k]",
        "conventions 14; stats.stackexchange.com/q/464262",
        weights(lambda _, dZ, at: at.parameters[f"W{at.layer}"] * dZ.mean(axis=1, keepdims=True)),
        lambda _: True,
    ),
    Mistake(
        "scalar-weight-gradient",
        "one number, the sum over all entries, stands for the whole weight gradient",
        DW,
        "dW = 1/m sum of all entries of dZ A_prev^T",
        "conventions 6; casper-hansen/Neural-Network-From-Scratch#1",
        weights(lambda d, *_: np.full_like(d, d.sum())),
        lambda _: True,
    ),
    Mistake(
        "product-of-means",
        "delta and activation are averaged over the examples before they are multiplied",
        "dW = mean_k (dZ[:, k] A_prev[:, k]^T)",
        "dW = (mean_k dZ[:, k]) (mean_k A_prev[:, k])^T",
        "",
        weight_gradient(
            lambda dZ, A, _: dZ.mean(axis=1, keepdims=True) @ A.mean(axis=1, keepdims=True).T
        ),
        always,
    ),
    Mistake(
        "last-example-lost",
        "the weight gradients leave out the last example",
        "dW = 1/m sum_{k=1}^m dZ[:, k] A_prev[:, k]^T",
        "dW = 1/m sum_{k=1}^{m-1} dZ[:, k] A_prev[:, k]^T",
        "",
        weight_gradient(lambda dZ, A, at: dZ[:, :-1] @ A[:, :-1].T / at.m),
        always,
    ),
    Mistake(
        "first-example-only",
        "the weight gradients are those of the first example alone",
        DW,
        "dW = dZ[:, 1] A_prev[:, 1]^T",
        "",
        weight_gradient(lambda dZ, A, _: dZ[:, :1] @ A[:, :1].T),
        always,
    ),
    Mistake(
        "last-example-only",
        "the gradients are those of the last example alone: the loop overwrites instead of adding",
        "dW = 1/m sum_k dZ[:, k] A_prev[:, k]^T, and db likewise",
        "dW = dZ[:, m] A_prev[:, m]^T, db = dZ[:, m]",
        "",
        lambda steps, _: replace(
            steps,
            weight_gradient=lambda dZ, A: steps.weight_gradient(dZ[:, -1:], A[:, -1:]),
            bias_gradient=lambda dZ: steps.bias_gradient(dZ[:, -1:]),
        ),
        always,
    ),
    Mistake(
        "averaged-in-a-loop",
        "the mean is taken inside the loop over the examples, so that early examples hardly count",
        "dW = 1/m sum_k dZ[:, k] A_prev[:, k]^T",
        "for every example: dW = (dW + dZ[:, k] A_prev[:, k]^T) / 2",
        "",
        weight_gradient(lambda dZ, A, _: (dZ * _halves(dZ)) @ A.T),
        always,
    ),
    Mistake(
        "data-reversed",
        "the examples of X are in another order than those of Y",
        "Z_1[:, k] = W_1 X[:, k] + b_1",
        "Z_1[:, k] = W_1 X[:, m + 1 - k] + b_1",
        "",
        _reversed_input,
        always,
    ),
    Mistake(
        "absolute-gradient",
        "the gradients have lost their signs",
        DW,
        "dW = 1/m |dZ A_prev^T|",
        "",
        gradients(lambda d, *_: np.abs(d)),
        lambda _: True,
    ),
)


def _own_weights(W: Array, at: Pass) -> Array:
    own = at.parameters[f"W{at.layer}"]
    return own if own.shape == W.shape else W


def _neighbours(case: Case) -> tuple[tuple[int, ...], ...]:
    return case.layer_dims, case.layer_dims[1:], case.layer_dims[2:]


def _halves(dZ: Array) -> Array:
    m = dZ.shape[1]
    return 0.5 ** np.arange(m, 0, -1, dtype=float)
