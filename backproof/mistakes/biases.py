"""Mistakes of the biases: their sum, its axis, its shape."""

import numpy as np

from backproof.mistakes.mistake import Mistake, always, has_hidden
from backproof.mistakes.planting import bias_gradient, biases, linear
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps
from impl_numpy.steps import replace

DB = "db = 1/m sum_k dZ[:, k]"
Z = "Z = W A_prev + b"


def _before_derivative(steps: Steps, at: Pass) -> Steps:
    def hidden_delta(dA: Array, derivative: Array) -> Array:
        at.memory["dA"] = dA
        return steps.hidden_delta(dA, derivative)

    def bias_gradient(dZ: Array) -> Array:
        return steps.bias_gradient(dZ if at.is_last else at.memory.get("dA", dZ))

    return replace(steps, hidden_delta=hidden_delta, bias_gradient=bias_gradient)


MISTAKES = (
    Mistake(
        "scalar-bias-gradient",
        "np.sum without an axis: one number, the sum over all units, for all biases of a layer",
        DB,
        "db = 1/m sum_i sum_k dZ[i, k]",
        "conventions 21; stackoverflow.com/q/62021248",
        biases(lambda d, *_: np.full_like(d, d.sum())),
        lambda case: max(case.layer_dims[1:]) > 1,
    ),
    Mistake(
        "scalar-bias-shape",
        "np.sum without an axis: the bias gradient has no shape any more",
        f"{DB}, shape (n, 1)",
        "db = 1/m sum_i sum_k dZ[i, k], shape ()",
        "conventions 21",
        biases(lambda d, *_: np.asarray(d.sum())),
        lambda _: True,
    ),
    Mistake(
        "squeezed-bias",
        "the bias gradient is squeezed: its numbers are right, its shape (n,) is not, and the "
        "update broadcasts it",
        f"{DB}, shape (n, 1)",
        "db = np.squeeze(...), shape (n,)",
        "conventions 2, 30; Kulbear/deep-learning-coursera#8",
        biases(lambda d, *_: np.squeeze(d)),
        lambda _: True,
    ),
    Mistake(
        "squeezed-hidden-bias",
        "the bias gradient of a hidden layer is squeezed: its numbers are right, its shape (n,) is "
        "not, and the update broadcasts it",
        f"{DB}, shape (n, 1)",
        "db = np.sum(dZ, axis=1) / m, shape (n,)",
        "conventions 2, 30; jimfleming/differentiation#1",
        biases(lambda d, _, at: d if at.is_last else d[:, 0]),
        has_hidden,
    ),
    Mistake(
        "bias-first-example",
        "the bias gradient is the delta of the first example",
        DB,
        "db = dZ[:, 1]",
        "",
        bias_gradient(lambda dZ, _: dZ[:, :1].copy()),
        always,
    ),
    Mistake(
        "bias-wrong-axis",
        "the bias gradient is summed over the units instead of the examples",
        DB,
        "db = 1/m sum_i dZ[i, :], shape (1, m)",
        "conventions 20; pytroubles.com id1785",
        bias_gradient(lambda dZ, at: dZ.sum(axis=0, keepdims=True) / at.m),
        always,
    ),
    Mistake(
        "bias-not-summed",
        "the bias gradient is not summed over the examples: b grows to one column for each",
        DB,
        "db = 1/m dZ, shape (n, m)",
        "conventions 30",
        bias_gradient(lambda dZ, at: dZ / at.m),
        always,
    ),
    Mistake(
        "bias-from-weight-gradient",
        "the bias gradient is the weight gradient summed over the inputs",
        DB,
        "db[i] = sum_j dW[i, j]",
        "conventions 29",
        bias_gradient(lambda _, at: at.grads[f"dW{at.layer}"].sum(axis=1, keepdims=True)),
        lambda _: True,
    ),
    Mistake(
        "bias-from-dA",
        "the bias gradient of a hidden layer is taken of dA, before the activation's derivative",
        DB,
        "db = 1/m sum_k dA[:, k]",
        "conventions 22",
        _before_derivative,
        has_hidden,
    ),
    Mistake(
        "bias-gradient-zero",
        "the bias gradients are zero",
        DB,
        "db = 0",
        "",
        biases(lambda d, *_: np.zeros_like(d)),
        lambda _: True,
    ),
    Mistake(
        "bias-forgotten",
        "the forward pass leaves out the biases",
        Z,
        "Z = W A_prev",
        "conventions: a predict that forgets the bias",
        linear(lambda W, A, *_: W @ A),
        lambda _: True,
    ),
    Mistake(
        "bias-twice",
        "the forward pass adds the biases twice",
        Z,
        "Z = W A_prev + 2 b",
        "",
        linear(lambda W, A, b, _: W @ A + 2 * b),
        lambda _: True,
    ),
    Mistake(
        "output-bias-forgotten",
        "the forward pass leaves out the biases of the last layer",
        "Z_L = W_L A_{L-1} + b_L",
        "Z_L = W_L A_{L-1}",
        "",
        linear(lambda W, A, b, at: W @ A if at.is_last else W @ A + b),
        has_hidden,
    ),
    Mistake(
        "bias-inside-product",
        "the bias is added to the activation before the product, as one number",
        Z,
        "Z = W (A_prev + mean of b)",
        "",
        linear(lambda W, A, b, _: W @ (A + b.mean())),
        lambda _: True,
    ),
)
