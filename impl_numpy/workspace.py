"""The memory of a trainer: every array of a training step, made once.

A layer's weight and bias are one matrix, (n_in + 1, n_out): W^T, and b as its last row.  Every
activation has a last row of ones, so that W A + b is one product, and so is (dW, db).  The matrices
of all layers lie in one vector, last layer first; their gradients in another.

What a training step needs no longer is overwritten:

* A takes the place of Z, and of A a derivative and then dZ, layer by layer;
* W^T dZ is first written to where the gradients of this layer and of those below it will be.

So the memory is that of parameters, gradients and activations, and SPARE of it: a row of ones for
each layer, the output delta, and scratch of as many rows as that leaves, where the gradients are
too small to lend it.  keep=True has a buffer for every array instead, for whoever wants to look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from impl_numpy.arrays import Array, Parameters, as_precise_as, depth
from impl_numpy.layouts import Alone

SPARE = 0.05  # of the memory, beyond parameters, gradients and activations
FEW_ROWS = 6  # of a layer at a time: fewer, and the products lose more than the memory is worth
SMALL = 1024  # elements of a layer that is always done at a time


@dataclass(frozen=True)
class Block:
    """Some rows of a layer, and scratch of their size."""

    begin: int
    end: int
    scratch: Array


class Workspace:
    """The buffers of one network, or of `count` networks of one shape.

    n               layer sizes, n_x first
    flat_parameters, flat_gradients  one vector each
    layers, gradients  by number of layer: (n_in + 1, n_out), views of the vectors
    inputs          by number of layer, 0 for the data: activations with their row of ones
    Z, A, D         by number of layer: (n_out, m); D_l receives dZ_l
    Y               labels, (n_out, m): not copied where precision and order fit
    """

    def __init__(
        self,
        layout: Alone,
        X: Array,
        Y: Array,
        parameters: Parameters,
        of_logits: bool,
        keep: bool = False,
    ) -> None:
        """Make the buffers and fill in data and parameters, all in the notebook's layout.

        of_logits  whether the cost is a function of Z_L rather than of A_L, which is then free
        """
        self.layout, self.m = layout, X.shape[-1]
        W1 = parameters["W1"]
        self.dtype, self.count = W1.dtype, W1.shape[0] if W1.ndim == 3 else 1
        self.depth = depth(parameters)
        weights = [parameters[f"W{l}"] for l in range(1, self.depth + 1)]
        self.n = [X.shape[-2], *(W.shape[-2] for W in weights)]
        self._make_vectors()
        self._make_activations(X, keep, of_logits)
        self.Y = np.ascontiguousarray(layout.stored(as_precise_as(Y, W1)))
        for name, shown in self.shown_matrices(self.layers).items():
            shown[...] = parameters[name]

    def _make_vectors(self) -> None:
        numbers = range(self.depth, 0, -1)
        sizes = [(self.n[l - 1] + 1) * self.n[l] * self.count for l in numbers]
        begins = dict(zip(numbers, np.cumsum([0, *sizes]), strict=False))
        total = sum(sizes)
        spare = self._spare(total)
        lends = {l: total - begins[l] for l in range(1, self.depth)}
        beyond = [self._scratch_size(l, lends[l] + spare) - lends[l] for l in lends]
        lent = np.zeros(total + max([0, *beyond]), self.dtype)
        self.flat_parameters, self.flat_gradients = np.zeros(total, self.dtype), lent[:total]
        self.layers: dict[int, Array] = {}
        self.gradients: dict[int, Array] = {}
        self._scratch: dict[int, Array] = {}
        for l, size in zip(numbers, sizes, strict=True):
            begin, shape = begins[l], (self.n[l - 1] + 1, self.n[l])
            for flat, layers in ((self.flat_parameters, self.layers), (lent, self.gradients)):
                layers[l] = flat[begin : begin + size].reshape(self._shape(*shape))
            self._scratch[l] = lent[begin:]

    def _make_activations(self, X: Array, keep: bool, of_logits: bool) -> None:
        shared = 1 if X.ndim == 3 and X.shape[0] == 1 else self.count
        data = np.ones(self.layout.shape(self.n[0] + 1, self.m, shared), self.dtype)
        self.layout.rows(data, 0, self.n[0])[...] = self.layout.stored(X)
        self.inputs: dict[int, Array] = {0: data}
        self.A: dict[int, Array] = {0: self.layout.rows(data, 0, self.n[0])}
        for l in range(1, self.depth):
            self.inputs[l] = np.ones(self._shape(self.n[l] + 1, self.m), self.dtype)
            self.A[l] = self.layout.rows(self.inputs[l], 0, self.n[l])
        self.A[self.depth] = self.empty(self.depth)
        self.Z = {l: self.empty(l) if keep else self.A[l] for l in range(1, self.depth + 1)}
        self.D = {l: self.empty(l) if keep else self.A[l] for l in range(1, self.depth + 1)}
        if of_logits:
            self.Z[self.depth] = self.empty(self.depth)
        else:
            self.D[self.depth] = self.empty(self.depth)

    def _shape(self, rows: int, columns: int) -> tuple[int, ...]:
        return self.layout.shape(rows, columns, self.count)

    def _spare(self, total: int) -> int:
        """Return how many elements of scratch there may be, of so many parameters."""
        row = self.m * self.count
        rows = sum(self.n)  # of activations; a row of ones for each layer, and the output delta
        return int(SPARE * (2 * total + rows * row)) - (self.depth + self.n[-1]) * row

    def _scratch_size(self, l: int, there: int) -> int:
        """Return the number of elements with which layer l does, of so many that there may be."""
        row = self.m * self.count
        whole = self.n[l] * row <= SMALL or not self.layout.in_blocks
        return row * (self.n[l] if whole else min(self.n[l], max(FEW_ROWS, there // row)))

    def empty(self, l: int) -> Array:
        """Return a new buffer for layer l."""
        return np.empty(self._shape(self.n[l], self.m), self.dtype)

    def row(self) -> Array:
        """Return a new buffer for a single unit."""
        return np.empty(self._shape(1, self.m), self.dtype)

    def blocks(self, l: int, in_one: int = 1) -> Sequence[Block]:
        """Return layer l in as few blocks of rows as there is scratch for.

        in_one  how many elements of the layer one element of scratch serves: 1, or more for masks,
                whose elements are bytes; scratch is then without the layer's shape
        The scratch of layer l may be used until the gradients of layer l are computed.
        """
        n, row, scratch = self.n[l], self.m * self.count, self._scratch[l]
        number = -(-n // min(n, scratch.size * in_one // row))
        height = -(-n // number)
        ranges = [(begin, min(begin + height, n)) for begin in range(0, n, height)]
        if in_one > 1:
            return [Block(i, j, scratch) for i, j in ranges]
        return [
            Block(i, j, scratch[: (j - i) * row].reshape(self._shape(j - i, self.m)))
            for i, j in ranges
        ]

    def shown_matrices(self, layers: dict[int, Array]) -> Parameters:
        """Return {"W1", "b1", ...}, views of such matrices in the notebook's layout."""
        named: Parameters = {}
        for l in range(1, self.depth + 1):
            n_in, transposed = self.n[l - 1], self.layout.transposed(layers[l])
            both = self.layout.shown(transposed)
            named[f"W{l}"], named[f"b{l}"] = both[..., :n_in], both[..., n_in:]
        return named


