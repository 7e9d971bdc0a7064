"""A training step without a new array: the same steps as training.iterate, on buffers.

iterate says what is computed, and this computes it fast.  All arrays are made once (workspace.py),
and a step is a list of operations (buffered.py), each a function bound to the buffers it reads and
writes: what is left of Python is one loop over that list.  In the order of the list:

steps.linear                 Z_l = [W_l b_l] [A_{l-1}; 1]: one product, no sum afterwards
steps.activation             A_l = g(Z_l), in the place of Z_l
steps.output_delta           dZ_L, times learning_rate/m: numbers that iterate multiplies in later
steps.weight_gradient        [dW_l db_l] = dZ_l [A_{l-1}; 1]^T: one product,
steps.bias_gradient          learning_rate/m being in dZ_l already
steps.activation_derivative  g'(Z_l) from A_l, in the place of A_l
steps.propagated_delta       W_{l+1}^T dZ_{l+1}, into scratch
steps.hidden_delta           times g'(Z_l), in its place
steps.update                 one subtraction over the vector of all parameters

Where the number learning_rate/m goes decides how often it is multiplied in: once for an output and
an example, instead of once and once more for every parameter.  It is also one rounding less.
(Where the data are so small that digits would be lost to underflow, it goes where iterate has it,
at the price of a buffer for every gradient.)  The results are those of iterate within rounding
errors, and the same number for number where nothing is left to round differently:
parity_tests/test_trainer.py says where.
"""

from collections.abc import Sequence
from contextvars import Context, copy_context
from functools import partial
from typing import Any

import numpy as np

from impl_numpy import buffered
from impl_numpy.activations import hidden_layers
from impl_numpy.arrays import Array, Parameters
from impl_numpy.layouts import Alone, Operation
from impl_numpy.losses import OUTPUT_OF_LOSS, cost, over_examples
from impl_numpy.workspace import Workspace, refuse_misfits


