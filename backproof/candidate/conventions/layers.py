"""Layers: which of a model's arrays are W1, b1, W2, b2, and how they lie."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any

import numpy as np

from backproof.candidate.conventions.names import is_bias, is_derived
from backproof.candidate.conventions.slots import Leaf, Path, get, leaves, put
from backproof.trace import Array

SEARCHED = 5  # layers up to which every order of the weights is tried


@dataclass(frozen=True)
class Layer:
    """Where the parameters of one layer live, and the shape in which its bias does.

    weight, bias  every way to the array: two where two names share it; bias is empty without one
    bias_shape    -1 stands for the number of units: (-1, 1), (1, -1), (-1,) or ()
    """

    weight: tuple[Path, ...]
    bias: tuple[Path, ...]
    bias_shape: tuple[int, ...]
    names: tuple[str, str]


@dataclass(frozen=True)
class Layers:
    """All layers of a model; transposed: weights are (n_in, n_out)."""

    layers: tuple[Layer, ...]
    transposed: bool

    @property
    def depth(self) -> int:
        """L."""
        return len(self.layers)

    @property
    def biased(self) -> bool:
        """Whether there is any bias."""
        return any(layer.bias for layer in self.layers)

    def paths(self) -> Iterator[tuple[str, tuple[Path, ...], str]]:
        """Yield W1 b1 W2 b2 ... with the ways to it and its name in the file."""
        for l, layer in enumerate(self.layers, 1):
            yield f"W{l}", layer.weight, layer.names[0]
            if layer.bias:
                yield f"b{l}", layer.bias, layer.names[1]

    def theirs(self, name: str, value: Array) -> Array:
        """Return W_l (n_out, n_in) or b_l (n_out, 1) as the file wants it: a copy."""
        if name[0] == "W":
            return np.array(value.T if self.transposed else value, order="C")
        return np.array(value).reshape(self.layers[int(name[1:]) - 1].bias_shape)

    def ours(self, name: str, value: Array, units: int) -> Array:
        """Return an array shaped like a parameter as W (n_out, n_in) or b (n_out, 1).

        A bias keeps the shape it has where adding it to the parameter would change that one's.
        """
        value = np.array(value)
        if name[0] == "W":
            return value.T.copy() if self.transposed and value.ndim == 2 else value
        shape = tuple(units if n < 0 else n for n in self.layers[int(name[1:]) - 1].bias_shape)
        try:
            harmless = np.broadcast_shapes(shape, value.shape) in (shape, (1, *shape))
        except ValueError:
            harmless = False
        return value.reshape(units, 1) if harmless and value.size == units else value

    def fill(self, root: Any, parameters: dict[str, Array]) -> Any:
        """Put our parameters into a model, in place where the shapes allow it."""
        for name, paths, _ in self.paths():
            root = _set(root, paths, self.theirs(name, parameters[name]))
        return root

    def read(self, root: Any) -> dict[str, Any]:
        """Return the parameters of a model as they lie there; those that are gone are left out."""
        found = {}
        for name, paths, _ in self.paths():
            try:
                found[name] = get(root, paths[0])
            except LookupError:
                continue
        return found


def _set(root: Any, paths: Sequence[Path], value: Array) -> Any:
    """Fill an array that several names may share; replace it under all of them if that fails."""
    old = get(root, paths[0])
    if isinstance(old, np.ndarray) and old.shape == value.shape and old.dtype == value.dtype:
        old[...] = value
        return root
    new: Any = value
    if isinstance(old, list):
        new = value.tolist()
    elif isinstance(old, np.ndarray) and old.dtype.kind == "f" and old.dtype != value.dtype:
        new = value.astype(old.dtype)
    elif isinstance(old, float | int) and value.size == 1:
        new = float(value.reshape(()))
    for path in paths:
        root = put(root, path, new)
    return root


def find_layers(root: Any, dims: Sequence[int] | None = None) -> Layers | None:
    """Return the layers of a model, from names and shapes; None where no chain of weights is there.

    dims  the sizes it was made with, if they are known: of one layer nothing else tells which of
          its two sizes is the input
    """
    shared: dict[int, list[Leaf]] = {}
    for leaf in leaves(root):
        if not is_derived(leaf.name):
            shared.setdefault(id(leaf.value), []).append(leaf)
    groups = [group for group in shared.values() if group[0].array.dtype.kind in "fiu"]
    weights = [g for g in groups if g[0].array.ndim == 2 and not is_bias(_kind(g[0]))]
    biases = [g for g in groups if is_bias(_kind(g[0])) and g[0].array.ndim <= 2]
    weights = [g for g in weights if _is_weight(_kind(g[0]))] or weights
    chain = _chain(weights, dims)
    if chain is None:
        return None
    ordered, transposed = chain
    units = [g[0].array.shape[1 if transposed else 0] for g in ordered]
    return Layers(tuple(_layers(ordered, units, biases)), transposed)


def _kind(leaf: Leaf) -> str:
    """Return the name that says what an array is: layers[0].W, self.b[1], params["b1"]."""
    return leaf.name


def _is_weight(name: str) -> bool:
    return bool(re.search(r"w|theta|synap|kernel|coef|matri|syn\d", name, re.IGNORECASE))


Group = list[Leaf]


def _chain(
    weights: list[Group], dims: Sequence[int] | None
) -> tuple[tuple[Group, ...], bool] | None:
    """Return the weights in order and whether they are (n_in, n_out)."""
    if not weights:
        return None
    orders: Iterator[tuple[Group, ...]] = iter([tuple(weights)])
    if 1 < len(weights) <= SEARCHED:
        orders = permutations(weights)
    chains = []
    for order in orders:
        shapes = [group[0].array.shape for group in order]
        fits = [t for t in (False, True) if all(_follows(a, b, t) for a, b in pairwise(shapes))]
        if dims is not None:
            made = [(a, b) for a, b in pairwise(dims)]
            known = [t for t in fits if [s if t else s[::-1] for s in shapes] == made]
            if known:
                return order, known[0]
        chains += [(order, fit) for fit in fits[:1]]
        if chains and dims is None:
            break
    return chains[0] if chains else None


def _follows(one: tuple[int, ...], other: tuple[int, ...], transposed: bool) -> bool:
    return one[1] == other[0] if transposed else one[0] == other[1]


def _layers(weights: Sequence[Group], units: list[int], biases: list[Group]) -> Iterator[Layer]:
    left = list(biases)
    forms = [_form(b[0].array.shape) for b in biases if b[0].array.size > 1]
    for group, n in zip(weights, units, strict=True):
        bias = next((b for b in left if b[0].array.size == n), None)
        if bias is None:
            yield Layer(_ways(group), (), (), (group[0].name, ""))
            continue
        left = [b for b in left if b is not bias]
        shape = bias[0].array.shape
        form = _form(shape) if len(shape) < 2 or n > 1 or not forms else forms[0]
        yield Layer(_ways(group), _ways(bias), form, (group[0].name, bias[0].name))


def _ways(group: Group) -> tuple[Path, ...]:
    return tuple(leaf.path for leaf in group)


def _form(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a bias with -1 for the number of units."""
    if len(shape) < 2:
        return (-1,) * len(shape)
    return (1, -1) if shape[0] == 1 and shape[1] != 1 else (-1, 1)
