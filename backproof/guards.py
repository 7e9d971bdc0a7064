"""Guards: what people put into a formula so that it neither overflows nor divides by 0.

A guard is one change of one number on its way: eps is added to it, or it is kept within bounds.
Where it stands is its place, so that there is one mechanism for all of them:

argument     Z before the exponentials of an activation     kept within [-eps, eps]
denominator  of an activation                               eps added
output       of an activation                               eps added, or kept away from 0 (and 1)
logarithm    a and 1 - a in the cost of a cross-entropy     the same
slope        a and 1 - a in the derivative of that cost     the same
derivative   of an activation                               eps added, or told from the plain one
gradient     every dW and db                                kept within [-eps, eps]
update       the same, but only on the way into the update: dW and db are shown as they were
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backproof.trace import Array

PLACES: dict[str, tuple[str, ...]] = {  # place -> kinds of guard that stand there
    "argument": ("bound",),
    "denominator": ("add",),
    "output": ("add", "clip", "floor"),
    "logarithm": ("add", "clip", "shift", "single", "floor"),
    "slope": ("add", "clip", "shift", "single", "quotient", "product", "delta"),
    "derivative": ("add", "plain"),
    "gradient": ("bound",),
    "update": ("bound",),
}
OF_LAYERS = ("argument", "denominator", "output", "derivative")
FORWARD = ("argument", "denominator", "output")  # places of a layer's activation
AXIS = 0  # of the classes


@dataclass(frozen=True)
class Guard:
    """One guard.

    kind   "add"    x + eps; of a and 1 - a, both
           "clip"   a kept within [eps, 1 - eps]
           "shift"  a + eps, so that 1 - a becomes 1 - a - eps
           "single" a + eps, but 1 - a as it is
           "floor"  a and 1 - a, each at least eps
           "quotient"  a kept within [eps, 1 - eps] in -y / a + (1 - y) / (1 - a)
           "product"  a (1 - a) + eps, the divisor of a - y in the derivative
           "delta"  a kept within [eps, 1 - eps] in dZ = a - y
           "plain"  the guard of this size that the activation has is not in its derivative
           "bound"  x kept within [-eps, eps]
    eps    its size
    place  a key of PLACES
    layer  of an activation or a derivative, from 1; 0 elsewhere
    form   of a denominator: which one, a key of DENOMINATORS[activation]
    """

    kind: str
    eps: float
    place: str = "logarithm"
    layer: int = 0
    form: str = ""


Denominator = Callable[[Array, Array], Array]


def _over_largest(Z: Array, A: Array, largest: Array) -> Array:
    """Return 1 / sum_j exp(Z_j - largest), from A = softmax(Z)."""
    top = np.max(Z, axis=AXIS, keepdims=True)
    return np.max(A, axis=AXIS, keepdims=True) * np.exp(largest - top)


DENOMINATORS: Mapping[str, Mapping[str, Denominator]] = {  # 1 / denominator, of Z and A = g(Z)
    "sigmoid": {
        "1 + exp(-z)": lambda _, A: A,
        "1 + exp(z)": lambda Z, _: 1 / (1 + np.exp(Z)),
    },
    "softmax": {
        "the sum of exp(z - max z)": lambda Z, A: _over_largest(
            Z, A, np.max(Z, axis=AXIS, keepdims=True)
        ),
        "the sum of exp(z)": lambda Z, A: _over_largest(Z, A, np.zeros(1)),
        "the sum of exp(z - max of all z)": lambda Z, A: _over_largest(Z, A, np.max(Z)),
        "the sum of the outputs": lambda _, A: np.ones_like(A),
    },
    "tanh": {
        "exp(z) + exp(-z)": lambda Z, _: 1 / (np.exp(Z) + np.exp(-Z)),
        "exp(2z) + 1": lambda Z, _: 1 / (np.exp(2 * Z) + 1),
    },
}


def shift(guards: Sequence[Guard], name: str, Z: Array, g: Callable[[Array], Array]) -> Array:
    """Return by how much the guards of one layer move its A = g(Z), (n, m).

    name  of the activation g; classes are on axis 0
    What is small is computed as such, and not as a difference of what is large.
    """
    A = plain = g(Z)
    moved = np.zeros_like(A)
    for guard in sorted(guards, key=lambda guard: FORWARD.index(guard.place)):
        if guard.place == "argument":
            Z = np.clip(Z, -guard.eps, guard.eps)
            A = g(Z)
            moved = A - plain
        elif guard.place == "denominator":
            part = guard.eps * DENOMINATORS[name][guard.form](Z, A)
            moved = moved - (plain + moved) * (part / (1 + part))
        elif guard.kind == "add":
            moved = moved + guard.eps
        else:
            low, _ = kept(guard.kind, guard.eps, plain + moved)
            moved = moved + (low - (plain + moved))
    return moved


def kept(kind: str, eps: float | Array, A: Array) -> tuple[Array, Array]:
    """Return a and 1 - a as a guard of probabilities leaves them, in the precision of A.

    eps  one number, or an array that broadcasts against A
    """
    above, ceiling = (np.asarray(number, dtype=A.dtype) for number in (eps, 1 - eps))
    if kind == "add":
        return A + above, 1 - A + above
    if kind == "shift":
        return A + above, 1 - (A + above)
    if kind == "single":
        return A + above, np.broadcast_to(1 - A, np.broadcast_shapes(A.shape, above.shape))
    if kind == "floor":
        return np.maximum(A, above), np.maximum(1 - A, above)
    low = np.minimum(np.maximum(A, above), ceiling)  # "clip", or what has such numbers in it
    return low, 1 - low


def of_layer(guards: Sequence[Guard], layer: int) -> tuple[Guard, ...]:
    """Return the guards of a layer's activation."""
    return tuple(guard for guard in guards if guard.place in FORWARD and guard.layer == layer)


def of_derivative(guards: Sequence[Guard], layer: int) -> tuple[bool, float]:
    """Return whether a layer's derivative is told from its plain activation, and what is added."""
    own = [g for g in guards if g.place == "derivative" and g.layer == layer]
    added = sum(guard.eps for guard in own if guard.kind == "add")
    return any(guard.kind == "plain" for guard in own), added


def at_place(guards: Sequence[Guard], place: str) -> Guard | None:
    """Return the guard at a place; None where there is none."""
    return next((guard for guard in guards if guard.place == place), None)


def size_at(guards: Sequence[Guard], place: str) -> float | None:
    """Return the size of the guard at a place; None where there is none."""
    guard = at_place(guards, place)
    return None if guard is None else guard.eps
