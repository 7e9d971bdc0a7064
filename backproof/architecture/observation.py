"""What a candidate computed with known arrays, and what of it can be used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.case import Inputs
from backproof.trace import Array, Trace

ROUNDOFF = 2.0**-53
ROUNDOFF_SINGLE = 2.0**-24
BLURRED = 1000.0  # a gradient less than this above its rounding errors tells nothing


@dataclass(frozen=True)
class Observation:
    """What a candidate computed with known arrays.

    inputs         parameters W_l (n_l, n_{l-1}), b_l (n_l, 1), X (n_x, m), Y (n_out, m), exact;
                   b_l is zero where the network has no bias
    trace          any of Z1 A1 ... ZL AL cost dWL dbL ... dW1 db1, updated W1 b1 ...
    learning_rate  with which it updated; None: hidden in the file, and then dW and db are
                   before - after, undivided
    """

    inputs: Inputs
    trace: Trace
    learning_rate: float | None


@dataclass(frozen=True)
class Sight:
    """The usable part of one observation: finite, in float64, of the right shape.

    W, b       W[l] and b[l] of layer l, from 1
    A, Z       what was shown, by layer; A[0] is X
    cost       None where none was shown
    gradients  "dWl", "dbl": shown, or from the updated parameters; well above its rounding
    blur       by how much a gradient may be off, being a difference of rounded parameters
    single     computed in float32
    """

    W: dict[int, Array]
    b: dict[int, Array]
    Y: Array
    Z: dict[int, Array]
    A: dict[int, Array]
    cost: float | None
    gradients: dict[str, Array]
    blur: dict[str, float]
    single: bool

    @property
    def depth(self) -> int:
        """L."""
        return len(self.W)

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.Y.shape[1])

    @property
    def n_out(self) -> int:
        """The number of outputs."""
        return int(self.Y.shape[0])

    @property
    def roundoff(self) -> float:
        """The unit roundoff u of the candidate's precision."""
        return ROUNDOFF_SINGLE if self.single else ROUNDOFF

    @property
    def tolerance(self) -> float:
        """How far numbers may be apart that are the same, relative to the largest element."""
        return 1e-4 if self.single else 1e-9

    def linear(self, layer: int, A_prev: Array) -> Array:
        """Return Z_l = W_l A_{l-1} + b_l, shape (n_l, m)."""
        return self.W[layer] @ A_prev + self.b[layer]


def sights(observations: Iterable[Observation]) -> list[Sight]:
    """Return what can be used of the observations: all of one depth, that of the first one."""
    seen = [sight for sight in map(_sight, observations) if sight is not None]
    return [sight for sight in seen if sight.depth == seen[0].depth]


def _sight(observation: Observation) -> Sight | None:
    inputs, trace = observation.inputs, observation.trace
    X, Y = numbers(inputs.X), numbers(inputs.Y)
    if X is None or Y is None or X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        return None
    W, b = _parameters(inputs.parameters, X.shape[0])
    if not W or W[len(W)].shape[0] != Y.shape[0] or X.shape[1] == 0:
        return None
    A: dict[int, Array] = {0: X}
    Z: dict[int, Array] = {}
    for l, W_l in W.items():
        for kind, where in (("Z", Z), ("A", A)):
            value = _shaped(trace.get(f"{kind}{l}"), (W_l.shape[0], X.shape[1]))
            if value is not None:
                where[l] = value
    cost = _shaped(trace.get("cost"), ())
    single = _is_single([trace.get(f"{kind}{l}") for l in W for kind in "AZ"], trace)
    roundoff = ROUNDOFF_SINGLE if single else ROUNDOFF
    gradients, blur = _gradients(W, b, trace, observation.learning_rate, roundoff)
    return Sight(W, b, Y, Z, A, None if cost is None else float(cost), gradients, blur, single)


def _parameters(given: Mapping[str, Array], n_x: int) -> tuple[dict[int, Array], dict[int, Array]]:
    W: dict[int, Array] = {}
    b: dict[int, Array] = {}
    while (value := numbers(given.get(f"W{len(W) + 1}"))) is not None:
        l = len(W) + 1
        if value.ndim != 2 or value.shape[1] != (W[l - 1].shape[0] if W else n_x):
            return {}, {}
        W[l] = value
        bias = _shaped(given.get(f"b{l}"), (value.shape[0], 1))
        b[l] = np.zeros((value.shape[0], 1)) if bias is None else bias
    return W, b


def _gradients(
    W: dict[int, Array], b: dict[int, Array], trace: Trace, rate: Any, roundoff: float
) -> tuple[dict[str, Array], dict[str, float]]:
    """Return the gradients shown, else (before - after) / rate, and how far each may be off."""
    known = isinstance(rate, int | float) and np.isfinite(rate) and rate > 0
    divisor = float(rate) if known else 1.0
    gradients: dict[str, Array] = {}
    blurs: dict[str, float] = {}
    for name, before in [(f"{kind}{l}", p[l]) for l in W for kind, p in (("W", W), ("b", b))]:
        gradient = _shaped(trace.get(f"d{name}"), before.shape)
        if gradient is None and (after := _shaped(trace.get(name), before.shape)) is not None:
            gradient = (before - after) / divisor
        if gradient is None or not np.isfinite(gradient).all():
            continue
        blur = 2 * roundoff * float(np.max(np.abs(before))) / divisor
        if np.max(np.abs(gradient)) > BLURRED * blur:
            gradients[f"d{name}"], blurs[f"d{name}"] = gradient, blur
    return gradients, blurs


def numbers(value: Any) -> Array | None:
    """Return the value as a finite float64 array with elements, or None."""
    if value is None:
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "fiub" or array.size == 0:
            return None
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        return None
    return array if np.isfinite(array).all() else None


def _shaped(value: Any, shape: tuple[int, ...]) -> Array | None:
    """Return the numbers in this shape: (n,) and (1, n) pass for (n, 1); None if they do not."""
    array = numbers(value)
    if array is None or array.shape == shape:
        return array
    squeezed = tuple(n for n in shape if n != 1)
    return array.reshape(shape) if np.squeeze(array).shape == squeezed else None


def _is_single(values: list[Any], trace: Trace) -> bool:
    """Tell whether anything is of float32, or every A and Z holds but what float32 can hold."""
    if any(getattr(value, "dtype", None) in (np.float32, np.float16) for value in trace.values()):
        return True
    arrays = [array for array in map(numbers, values) if array is not None]
    rounded = [np.array_equal(array, array.astype(np.float32)) for array in arrays]
    telling = any(not np.array_equal(array, array.astype(np.float16)) for array in arrays)
    return telling and all(rounded)
