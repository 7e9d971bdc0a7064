"""Inputs whose pre-activations, or data, lie close to thresholds, on both sides of each."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from backproof.case import Inputs
from backproof.own.trials import short
from backproof.trace import Array

Change = Callable[[Inputs, np.random.Generator], Inputs]
SIDES = (1 - 1e-3, 1 + 1e-3, -(1 - 1e-3), -(1 + 1e-3))  # of a threshold, and of its negative
SMALL = 10.0 ** np.arange(-6, 1)  # close to a kink at 0, and less so
LARGE = np.array([30.0, 100.0, 300.0, 1000.0])
MOST = 24  # constants of a file


def constants_of(tree: ast.AST) -> tuple[float, ...]:
    """Return the numbers in a file that may be thresholds or sizes, those of comparisons first."""
    compared = [
        n for node in ast.walk(tree) if isinstance(node, ast.Compare) for n in ast.walk(node)
    ]
    return _usable(n.value for n in (*compared, *ast.walk(tree)) if isinstance(n, ast.Constant))


def constants_among(namespace: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the numbers in the functions and methods among live objects."""
    parts = [part for value in namespace.values() for part in (value, *_methods(value))]
    codes = [part.__code__ for part in parts if isinstance(part, FunctionType)]
    return _usable(value for code in codes for value in code.co_consts)


def _methods(value: Any) -> list[Any]:
    return list(vars(value).values()) if isinstance(value, type) else []


def _usable(values: Iterable[Any]) -> tuple[float, ...]:
    numbers = (v for v in values if isinstance(v, int | float) and 1e-9 < abs(v) < 1e9)
    found = dict.fromkeys(float(number) for number in numbers if number not in (1, 2))
    return tuple(found)[:MOST]


def at_thresholds(constants: Sequence[float]) -> Change:
    """Return what puts Z1 on both sides of 0 and of constants, from very close to less so."""
    return _with_pre_activations(np.concatenate([_sides(constants), SMALL, -SMALL]))


def far_away(constants: Sequence[float]) -> Change:
    """Return what puts Z1 on both sides of large constants, and at large numbers."""
    return _with_pre_activations(np.concatenate([_sides(constants), LARGE, -LARGE]))


def with_data_at(constants: Sequence[float]) -> Change:
    """Return what puts the data on both sides of constants; the weights make up for their size."""

    def change(inputs: Inputs, rng: np.random.Generator) -> Inputs:
        X = short(rng.choice(_sides(constants), size=inputs.X.shape))
        W = inputs.parameters["W1"] / max(1.0, float(np.abs(X).max()))
        return Inputs({**inputs.parameters, "W1": short(W)}, X, inputs.Y)

    return change


def _sides(constants: Sequence[float]) -> Array:
    return np.array([side * c for c in constants for side in SIDES])


def _with_pre_activations(wanted: Array) -> Change:
    """Return what makes Z1 of the wanted numbers: all of them, as often as there is room."""

    def change(inputs: Inputs, rng: np.random.Generator) -> Inputs:
        """Solve W1 X + b1 = Z1 for X; more inputs than units, so that there is a solution."""
        n_1, m = inputs.parameters["W1"].shape[0], inputs.X.shape[1]
        there = wanted if "W2" in inputs.parameters else wanted[np.abs(wanted) < 3]
        if m > 1:
            m = max(m, -(-len(there) // n_1) + 1)
        Z = rng.permutation(np.resize(there, n_1 * m)).reshape(n_1, m)
        n_x = n_1 + 1 if n_1 + 1 != m else n_1 + 2
        W = short(rng.normal(size=(n_1, n_x)) / np.sqrt(n_x))
        X = np.linalg.lstsq(W, Z - inputs.parameters["b1"], rcond=None)[0]
        Y = inputs.Y[:, np.arange(m) % inputs.Y.shape[1]]
        return Inputs({**inputs.parameters, "W1": W}, short(X), Y)

    return change
