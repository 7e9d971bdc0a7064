"""Activation functions and their derivatives, each in the precision of its input."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from impl_numpy.arrays import Array, floating


def binary_step(x: Array) -> Array:
    """Return 1 where x >= 0, else 0; NaN stays NaN.

    Source: notebook, Definition 3.7.4.
    """
    return np.heaviside(x, 1)


def relu(x: Array) -> Array:
    """Return max(0, x), element by element; NaN stays NaN.

    Source: notebook, Definition 3.7.5.
    """
    return np.maximum(0, x)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), element by element.

    exp(-x) may overflow to inf; 1 / inf = 0 is then the right answer, so the overflow is not
    reported.
    Source: notebook, Definition 3.7.6.
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent of x, element by element."""
    return np.tanh(x)


def identity(x: Array) -> Array:
    """Return x: the output of a network that predicts real numbers."""
    return x


def softmax(x: Array) -> Array:
    """Return exp(x_i) / sum_j exp(x_j) over the classes, axis 0.

    x  (n_classes, m)   logits; every column of the result sums to 1
    The largest logit of a column is subtracted first, so that exp cannot overflow.
    Source: notebook, Definition 3.7.7.
    """
    e_x = np.exp(x - np.max(x, axis=0, keepdims=True))
    return e_x / np.sum(e_x, axis=0, keepdims=True)


def relu_derivative(Z: Array) -> Array:
    """Return 1 where Z > 0, else 0: at the kink, Z = 0, the derivative taken is 0.

    Source: notebook, Examples 3.7.4 and 3.7.3.
    """
    return np.asarray(Z > 0, dtype=floating(Z).dtype)


def sigmoid_derivative(z: Array) -> Array:
    """Return s (1 - s) with s = sigmoid(z).  Source: notebook, Example 3.7.3."""
    s = sigmoid(z)
    return s * (1 - s)


def tanh_derivative(Z: Array) -> Array:
    """Return 1 - tanh(Z)^2."""
    t = np.tanh(Z)
    return 1 - t * t


@dataclass(frozen=True)
class Activation:
    """A hidden activation g and its derivative g', both functions of the pre-activation Z."""

    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]


HIDDEN: dict[str, Activation] = {
    "relu": Activation(relu, relu_derivative),
    "sigmoid": Activation(sigmoid, sigmoid_derivative),
    "tanh": Activation(tanh, tanh_derivative),
}

OUTPUT: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "softmax": softmax,
    "identity": identity,
    "relu": relu,  # notebook, Example 3.7.1; no loss goes with it
}
