"""Layouts: how a file wants its data and labels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backproof.exchange import Problem
from backproof.trace import Array

WORDS = {"columns": "features first", "rows": "examples first", "flat": "one example, 1-D"}


@dataclass(frozen=True)
class Layout:
    """data: "columns" (n, m), "rows" (m, n) or "flat" (n,) for one example.

    labels: "arrays" like the data, "vector" (m,), "integers" (m,), "row of integers" (1, m) or
    "column of integers" (m, 1)
    beyond: added to integers, so that they are no classes of the network any more
    """

    data: str
    labels: str = "arrays"
    beyond: int = 0

    def data_of(self, problem: Problem) -> Array:
        """Return the data as the file wants it: a copy."""
        return self._laid(problem.X)

    def labels_of(self, problem: Problem) -> Array:
        """Return the labels as the file wants them: a copy."""
        if self.labels == "arrays":
            return self._laid(problem.Y)
        if self.labels == "vector":
            return problem.Y.reshape(-1).copy()
        one = problem.Y.shape[0] == 1
        classes = problem.Y[0].astype(int) if one else problem.Y.argmax(axis=0)
        classes = classes + self.beyond
        if self.labels == "row of integers":
            return classes[None]
        return classes[:, None] if self.labels == "column of integers" else classes

    def _laid(self, array: Array) -> Array:
        if self.data == "columns":
            return array.copy()
        return array.T.copy() if self.data == "rows" else array[:, 0].copy()

    def ours(self, array: Array, units: int, m: int) -> Array | None:
        """Return an array of a layer as (units, m), whichever way it lies; None if it is none.

        All sizes differ, so that (m, units) cannot be taken for (units, m).
        """
        if array.ndim > 2 or array.size != units * m:
            return None
        if array.shape == (units, m):
            return array.copy()
        if array.shape == (m, units):
            return array.T.copy()
        return array.reshape(units, m).copy() if 1 in (units, m) and array.ndim == 1 else None

    def words(self, m: int) -> str:
        """Say it in the field's terms."""
        if m == 1:
            form = {"columns": "a column", "rows": "a row", "flat": "1-D"}[self.data]
            text = f"one example at a time, {form}"
        else:
            text = WORDS[self.data]
        return text + ("; integer labels" if "integers" in self.labels else "")


def data_layouts(m: int) -> Iterator[str]:
    """Yield the layouts that data may have."""
    yield from ("columns", "rows")
    if m == 1:
        yield "flat"


def label_layouts(n_out: int, m: int) -> Iterator[str]:
    """Yield the layouts that labels may have."""
    yield "arrays"
    if n_out == 1 and m > 1:
        yield "vector"
    if n_out > 1:
        yield from ("integers", "row of integers", "column of integers")


def same(one: Array, other: Array, tolerance: float = 1e-6) -> bool:
    """Return whether two arrays are the same numbers but for rounding."""
    if one.shape != other.shape:
        return False
    scale = float(np.abs(other).max(initial=0.0))
    difference = float(np.abs(one - other).max(initial=0.0))
    return difference <= tolerance * max(scale, 1e-30)
