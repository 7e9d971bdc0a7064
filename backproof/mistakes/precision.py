"""Mistakes of precision: a part computed more coarsely than the rest, or approximated."""

import numpy as np

from backproof.case import Case
from backproof.mistakes.mistake import Mistake, both, has_hidden, hidden_of
from backproof.mistakes.planting import activation, linear, update, weight_gradient
from backproof.trace import Array
from impl_numpy import tanh

SINGLE, HALF = 2.0**-24, 2.0**-11


def _linear_in(dtype: type, W: Array, A: Array, b: Array) -> Array:
    return (W.astype(dtype) @ A.astype(dtype) + b.astype(dtype)).astype(W.dtype)


def _gradient_in_single(dZ: Array, A: Array) -> Array:
    dW = dZ.astype(np.float32) @ A.astype(np.float32).T
    return (dW / np.float32(dZ.shape[1])).astype(dZ.dtype)


def _updated_in_single(p: Array, d: Array, lr: float) -> Array:
    return (p.astype(np.float32) - np.float32(lr) * d.astype(np.float32)).astype(p.dtype)


def _rational_tanh(Z: Array) -> Array:
    z2 = Z * Z
    above = 135135 + z2 * (17325 + z2 * (378 + z2))
    return Z * above / (135135 + z2 * (62370 + z2 * (3150 + z2 * 28)))


def _double(case: Case) -> bool:
    return "float64" in case.dtypes


MISTAKES = (
    Mistake(
        "forward-in-float32",
        "the products of the forward pass are computed in float32, the rest in float64",
        "Z = W A_prev + b in float64",
        "Z = float32(W) float32(A_prev) + float32(b)",
        "",
        linear(lambda W, A, b, _: _linear_in(np.float32, W, A, b)),
        _double,
        SINGLE,
    ),
    Mistake(
        "forward-in-float16",
        "the products of the forward pass are computed in float16",
        "Z = W A_prev + b in full precision",
        "Z = float16(W) float16(A_prev) + float16(b)",
        "",
        linear(lambda W, A, b, _: _linear_in(np.float16, W, A, b)),
        lambda _: True,
        HALF,
    ),
    Mistake(
        "gradient-in-float32",
        "the weight gradients are computed in float32, the rest in float64",
        "dW = 1/m dZ A_prev^T in float64",
        "dW = 1/m float32(dZ) float32(A_prev)^T",
        "",
        weight_gradient(lambda dZ, A, _: _gradient_in_single(dZ, A)),
        _double,
        SINGLE,
    ),
    Mistake(
        "update-in-float32",
        "the update is computed in float32, the rest in float64",
        "W <- W - learning_rate dW in float64",
        "W <- float32(W) - float32(learning_rate dW)",
        "",
        update(lambda p, d, lr, _: _updated_in_single(p, d, lr)),
        _double,
        SINGLE,
    ),
    Mistake(
        "rational-tanh",
        "the tanh is approximated by a fraction of polynomials",
        "A = tanh(Z)",
        "A = Z (135135 + 17325 Z^2 + 378 Z^4 + Z^6) / (135135 + 62370 Z^2 + 3150 Z^4 + 28 Z^6)",
        "",
        activation(lambda Z, g, _: _rational_tanh(Z) if g is tanh else g(Z)),
        both(has_hidden, hidden_of("tanh")),
    ),
    Mistake(
        "hard-sigmoid",
        "the hidden sigmoid is approximated by straight lines",
        "A = 1 / (1 + exp(-Z))",
        "A = clip(0.2 Z + 0.5, 0, 1)",
        "",
        activation(lambda Z, g, at: g(Z) if at.is_last else np.clip(0.2 * Z + 0.5, 0, 1)),
        hidden_of("sigmoid"),
    ),
)
