"""A stranger's network whose architecture is known: the material for the tests of identify.

It shares nothing with the judge; finite differences say that it is right.  A mistake is a
replaced step: one of linear, hidden, output, cost, delta, weight, bias, slope, update.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from backproof.architecture import Architecture, Observation
from backproof.case import Guard, Inputs
from backproof.trace import Array, Trace

BCE, CCE = "binary_cross_entropy", "categorical_cross_entropy"
MSE, SQUARED, HALF = "mean_squared_error", "squared_error", "half_squared_error"
HIDDEN = ("relu", "sigmoid", "tanh", "leaky_relu")
PAIRS = (
    ("sigmoid", (BCE, MSE, SQUARED, HALF)),
    ("softmax", (CCE, MSE, SQUARED, HALF)),
    ("identity", (MSE, SQUARED, HALF)),
    ("tanh", (MSE, SQUARED, HALF)),
    ("relu", (MSE, SQUARED, HALF)),
)
WIDTHS = (5, 4, 6, 3)  # n_x, then the hidden layers: all differ
Function = Callable[..., Any]


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


ACTIVATIONS: dict[str, tuple[Function, Function]] = {  # g(z), g'(z)
    "relu": (lambda z: z * (z > 0), lambda z: 1.0 * (z > 0)),
    "leaky_relu": (lambda z: np.maximum(z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "identity": (lambda z: z + 0, np.ones_like),
    "softmax": (softmax, np.ones_like),
}


@dataclass(frozen=True)
class Stranger:
    """over_outputs: a cross-entropy is divided by n_out too; scale: of the weights."""

    hidden: tuple[str, ...] = ("tanh",)
    output: str = "sigmoid"
    loss: str = BCE
    reduction: str = "mean"
    guard: Guard | None = None
    guarded_gradient: bool = False
    over_outputs: bool = False
    dtype: str = "float64"
    rate: float = 0.1
    bias: bool = True
    scale: float = 1.0
    steps: Mapping[str, Function] = field(default_factory=dict)

    def step(self, name: str) -> Function:
        return self.steps.get(name) or getattr(self, name)

    def inputs(self, n_out: int, m: int, seed: int) -> Inputs:
        rng = np.random.default_rng([seed, n_out, m])
        sizes = (*WIDTHS[: len(self.hidden) + 1], n_out)
        parameters: dict[str, Array] = {}
        for l in range(1, len(sizes)):
            parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1])) * self.scale
            parameters[f"b{l}"] = rng.normal(size=(sizes[l], 1)) * self.scale * self.bias
        parameters = {name: value.astype(self.dtype) for name, value in parameters.items()}
        X, Y = rng.normal(size=(sizes[0], m)), rng.normal(size=(n_out, m))
        if self.output in ("sigmoid", "softmax"):
            Y = np.eye(n_out)[:, rng.integers(n_out, size=m)]
        if self.loss == BCE or (self.output in ("sigmoid", "softmax") and n_out == 1):
            Y = 1.0 * (rng.random((n_out, m)) < 0.5)
        return Inputs(parameters, X.astype(self.dtype), Y.astype(self.dtype))

    # the steps

    def linear(self, W: Array, A: Array, b: Array) -> Array:
        return W @ A + b

    def cost(self, A: Array, Y: Array) -> Any:
        if self.loss in (MSE, SQUARED, HALF):
            return self.factor(*Y.shape) * np.sum((A - Y) ** 2)
        add, eps = self._guard()
        a, not_a = A + add, 1 - A + add
        if eps and not add:
            a = np.clip(A, eps, 1 - eps)
            not_a = 1 - a
        parts = np.where(Y > 0, Y * np.log(a), 0)
        if self.loss == BCE:
            parts = parts + np.where(Y < 1, (1 - Y) * np.log(not_a), 0)
        return -self.factor(*Y.shape) * np.sum(parts)

    def delta(self, Z: Array, A: Array, Y: Array) -> Array:
        """dJ/dZ of the last layer."""
        usual = (self.output, self.loss) in (("sigmoid", BCE), ("softmax", CCE))
        if usual and not self.guarded_gradient:
            return self.factor(*Y.shape) * (A - Y)
        dA = self._slope_of_cost(A, Y)
        if self.output == "softmax":
            return A * (dA - np.sum(dA * A, axis=0, keepdims=True))
        return dA * ACTIVATIONS[self.output][1](Z)

    def weight(self, d: Array, A: Mapping[int, Array], l: int) -> Array:
        return d @ A[l - 1].T

    def bias_gradient(self, d: Array, _: int) -> Array:
        return d.sum(axis=1, keepdims=True)

    def slope(self, name: str, Z: Array, _: Array) -> Array:
        return ACTIVATIONS[name][1](Z)

    def update(self, _: str, parameter: Array, gradient: Array) -> Array:
        return parameter - self.rate * gradient

    def factor(self, n_out: int, m: int) -> float:
        k = {MSE: 1 / n_out, HALF: 0.5}.get(self.loss, 1 / n_out if self.over_outputs else 1)
        return k / m if self.reduction == "mean" else k

    def _guard(self) -> tuple[float, float]:
        """What is added, and eps."""
        if self.guard is None:
            return 0.0, 0.0
        return (self.guard.eps if self.guard.kind == "add" else 0.0), self.guard.eps

    def _slope_of_cost(self, A: Array, Y: Array) -> Array:
        """dJ/dA, of the plain cost unless the gradient is guarded."""
        if self.loss in (MSE, SQUARED, HALF):
            return 2 * self.factor(*Y.shape) * (A - Y)
        add, eps = self._guard() if self.guarded_gradient else (0.0, 0.0)
        dA = -Y / (A + add)
        if self.loss == BCE:
            dA = dA + (1 - Y) / (1 - A + add)
        if eps and not add:
            dA = np.where(np.clip(A, eps, 1 - eps) == A, dA, 0)
        return self.factor(*Y.shape) * dA

    def trace(self, inputs: Inputs) -> Trace:
        with np.errstate(all="ignore"):
            return self._trace(inputs.parameters, inputs.X, inputs.Y)

    def _trace(self, P: Mapping[str, Array], X: Array, Y: Array) -> Trace:
        L = len(self.hidden) + 1
        A: dict[int, Array] = {0: X}
        t: dict[str, Any] = {}
        for l, name in enumerate((*self.hidden, self.output), 1):
            t[f"Z{l}"] = self.step("linear")(P[f"W{l}"], A[l - 1], P[f"b{l}"])
            g = self.steps.get("output" if l == L else "hidden", ACTIVATIONS[name][0])
            t[f"A{l}"] = A[l] = g(t[f"Z{l}"])
        t["cost"] = self.step("cost")(A[L], Y)
        d = self.step("delta")(t[f"Z{L}"], A[L], Y)
        for l in range(L, 0, -1):
            t[f"dW{l}"] = self.step("weight")(d, A, l)
            t[f"db{l}"] = self.step("bias_gradient")(d, l)
            if l > 1:
                below = self.step("slope")(self.hidden[l - 2], t[f"Z{l - 1}"], A[l - 1])
                d = P[f"W{l}"].T @ d * below
        for name, value in P.items():
            gradient = np.asarray(t[f"d{name}"])
            if gradient.shape in (value.shape, (), value.shape[:1]):  # else the file raises here
                t[name] = self.step("update")(name, value, gradient)
        kept = {k: v for k, v in t.items() if self.bias or k.lstrip("d")[0] != "b"}
        return {name: np.asarray(value, dtype=self.dtype) for name, value in kept.items()}

    # what the judge sees

    def observe(
        self,
        sizes: Iterable[tuple[int, int]],
        keep: Callable[[str], bool] = bool,
        rate_hidden: bool = False,
    ) -> list[Observation]:
        """One observation for each (n_out, m), of the arrays that are kept."""
        found = []
        for seed, (n_out, m) in enumerate(sizes):
            inputs = self.inputs(n_out, m, seed)
            trace = self.trace(inputs)
            if rate_hidden:
                for name, before in inputs.parameters.items():
                    if name in trace:
                        trace[f"d{name}"] = before - trace[name]
            trace = {name: value for name, value in trace.items() if keep(name)}
            parameters = {k: v.astype("float64") for k, v in inputs.parameters.items()}
            exact = Inputs(parameters, inputs.X.astype("float64"), inputs.Y.astype("float64"))
            found.append(Observation(exact, trace, None if rate_hidden else self.rate))
        return found

    def is_meant_by(self, found: Architecture) -> bool:
        mine = (self.hidden, self.output, self.loss, self.reduction)
        return (found.hidden, found.output, found.loss, found.reduction) == mine


@pytest.mark.parametrize(("output", "losses"), PAIRS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_stranger_is_right(hidden: str, output: str, losses: tuple[str, ...]) -> None:
    for loss in losses:
        guard = Guard("add", 0.01) if loss in (BCE, CCE) else None
        net = Stranger((hidden, hidden), output, loss, "sum", guard, guard is not None)
        inputs = net.inputs(3, 7, seed=5)
        trace = net.trace(inputs)
        for name in ("W1", "b2", "W3"):
            costs = []
            for h in (1e-6, -1e-6):
                moved = inputs.copy()
                moved.parameters[name][0, 0] += h
                costs.append(net.trace(moved)["cost"])
            numeric = (costs[0] - costs[1]) / 2e-6
            assert numeric == pytest.approx(trace[f"d{name}"][0, 0], rel=1e-5, abs=1e-7)
