"""The activations a network may have: functions of Z, and derivatives told from Z or A."""

from collections.abc import Callable

import numpy as np

from backproof.trace import Array

SLOPE = 0.01  # of leaky_relu below 0


def sigmoid(Z: Array) -> Array:
    """Return 1 / (1 + exp(-Z))."""
    return 1 / (1 + np.exp(-Z))


def softmax(Z: Array) -> Array:
    """Return exp(Z_i) / sum_j exp(Z_j) over the classes, axis 0."""
    e = np.exp(Z - np.max(Z, axis=0))
    return e / np.sum(e, axis=0)


def softmax_over_everything(Z: Array) -> Array:
    """Return exp(Z) / sum exp(Z) over classes and examples: a mistake people make."""
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e)


def softmax_over_examples(Z: Array) -> Array:
    """Return exp(Z) / sum exp(Z) over the examples, axis 1: a mistake people make."""
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def relu(Z: Array) -> Array:
    """Return max(0, Z)."""
    return np.maximum(0, Z)


def leaky_relu(Z: Array) -> Array:
    """Return Z where Z > 0, else 0.01 Z."""
    return np.where(Z > 0, Z, SLOPE * Z)


def identity(Z: Array) -> Array:
    """Return Z."""
    return Z


Function = Callable[[Array], Array]
HIDDEN: dict[str, Function] = {
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "leaky_relu": leaky_relu,
}
OUTPUT: dict[str, Function] = {
    "sigmoid": sigmoid,
    "softmax": softmax,
    "identity": identity,
    "tanh": np.tanh,
    "relu": relu,
}
MISTAKEN_OUTPUT: dict[str, tuple[Function, ...]] = {
    "softmax": (softmax_over_everything, softmax_over_examples)
}


def derivative(name: str, Z: Array, A: Array) -> Array | float:
    """Return g'(Z) for the hidden or output activation g, element by element; not for softmax.

    It is told from A = g(Z) where that is possible, as the field does: a mistake in Z stays there.
    """
    if name == "sigmoid":
        return A * (1 - A)
    if name == "tanh":
        return 1 - A * A
    if name == "relu":
        return np.asarray(A > 0, dtype=np.float64)
    if name == "leaky_relu":
        return np.where(Z > 0, 1.0, SLOPE)
    return 1.0
