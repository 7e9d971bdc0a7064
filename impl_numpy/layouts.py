"""How a trainer lays out its arrays: one network, or many of one shape.

In the notebook's layout a quantity of one network is a matrix (rows, columns): features by
examples, or outputs by inputs.  Many networks add an axis in front: (count, rows, columns); where
that axis has length 1, all networks share the quantity.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from impl_numpy.arrays import Array

Operation = Callable[[], object]  # a function and the buffers it works on, ready to be called


class Alone:
    """One network: a matrix is stored as it is, and a product is one call of the BLAS."""

    axis = 0  # of the rows
    in_blocks = True  # whether a few rows of a matrix lie together in memory

    def shape(self, rows: int, columns: int, count: int) -> tuple[int, ...]:  # noqa: ARG002
        """Return the shape of a stored quantity."""
        return rows, columns

    def stored(self, matrix: Array) -> Array:
        """Return a view in the layout of the store."""
        return matrix

    def shown(self, stored: Array) -> Array:
        """Return a view in the notebook's layout."""
        return stored

    def rows(self, stored: Array, begin: int, end: int) -> Array:
        """Return a view of some rows."""
        return stored[begin:end]

    def transposed(self, stored: Array) -> Array:
        """Return a view with rows and columns exchanged."""
        return stored.swapaxes(self.axis, self.axis + 1)

    def product(self, a: Array, b: Array, out: Array) -> Operation:
        """Return the operation out = a b.

        ndarray.dot takes 0.3 microseconds for the smallest matrices, where np.matmul takes 0.7.
        """
        return partial(a.dot, b, out)


class Stacked(Alone):
    """Many networks, one after the other in memory: a call of the BLAS for each."""

    axis = 1
    in_blocks = False

    def shape(self, rows: int, columns: int, count: int) -> tuple[int, ...]:
        """Return (count, rows, columns)."""
        return count, rows, columns

    def rows(self, stored: Array, begin: int, end: int) -> Array:
        """Return a view of some rows of every network."""
        return stored[:, begin:end]

    def product(self, a: Array, b: Array, out: Array) -> Operation:
        """Return the operation out = a b, network by network."""
        return partial(np.matmul, a, b, out)


class Interleaved(Alone):
    """Many small networks, the same element of all of them side by side: (rows, columns, count).

    A call of the BLAS costs more than the product of two small matrices.  Here the processor's
    vectors run over the networks, however small each is.
    """

    def shape(self, rows: int, columns: int, count: int) -> tuple[int, ...]:
        """Return (rows, columns, count)."""
        return rows, columns, count

    def stored(self, matrix: Array) -> Array:
        """Return a view with the networks last."""
        return np.moveaxis(matrix, 0, -1)

    def shown(self, stored: Array) -> Array:
        """Return a view with the networks first."""
        return np.moveaxis(stored, -1, 0)

    def product(self, a: Array, b: Array, out: Array) -> Operation:
        """Return the operation out[i, j, k] = sum_h a[i, h, k] b[h, j, k]."""
        return partial(np.einsum, "ihk,hjk->ijk", a, b, out=out)
