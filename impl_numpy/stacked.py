"""Many networks of one shape, trained at once: other seeds, other learning rates, other data."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from impl_numpy.arrays import Array, Parameters, depth
from impl_numpy.layouts import Alone, Interleaved, Stacked
from impl_numpy.trainer import Trainer
from impl_numpy.workspace import refuse_misfits

TINY = 4096  # multiplications of a product, up to which a call of the BLAS for each does not pay


class StackedTrainer(Trainer):
    """Gradient descent on `count` networks of one shape; each is trained as if it were alone.

    parameters     {"W1" (count, n_1, n_x), "b1" (count, n_1, 1), ...}
    X              (n_x, m) for all networks, or (count, n_x, m): its own for each
    Y              (n_out, m), or (count, n_out, m)
    learning_rate  a number, or (count,): its own for each
    hidden, loss, output, reduction, keep   as in Trainer

    All that is returned has the axis of the networks in front.  Small networks are interleaved in
    memory, so that one operation serves all of them; of larger ones each has products of its own.
    Raises as Trainer does, and ValueError for another number of anything than of networks.
    """

    def __init__(
        self,
        X: Array,
        Y: Array,
        parameters: Parameters,
        learning_rate: Any,
        hidden: str | Sequence[str] = "relu",
        loss: str = "binary_cross_entropy",
        output: str = "",
        reduction: str = "mean",
        keep: bool = False,
    ) -> None:
        """Make the buffers, bind the operations to them, and run the first forward pass."""
        refuse_misfits(X, Y, parameters, learning_rate)
        count = _count(parameters)
        X, Y = _in_front("X", X, count), _in_front("Y", Y, count)
        rate = np.broadcast_to(np.asarray(learning_rate, np.float64), (count,))[:, None, None]
        layout = _layout(X.shape[-1], parameters)
        self._prepare(layout, X, Y, parameters, rate, hidden, loss, output, reduction, keep)

    def _cost_of(self, ZL: Array, AL: Array, Y: Array) -> Array:
        """Return the costs, (count,)."""
        labels = np.broadcast_to(self._space.layout.shown(Y), AL.shape)
        cost_of = super()._cost_of
        return np.stack([cost_of(*one) for one in zip(ZL, AL, labels, strict=True)])


def _count(parameters: Parameters) -> int:
    counts = {value.shape[0] if value.ndim == 3 else 0 for value in parameters.values()}
    if len(counts) > 1 or 0 in counts:
        raise ValueError(
            "The parameters are not of one number of networks: give every W as (count, n_out, "
            "n_in) and every b as (count, n_out, 1)."
        )
    return counts.pop()


def _in_front(name: str, data: Array, count: int) -> Array:
    data = np.asarray(data)
    data = data if data.ndim == 3 else data[None]
    if data.shape[0] not in (1, count):
        raise ValueError(
            f"{name} has shape {data.shape}, but there are {count} networks: give it without the "
            "first axis, for all, or with one row for each."
        )
    return data


def _layout(m: int, parameters: Parameters) -> Alone:
    weights = [parameters[f"W{l}"] for l in range(1, depth(parameters) + 1)]
    largest = max(W.shape[1] * (W.shape[2] + 1) * m for W in weights)
    return Interleaved() if largest <= TINY else Stacked()
