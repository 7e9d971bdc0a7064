"""Ways to plant a mistake: one step replaced by a change of what it returns."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.mistakes.mistake import Plant
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps
from impl_numpy.steps import replace

Change = Callable[[Array, Array, Pass], Array]


def weights(change: Change) -> Plant:
    """Replace dW by change(dW, dZ, at)."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.weight_gradient
        return replace(steps, weight_gradient=lambda dZ, A: change(right(dZ, A), dZ, at))

    return plant


def biases(change: Change) -> Plant:
    """Replace db by change(db, dZ, at)."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.bias_gradient
        return replace(steps, bias_gradient=lambda dZ: change(right(dZ), dZ, at))

    return plant


def gradients(change: Change) -> Plant:
    """Replace dW and db by change of them, (dW, dZ, at) and (db, dZ, at)."""
    return lambda steps, at: biases(change)(weights(change)(steps, at), at)


def weight_gradient(of: Change) -> Plant:
    """Compute dW as of(dZ, A_prev, at), whatever it was."""
    return lambda steps, at: replace(steps, weight_gradient=lambda dZ, A: of(dZ, A, at))


def bias_gradient(of: Callable[[Array, Pass], Array]) -> Plant:
    """Compute db as of(dZ, at), whatever it was."""
    return lambda steps, at: replace(steps, bias_gradient=lambda dZ: of(dZ, at))


def linear(of: Callable[[Array, Array, Array, Pass], Array]) -> Plant:
    """Compute Z as of(W, A_prev, b, at)."""
    return lambda steps, at: replace(steps, linear=lambda W, A, b: of(W, A, b, at))


def activation(of: Callable[[Array, Callable[[Array], Array], Pass], Array]) -> Plant:
    """Compute A as of(Z, g, at)."""
    return lambda steps, at: replace(steps, activation=lambda Z, g: of(Z, g, at))


def derivative(of: Callable[[Array, str, Pass, Callable[[Array, str], Array]], Array]) -> Plant:
    """Compute g'(Z) as of(Z, name of g, at, right g')."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.activation_derivative
        return replace(steps, activation_derivative=lambda Z, g: of(Z, g, at, right))

    return plant


def hidden_delta(of: Callable[[Array, Array, Pass], Array]) -> Plant:
    """Compute dZ of a hidden layer as of(dA, g'(Z), at)."""
    return lambda steps, at: replace(steps, hidden_delta=lambda dA, g: of(dA, g, at))


def propagated(of: Callable[[Array, Array, Pass], Array]) -> Plant:
    """Compute dA as of(W_next, dZ_next, at)."""
    return lambda steps, at: replace(steps, propagated_delta=lambda W, dZ: of(W, dZ, at))


def output_delta(change: Callable[[Array, Array, Array, Pass], Array]) -> Plant:
    """Replace dZL by change(dZL, AL, Y, at)."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.output_delta
        return replace(steps, output_delta=lambda A, Y, o, j: change(right(A, Y, o, j), A, Y, at))

    return plant


def cost(change: Callable[[Any, Array, Array, Pass], Any]) -> Plant:
    """Replace the cost J by change(J, AL, Y, at), J averaged over the examples."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.cost

        def wrong(Z: Array, A: Array, Y: Array, output: str, loss: str) -> np.floating:
            return change(right(Z, A, Y, output, loss), A, Y, at)

        return replace(steps, cost=wrong)

    return plant


def rate(change: Callable[[float, Pass], float]) -> Plant:
    """Update with change(learning rate, at)."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.update
        return replace(steps, update=lambda p, d, lr: right(p, d, change(lr, at)))

    return plant


def frozen(where: Callable[[Pass], bool]) -> Plant:
    """Leave a parameter as it is where `where(at)` says so."""

    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.update
        return replace(steps, update=lambda p, d, lr: p if where(at) else right(p, d, lr))

    return plant


def update(of: Callable[[Array, Array, float, Pass], Array]) -> Plant:
    """Compute the updated parameter as of(parameter, gradient, learning rate, at)."""
    return lambda steps, at: replace(steps, update=lambda p, d, lr: of(p, d, lr, at))
