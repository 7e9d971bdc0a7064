"""Where a computation stands: what a step cannot see by itself, and a mistake has to know.

A step is a function of its arrays alone.  `watched` lets a Pass look over its shoulder: in which
layer it is called, and what the layers before it computed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backproof.trace import Array
from impl_numpy import Steps


@dataclass
class Pass:
    """One run, seen from inside; the runner calls begin() before every iteration.

    depth, hidden, output, loss, reduction, rate  of the case
    X, Y, parameters  what the iteration starts from
    iteration         from 1
    layer, kind       of the step that runs; "W" or "b" in an update
    Z, A, grads       what is done: Z[l], A[l] (A[0] is X), grads["dW1"]
    memory            what a mistake keeps from one iteration to the next
    """

    depth: int
    hidden: tuple[str, ...]
    output: str
    loss: str
    reduction: str
    rate: float
    X: Array
    Y: Array
    parameters: dict[str, Array] = field(default_factory=dict)
    iteration: int = 0
    layer: int = 0
    kind: str = ""
    updates: int = 0
    Z: dict[int, Array] = field(default_factory=dict)
    A: dict[int, Array] = field(default_factory=dict)
    grads: dict[str, Array] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.Y.shape[1])

    @property
    def is_last(self) -> bool:
        """Whether the step runs in the last layer."""
        return self.layer == self.depth

    @property
    def name(self) -> str:
        """The parameter that is updated: "W1"."""
        return f"{self.kind}{self.layer}"

    def begin(self, parameters: dict[str, Array]) -> None:
        """Note that an iteration starts from these parameters."""
        self.parameters = parameters
        self.iteration += 1
        self.layer = self.updates = 0
        self.Z, self.A, self.grads = {}, {0: self.X}, {}


def watched(steps: Steps, at: Pass) -> Steps:
    """Return the steps, each telling `at` where it is before it computes, and what came out."""

    def linear(W: Array, A_prev: Array, b: Array) -> Array:
        at.layer += 1
        at.Z[at.layer] = steps.linear(W, A_prev, b)
        return at.Z[at.layer]

    def activation(Z: Array, g: Callable[[Array], Array]) -> Array:
        at.A[at.layer] = steps.activation(Z, g)
        return at.A[at.layer]

    def output_delta(AL: Array, Y: Array, output: str, loss: str) -> Array:
        at.layer = at.depth
        return steps.output_delta(AL, Y, output, loss)

    def propagated_delta(W_next: Array, dZ_next: Array) -> Array:
        at.layer -= 1
        return steps.propagated_delta(W_next, dZ_next)

    def weight_gradient(dZ: Array, A_prev: Array) -> Array:
        at.grads[f"dW{at.layer}"] = steps.weight_gradient(dZ, A_prev)
        return at.grads[f"dW{at.layer}"]

    def bias_gradient(dZ: Array) -> Array:
        at.grads[f"db{at.layer}"] = steps.bias_gradient(dZ)
        return at.grads[f"db{at.layer}"]

    def update(parameter: Array, gradient: Array, learning_rate: float) -> Array:
        at.layer, at.kind = at.updates // 2 + 1, "Wb"[at.updates % 2]
        at.updates += 1
        return steps.update(parameter, gradient, learning_rate)

    def cost(ZL: Array, AL: Array, Y: Array, output: str, loss: str) -> np.floating:
        return steps.cost(ZL, AL, Y, output, loss)

    return Steps(
        linear=linear,
        activation=activation,
        cost=cost,
        output_delta=output_delta,
        propagated_delta=propagated_delta,
        activation_derivative=steps.activation_derivative,
        hidden_delta=steps.hidden_delta,
        weight_gradient=weight_gradient,
        bias_gradient=bias_gradient,
        update=update,
    )
