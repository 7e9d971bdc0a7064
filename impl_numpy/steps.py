"""The computation as named steps.  Replace one, `replace(STEPS, update=...)`, and the network
computes with it: that is how a known mistake is planted, and how one is recognised."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from impl_numpy.activations import HIDDEN, OUTPUT
from impl_numpy.arrays import Array
from impl_numpy.losses import cost, cost_derivative

__all__ = ["STEPS", "Steps", "replace"]

CANCELLING = {("sigmoid", "binary_cross_entropy"), ("softmax", "categorical_cross_entropy")}


def linear(W: Array, A_prev: Array, b: Array) -> Array:
    """Return Z, shape (n_out, m).

    Z[i, k] = sum_j W[i, j] A_prev[j, k] + b[i]

    W (n_out, n_in), A_prev (n_in, m), b (n_out, 1).  Source: notebook, Definition 3.7.3.
    """
    return W @ A_prev + b


def activation(Z: Array, g: Callable[[Array], Array]) -> Array:
    """Return A = g(Z), shape (n_out, m).  Source: notebook, Definition 3.7.3."""
    return g(Z)


def output_delta(AL: Array, Y: Array, output: str, loss: str) -> Array:
    """Return dZL = m dJ/dZL, shape (n_out, m), J averaged over the m examples.

    dZL = A - Y           sigmoid with binary, softmax with categorical cross-entropy: the
                          activation's derivative cancels against the cost's
    dZL[i] = sum_j dA[j] dA_j/dZ_i, dA = m dJ/dA, for any other pair: dA g'(Z) for one that works
                          element by element, the whole Jacobian for the softmax

    Source: notebook, Mathematical Intuition 3.7.10, step 1.
    """
    if (output, loss) in CANCELLING:
        return AL - Y
    return OUTPUT[output].delta(cost_derivative(AL, Y, loss), AL)


def propagated_delta(W_next: Array, dZ_next: Array) -> Array:
    """Return dA = m dJ/dA, shape (n_out, m), from the layer above.

    dA[j, k] = sum_i W_next[i, j] dZ_next[i, k]

    W_next (n_next, n_out), dZ_next (n_next, m).  Source: notebook, 3.7.10, step 2.
    """
    return W_next.T @ dZ_next


def activation_derivative(Z: Array, hidden: str) -> Array:
    """Return g'(Z), shape (n_out, m).  Source: notebook, 3.7.10, step 2."""
    return HIDDEN[hidden].derivative(Z)


def hidden_delta(dA: Array, derivative: Array) -> Array:
    """Return dZ = m dJ/dZ = dA g'(Z), element by element, shape (n_out, m)."""
    return dA * derivative


def weight_gradient(dZ: Array, A_prev: Array) -> Array:
    """Return dW = dJ/dW, shape (n_out, n_in).

    dW[i, j] = 1/m sum_k dZ[i, k] A_prev[j, k]

    dZ (n_out, m), A_prev (n_in, m).  Source: notebook, 3.7.10, step 3.
    """
    return (1 / dZ.shape[1]) * (dZ @ A_prev.T)


def bias_gradient(dZ: Array) -> Array:
    """Return db = dJ/db, shape (n_out, 1).

    db[i] = 1/m sum_k dZ[i, k]

    dZ (n_out, m).  Source: notebook, 3.7.10, step 3.
    """
    return (1 / dZ.shape[1]) * np.sum(dZ, axis=1, keepdims=True)


def update(parameter: Array, gradient: Array, learning_rate: float) -> Array:
    """Return the parameter after one step of gradient descent, its shape unchanged.

    W <- W - learning_rate dW.  Source: notebook, 3.7.11, step 5.
    """
    return parameter - float(learning_rate) * gradient


@dataclass(frozen=True)
class Steps:
    """One function for each step, in order of computation."""

    linear: Callable[[Array, Array, Array], Array] = linear
    activation: Callable[[Array, Callable[[Array], Array]], Array] = activation
    cost: Callable[[Array, Array, Array, str, str], np.floating] = cost
    output_delta: Callable[[Array, Array, str, str], Array] = output_delta
    propagated_delta: Callable[[Array, Array], Array] = propagated_delta
    activation_derivative: Callable[[Array, str], Array] = activation_derivative
    hidden_delta: Callable[[Array, Array], Array] = hidden_delta
    weight_gradient: Callable[[Array, Array], Array] = weight_gradient
    bias_gradient: Callable[[Array], Array] = bias_gradient
    update: Callable[[Array, Array, float], Array] = update


STEPS = Steps()