class Trainer:
    """Gradient descent on one network, whose step makes no array.

    X (n_x, m), Y (n_out, m), parameters {"W1", "b1", ...} in float32 or float64: the precision of
    all that is computed
    learning_rate, hidden, loss, output, reduction   as in iterate
    keep   hold a buffer for every array, so that activations and Z_values can be looked at; the
           numbers are the same, in twice to three times the memory

    X and parameters are copied; Y is read where it is, if its precision fits
    and it is stored row by row.
    Raises KeyError for an unknown name, ValueError where the shapes do not fit together, where the
    precisions differ, or for a learning rate of 0.
    """

    def __init__(
        self,
        X: Array,
        Y: Array,
        parameters: Parameters,
        learning_rate: float,
        hidden: str | Sequence[str] = "relu",
        loss: str = "binary_cross_entropy",
        output: str = "",
        reduction: str = "mean",
        keep: bool = False,
    ) -> None:
        """Make the buffers, bind the operations to them, and run the first forward pass."""
        refuse_misfits(X, Y, parameters, learning_rate)
        self._prepare(
            Alone(), X, Y, parameters, learning_rate, hidden, loss, output, reduction, keep
        )

    def _prepare(
        self,
        layout: Alone,
        X: Array,
        Y: Array,
        parameters: Parameters,
        learning_rate: Any,
        hidden: str | Sequence[str],
        loss: str,
        output: str,
        reduction: str,
        keep: bool,
    ) -> None:
        self._output, self._loss, self._reduction = output or OUTPUT_OF_LOSS[loss], loss, reduction
        self._of_logits = self._output == "softmax" and loss == "categorical_cross_entropy"
        self.keeps = keep
        self._space = space = Workspace(layout, X, Y, parameters, self._of_logits, keep)
        rate = np.asarray(learning_rate)
        factor = buffered.delta_factor(self._output, loss, space.n[-1])
        scale = rate * factor * over_examples(1 / space.m, space.m, reduction)
        early = _far_from_underflow(space.A[0], scale)
        self._divisor = np.asarray(rate if early else rate / scale, space.dtype)
        scale = layout.stored(np.asarray(scale, space.dtype))
        self._names = [*hidden_layers(hidden, space.depth - 1), self._output]
        forward = list(self._forward())
        backward = self._backward(scale if early else None)
        update = self._update(None if early else scale)
        self._operations: list[Operation] = [*forward, *backward, *update]
        self._context = _silent_about_overflow()
        self._context.run(_perform, forward)

    def step(self) -> None:
        """Do one iteration of gradient descent: forward, backward, update."""
        self._context.run(_perform, self._operations)

    def cost(self) -> Any:
        """Return the cost of the last forward pass, a number.

        That is the cost of the parameters before the last step; before the first step, of those
        given.  The step itself takes no logarithm.
        """
        ZL, AL = self._shown("Z", self._space.depth), self._shown("A", self._space.depth)
        return self._cost_of(ZL, AL, self._space.Y)

    def _cost_of(self, ZL: Array, AL: Array, Y: Array) -> Any:
        mean = cost(ZL, AL, Y, self._output, self._loss)
        return over_examples(mean, self._space.m, self._reduction)

    @property
    def parameters(self) -> Parameters:
        """{"W1", "b1", ...}: views, so that the next step shows in them."""
        return self._space.shown_matrices(self._space.layers)

    @property
    def grads(self) -> Parameters:
        """{"dW1", "db1", ...} of the last step: new arrays, for a step keeps learning_rate dW."""
        scaled = self._space.shown_matrices(self._space.gradients)
        return {f"d{name}": value / self._divisor for name, value in scaled.items()}

    @property
    def activations(self) -> dict[str, Array]:
        """{"A0", ..., "AL"} of the last step, views; raises ValueError without keep=True."""
        self._refuse_if_overwritten()
        shown = {f"A{l}": self._shown("A", l) for l in range(self._space.depth + 1)}
        return shown | {
            "A0": np.broadcast_to(shown["A0"], (*shown["A1"].shape[:-2], *shown["A0"].shape[-2:]))
        }

    @property
    def Z_values(self) -> dict[str, Array]:  # noqa: N802
        """{"Z1", ..., "ZL"} of the last step, views; raises ValueError without keep=True."""
        self._refuse_if_overwritten()
        return {f"Z{l}": self._shown("Z", l) for l in range(1, self._space.depth + 1)}

    def _refuse_if_overwritten(self) -> None:
        if not self.keeps:
            raise ValueError(
                "A step overwrites activations and Z_values to save memory: make the trainer with "
                "keep=True to look at them."
            )

    def _shown(self, kind: str, l: int) -> Array:
        return self._space.layout.shown(getattr(self._space, kind)[l])

    def _forward(self) -> list[Operation]:
        space, layout = self._space, self._space.layout
        operations: list[Operation] = []
        for l, name in enumerate(self._names, 1):
            W, Z, A = layout.transposed(space.layers[l]), space.Z[l], space.A[l]
            operations.append(layout.product(W, space.inputs[l - 1], Z))
            if name != "leaky_relu":
                operations += buffered.activation(name, Z, A, layout.axis, space.row())
                continue
            for block in space.blocks(l):
                some_Z, some_A = (layout.rows(x, block.begin, block.end) for x in (Z, A))
                operations += buffered.activation(name, some_Z, some_A, layout.axis, block.scratch)
        return operations

    def _backward(self, scale: Array | None) -> list[Operation]:
        space, layout, L = self._space, self._space.layout, self._space.depth
        enough = buffered.difference_is_enough(self._output, self._loss)
        spare = space.D[L] if enough else space.empty(L)
        operations = buffered.output_delta(
            self._output, self._loss, space.A[L], space.Y, space.D[L], layout.axis, spare,
            space.row(),
        )  # fmt: skip
        if scale is not None:
            operations.append(partial(np.multiply, space.D[L], scale, space.D[L]))
        for l in range(L, 0, -1):
            if l < L:
                operations += self._hidden_delta(l)
            delta = layout.transposed(space.D[l])
            operations.append(layout.product(space.inputs[l - 1], delta, space.gradients[l]))
        return operations

    def _hidden_delta(self, l: int) -> list[Operation]:
        space, layout = self._space, self._space.layout
        name, operations = self._names[l - 1], []
        for block in space.blocks(l, space.dtype.itemsize if name in buffered.MASKED else 1):
            A, D = (layout.rows(x, block.begin, block.end) for x in (space.A[l], space.D[l]))
            operations += buffered.derivative(name, A, D, block.scratch)
        for block in space.blocks(l):
            W, D = (
                layout.rows(x, block.begin, block.end) for x in (space.layers[l + 1], space.D[l])
            )
            operations.append(layout.product(W, space.D[l + 1], block.scratch))
            operations.append(partial(np.multiply, block.scratch, D, D))
        return operations

    def _update(self, scale: Array | None) -> list[Operation]:
        space = self._space
        if scale is None:
            p, dp = space.flat_parameters, space.flat_gradients
            return [partial(np.subtract, p, dp, p)]
        operations: list[Operation] = []
        for l, p in space.layers.items():
            scaled = np.empty_like(p)
            operations.append(partial(np.multiply, space.gradients[l], scale, scaled))
            operations.append(partial(np.subtract, p, scaled, p))
        return operations


def _far_from_underflow(X: Array, scale: Array) -> bool:
    """Return whether dZ may be scaled before it meets the data, and no digit of dW be lost."""
    numbers = np.finfo(X.dtype)
    largest = float(np.abs(X).max())
    return (
        largest == 0 or largest * float(np.abs(scale).min()) > numbers.smallest_normal / numbers.eps
    )


def _perform(operations: list[Operation]) -> None:
    for operation in operations:
        operation()


def _silent_about_overflow() -> Context:
    """Return a context in which exp(-Z) may overflow.

    To enter np.errstate takes 0.8 microseconds, to run in a context that has it set takes 0.05.
    """
    context = copy_context()
    context.run(np.seterr, over="ignore")
    return context
