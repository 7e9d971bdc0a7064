"""The losses a network may have.  Each is a coefficient times one of three totals T:

binary       T = -sum [ y log(a) + (1 - y) log(1 - a) ]
categorical  T = -sum y log(a)
squared      T =  sum (a - y)^2              sums over all outputs and all examples
"""

from dataclasses import dataclass

import numpy as np

from backproof.architecture.activations import derivative
from backproof.guards import Guard, kept
from backproof.trace import Array

FAMILY = {
    "binary_cross_entropy": "binary",
    "categorical_cross_entropy": "categorical",
    "mean_squared_error": "squared",
    "squared_error": "squared",
    "half_squared_error": "squared",
}
USUAL = {  # the losses that go with an output, the usual one first
    "sigmoid": (
        "binary_cross_entropy",
        "half_squared_error",
        "mean_squared_error",
        "squared_error",
    ),
    "softmax": (
        "categorical_cross_entropy",
        "half_squared_error",
        "mean_squared_error",
        "squared_error",
    ),
}
USUAL_ELSE = ("mean_squared_error", "half_squared_error", "squared_error")
TINY = 1e-30
CROSSED = {"sigmoid": "categorical_cross_entropy", "softmax": "binary_cross_entropy"}


@dataclass(frozen=True)
class Loss:
    """One loss, and how outputs and examples are put together."""

    name: str
    reduction: str = "mean"
    mean_of_outputs: bool = False

    @property
    def family(self) -> str:
        """Which total it is a multiple of."""
        return FAMILY[self.name]

    def coefficient(self, n_out: int, m: int) -> float:
        """Return the number that makes the cost of the total, and the gradient of the total's."""
        over_outputs = self.mean_of_outputs or self.name == "mean_squared_error"
        half = 0.5 if self.name == "half_squared_error" else 1.0
        return half / ((n_out if over_outputs else 1) * (m if self.reduction == "mean" else 1))


def losses_of(output: str) -> list[Loss]:
    """Return the sensible losses of an output activation, the likeliest first."""
    names = USUAL.get(output, USUAL_ELSE)
    plain = [Loss(name, reduction) for name in names for reduction in ("mean", "sum")]
    return plain + [Loss(names[0], r, True) for r in ("mean", "sum") if output in CROSSED]


def crossed_losses_of(output: str) -> list[Loss]:
    """Return the cross-entropy that belongs to the other output, rarely meant."""
    return [Loss(CROSSED[output], r) for r in ("mean", "sum") if output in CROSSED]


def total(family: str, A: Array, Y: Array) -> float:
    """Return T; A and Y are (n_out, m).  0 log(0) counts as 0."""
    if family == "squared":
        return float(np.sum((A - Y) ** 2))
    return float(np.sum(terms(family, Y, np.log(A), np.log(1 - A))))


def terms(family: str, Y: Array, log_a: Array, log_not_a: Array) -> Array:
    """Return the summands of a cross-entropy's T, shaped like the logarithms."""
    first = np.where(Y == 0, 0.0, -Y * log_a)
    return first if family == "categorical" else first - np.where(Y == 1, 0.0, (1 - Y) * log_not_a)


def noise(family: str, A: Array, Y: Array, roundoff: float) -> float:
    """Return about how far rounding moves T: its summands' errors, added as variances.  Finite."""
    if family == "squared":
        parts = (A - Y) ** 2
        return roundoff * (4 * float(np.sqrt(np.sum(parts**2))) + 2 * float(np.sum(parts)))
    parts = terms(family, Y, np.log(np.maximum(A, TINY)), np.log(np.maximum(1 - A, TINY)))
    weight = 1.0 if family == "binary" else Y
    spread = np.sqrt(np.sum(2 * parts**2 + (weight * np.ones_like(A)) ** 2))
    return roundoff * float(spread + 2 * np.abs(np.sum(parts)))


def output_delta(family: str, output: str, Z: Array, A: Array, Y: Array) -> Array:
    """Return dT/dZ_L, shape (n_out, m), from the network's own last Z and A.

    A - Y stands for softmax with categorical cross-entropy, as everybody writes it: true where
    the labels of an example sum to 1.
    """
    if (output, family) in (("sigmoid", "binary"), ("softmax", "categorical")):
        return A - Y
    return through_output(output, Z, A, _slope(family, A, Y, A, 1 - A))


def guarded_delta(family: str, output: str, guard: Guard, Z: Array, A: Array, Y: Array) -> Array:
    """Return dT/dZ_L of the guarded total: dA = -Y / a + (1 - Y) / b, where a and b are what the
    guard makes of A and 1 - A; 0 where a clip changes A."""
    if guard.kind == "product":
        return through_output(output, Z, A, (A - Y) / (A * (1 - A) + guard.eps))
    if guard.kind == "delta":
        return kept("clip", guard.eps, A)[0] - Y
    low, high = kept(guard.kind, guard.eps, A)
    slope = _slope(family, A, Y, low, high)
    if guard.kind == "clip":
        slope = np.where((guard.eps < A) & (guard.eps < 1 - A), slope, 0.0)
    return through_output(output, Z, A, slope)


def through_output(output: str, Z: Array, A: Array, dA: Array) -> Array:
    """Return dT/dZ_L from dT/dA_L."""
    if output == "softmax":
        return A * (dA - np.sum(A * dA, axis=0))
    return dA * derivative(output, Z, A)


def _slope(family: str, A: Array, Y: Array, a: Array, not_a: Array) -> Array:
    """Return dT/dA, with a and 1 - a as they stand in the denominators."""
    if family == "squared":
        return 2 * (A - Y)
    first = np.where(Y == 0, 0.0, -Y / a)
    return first if family == "categorical" else first + np.where(Y == 1, 0.0, (1 - Y) / not_a)