def refuse_misfits(X: Array, Y: Array, parameters: Parameters, learning_rate: Any) -> None:
    """Raise ValueError, naming the array, where shapes or precisions do not fit together."""
    n, m = X.shape[-2], X.shape[-1]
    dtype = parameters["W1"].dtype
    for l in range(1, len(parameters) // 2 + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        if W.shape[-1] != n or b.shape[-2:] != (W.shape[-2], 1):
            raise ValueError(
                f"W{l} has shape {W.shape} and b{l} {b.shape}, but the layer below has {n} units: "
                f"give W{l} as (n_out, {n}) and b{l} as (n_out, 1)."
            )
        if W.dtype != dtype or b.dtype != dtype or dtype.kind != "f":
            raise ValueError(
                f"W{l} holds {W.dtype}, b{l} {b.dtype} and W1 {dtype}: give all parameters one "
                "floating-point precision."
            )
        n = W.shape[-2]
    if Y.shape[-2:] != (n, m) or m == 0:
        raise ValueError(
            f"Y has shape {Y.shape}, but {n} output(s) and {m} examples want ({n}, {m}), and at "
            "least one example."
        )
    if not np.all(np.isfinite(learning_rate)) or not np.all(learning_rate):
        raise ValueError(f"learning_rate is {learning_rate}: give a finite number other than 0.")
