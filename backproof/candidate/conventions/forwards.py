"""The forward pass in what a file leaves behind: which array is Z1, A1, ..., and the output."""

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from backproof.candidate.conventions.layout import Layout, same
from backproof.candidate.conventions.slots import Leaf
from backproof.exchange import Problem
from backproof.trace import Array

Function = Callable[[Array], Array]


def _sigmoid(Z: Array) -> Array:
    return 1 / (1 + np.exp(-Z))


def _softmax(Z: Array) -> Array:
    e = np.exp(Z - Z.max(axis=0))
    return e / e.sum(axis=0)


ACTIVATIONS: tuple[Function, ...] = (
    lambda Z: np.maximum(Z, 0),
    _sigmoid,
    np.tanh,
    _softmax,
    lambda Z: np.where(Z > 0, Z, 0.01 * Z),
)


def label(
    found: Sequence[Leaf], problem: Problem, layout: Layout
) -> tuple[dict[str, Array], dict[int, str]]:
    """Return {"Z1", "A1", ...} as (n_l, m), and the names by the id of the file's own array.

    An array is Z_l because it equals W_l A_{l-1} + b_l, A_l because it is an activation of that;
    only where no array does so is its name in the file believed.
    """
    m = problem.X.shape[1]
    trace: dict[str, Array] = {}
    ids: dict[int, str] = {}
    previous: Array | None = problem.X
    L = len(problem.layer_dims) - 1
    for l in range(1, L + 1):
        units = problem.layer_dims[l]
        here = _fitting(found, units, m, layout)
        here = [(leaf, array) for leaf, array in here if id(leaf.value) not in ids]
        Z = None
        if previous is not None:
            Z = problem.parameters[f"W{l}"] @ previous + problem.parameters[f"b{l}"]
            _take(f"Z{l}", _nearest_first(here, [Z]), trace, ids)
        Z_own = trace.get(f"Z{l}", Z)
        here = [p for p in here if id(p[0].value) not in ids]
        if Z_own is not None:
            with np.errstate(all="ignore"):
                known = [g(Z_own) for g in ACTIVATIONS]
            _take(f"A{l}", _nearest_first(here, known), trace, ids)
        here = [p for p in here if id(p[0].value) not in ids]
        if f"Z{l}" not in trace and f"A{l}" not in trace:
            _take(f"Z{l}", [p for p in here if _named(p[0].name, "z", l)], trace, ids)
            here = [p for p in here if id(p[0].value) not in ids]
        if f"A{l}" not in trace:
            named = [p for p in here if _named(p[0].name, "aoh", l)]
            _take(f"A{l}", named or (here if len(here) == 1 else []), trace, ids)
        previous = trace.get(f"A{l}")
    return trace, ids


def _close(one: Array, other: Array) -> bool:
    return same(one, other, 1e-4 if one.dtype == np.float32 else 1e-6)


def _nearest_first(
    pairs: Sequence[tuple[Leaf, Array]], known: Sequence[Array]
) -> list[tuple[Leaf, Array]]:
    """Return the arrays that are close to one that is known: small tanh(Z) is close to Z too."""
    near = [pair for pair in pairs if any(_close(pair[1], array) for array in known)]
    return sorted(near, key=lambda pair: min(float(np.abs(pair[1] - a).max()) for a in known))


def _fitting(found: Iterable[Leaf], units: int, m: int, layout: Layout) -> list[tuple[Leaf, Array]]:
    pairs = []
    for leaf in found:
        array = layout.ours(leaf.array, units, m)
        if array is not None and array.dtype.kind == "f":
            pairs.append((leaf, array))
    return pairs


def _take(
    name: str, pairs: list[tuple[Leaf, Array]], trace: dict[str, Array], ids: dict[int, str]
) -> None:
    if pairs:
        trace[name] = pairs[0][1]
        for leaf, array in pairs:
            if array is pairs[0][1] or np.array_equal(array, pairs[0][1]):
                ids[id(leaf.value)] = name


def _named(name: str, letters: str, layer: int) -> bool:
    return bool(re.fullmatch(rf"_*[{letters}][a-z]*_?{layer}", name, re.IGNORECASE))
