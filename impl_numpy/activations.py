"""Activation functions and their derivatives, each in the precision of its input."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from impl_numpy.arrays import Array, floating

LEAK = 0.01  # slope of the leaky ReLU below 0


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


def leaky_relu(x: Array) -> Array:
    """Return x where x > 0, else 0.01 x, element by element: torch.nn.LeakyReLU's slope."""
    return np.where(x > 0, x, LEAK * x)


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


def leaky_relu_derivative(Z: Array) -> Array:
    """Return 1 where Z > 0, else 0.01: at the kink, Z = 0, the derivative taken is 0.01."""
    return np.where(Z > 0, 1.0, LEAK).astype(floating(Z).dtype)


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
    "leaky_relu": Activation(leaky_relu, leaky_relu_derivative),
}


def hidden_layers(hidden: str | Sequence[str], count: int) -> list[str]:
    """Return the activation of each of `count` hidden layers: one name stands for all of them.

    Raises ValueError where there are not as many names as layers.
    """
    names = [hidden] * count if isinstance(hidden, str) else list(hidden)
    if len(names) != count:
        raise ValueError(
            f"hidden names {len(names)} activations, but there are {count} hidden layers: give "
            "one for each, or one name for all."
        )
    return names


def softmax_delta(dA: Array, A: Array) -> Array:
    """Return dZ from dA through the whole Jacobian of A = softmax(Z), (n_classes, m).

    dZ[i] = sum_j A[j] (delta_ij - A[i]) dA[j] = A[i] (dA[i] - sum_j A[j] dA[j])
    """
    return A * (dA - np.sum(A * dA, axis=0, keepdims=True))


@dataclass(frozen=True)
class Output:
    """An output activation A = g(Z), and dZ from dA and A: g'(Z) is a function of A."""

    function: Callable[[Array], Array]
    delta: Callable[[Array, Array], Array]


OUTPUT: dict[str, Output] = {
    "sigmoid": Output(sigmoid, lambda dA, A: dA * (A * (1 - A))),
    "softmax": Output(softmax, softmax_delta),
    "identity": Output(identity, lambda dA, _: dA),
    "tanh": Output(tanh, lambda dA, A: dA * (1 - A * A)),
    "relu": Output(relu, lambda dA, A: dA * relu_derivative(A)),  # A > 0 where Z > 0
}
