"""The steps of a network as operations that write into buffers.

Each function returns a list of operations; called one after the other they do what the function
named in its docstring does, and make no array.  Constants are arrays without axes, in the precision
of the buffers: a Python number would be converted at every call.
"""

from functools import partial

import numpy as np

from impl_numpy.activations import LEAK
from impl_numpy.arrays import Array
from impl_numpy.layouts import Operation
from impl_numpy.steps import CANCELLING

FACTOR = {"squared_error": 2.0, "half_squared_error": 1.0}  # of A - Y in the cost's derivative
MASKED = ("relu", "leaky_relu")  # hidden activations whose derivative is made of a mask
FEW = 64  # elements up to which np.sign is faster than a mask
MANY = 2048  # elements from which np.clip is faster than np.maximum


def _constant(number: float, like: Array) -> Array:
    return np.array(number, like.dtype)


def activation(name: str, Z: Array, A: Array, axis: int, spare: Array) -> list[Operation]:
    """Return A = g(Z), as impl_numpy.activations has it, number for number.

    Z, A   buffers of one shape; A may be Z
    axis   of the units
    spare  for "leaky_relu" a buffer of that shape; for "softmax" one of a single unit
    """
    one = _constant(1, Z)
    if name == "relu":
        zero = _constant(0, Z)
        if Z.size < MANY:
            return [partial(np.maximum, Z, zero, out=A)]
        return [partial(np.clip, Z, zero, _constant(np.inf, Z), A)]
    if name == "leaky_relu":
        scaled = partial(np.multiply, Z, _constant(LEAK, Z), spare)
        return [scaled, partial(np.maximum, Z, spare, out=A)]
    if name == "sigmoid":  # whoever runs it ignores an overflow of exp: 1 / inf = 0 is right
        to_exp = [partial(np.negative, Z, A), partial(np.exp, A, A)]
        return [*to_exp, partial(np.add, A, one, A), partial(np.reciprocal, A, A)]
    if name == "tanh":
        return [partial(np.tanh, Z, A)]
    if name == "softmax":
        largest = partial(np.maximum.reduce, Z, axis=axis, out=spare, keepdims=True)
        total = partial(np.add.reduce, A, axis=axis, out=spare, keepdims=True)
        to_exp = [largest, partial(np.subtract, Z, spare, A), partial(np.exp, A, A)]
        return [*to_exp, total, partial(np.divide, A, spare, A)]
    if name == "identity":
        return [] if A is Z else [partial(np.copyto, A, Z)]
    raise KeyError(name)


def derivative(hidden: str, A: Array, D: Array, spare: Array) -> list[Operation]:
    """Return D = g'(Z) as a function of A = g(Z): steps.activation_derivative.

    A, D   buffers of one shape; D may be A
    spare  a buffer without gaps: of that shape, or for those in MASKED of as many bytes as A has
           elements
    A relu or leaky relu is positive where Z is.
    """
    one = _constant(1, A)
    if hidden in MASKED:
        positive = _is_positive(A, D, spare)
        at_least = [partial(np.maximum, D, _constant(LEAK, A), out=D)]
        return positive + (at_least if hidden == "leaky_relu" else [])
    if hidden == "sigmoid":
        return [partial(np.subtract, one, A, spare), partial(np.multiply, A, spare, D)]
    if hidden == "tanh":
        return [partial(np.multiply, A, A, D), partial(np.subtract, one, D, D)]
    raise KeyError(hidden)


def _is_positive(A: Array, D: Array, spare: Array) -> list[Operation]:
    """Return D = 1 where A > 0, else something that is not positive.

    np.sign is one operation instead of two, but its branches are mispredicted in long arrays.
    """
    if A.size < FEW:
        return [partial(np.sign, A, D)]
    mask = spare.reshape(-1).view(np.bool_)[: A.size].reshape(A.shape)
    return [partial(np.greater, A, _constant(0, A), mask), partial(np.copyto, D, mask)]


def difference_is_enough(output: str, loss: str) -> bool:
    """Return whether the output delta is A - Y times a number."""
    squares = loss in FACTOR or loss == "mean_squared_error"
    return (output, loss) in CANCELLING or (output == "identity" and squares)


def delta_factor(output: str, loss: str, n_out: int) -> float:
    """Return what the operations of output_delta leave out: steps.output_delta is so many times D.

    Where the delta is multiplied by a number anyway, this one costs nothing.
    """
    if (output, loss) in CANCELLING:
        return 1.0
    return 2 / n_out if loss == "mean_squared_error" else FACTOR.get(loss, 1.0)


def output_delta(
    output: str, loss: str, A: Array, Y: Array, D: Array, axis: int, spare: Array, row: Array
) -> list[Operation]:
    """Return D = steps.output_delta(A, Y) / delta_factor.

    A, D, Y  buffers of one shape; where the difference is enough, D may be A
    spare    a buffer of that shape, not used where the difference is enough
    row      a buffer of a single unit, used for the softmax
    """
    if difference_is_enough(output, loss):
        return [partial(np.subtract, A, Y, D)]
    return [*_cost_derivative(loss, A, Y, D, spare), *_through(output, A, D, axis, spare, row)]


def _cost_derivative(loss: str, A: Array, Y: Array, D: Array, spare: Array) -> list[Operation]:
    """Return D = losses.cost_derivative(A, Y), without its factor."""
    if loss == "categorical_cross_entropy":
        return [partial(np.divide, -Y, A, D)]
    if loss == "binary_cross_entropy":
        one = _constant(1, A)
        negative = [partial(np.subtract, one, A, D), partial(np.divide, 1 - Y, D, D)]
        return [*negative, partial(np.divide, Y, A, spare), partial(np.subtract, D, spare, D)]
    return [partial(np.subtract, A, Y, D)]


def _through(
    output: str, A: Array, D: Array, axis: int, spare: Array, row: Array
) -> list[Operation]:
    """Return D = activations.OUTPUT[output].delta(D, A)."""
    if output == "identity":
        return []
    if output == "softmax":
        pulled = partial(np.multiply, A, D, spare)
        total = partial(np.add.reduce, spare, axis=axis, out=row, keepdims=True)
        return [pulled, total, partial(np.subtract, D, row, D), partial(np.multiply, A, D, D)]
    if output == "sigmoid":
        slope = [
            partial(np.subtract, _constant(1, A), A, spare),
            partial(np.multiply, A, spare, spare),
        ]
    elif output == "tanh":
        slope = [
            partial(np.multiply, A, A, spare),
            partial(np.subtract, _constant(1, A), spare, spare),
        ]
    elif output == "relu":
        slope = [partial(np.sign, A, spare)]
    else:
        raise KeyError(output)
    return [*slope, partial(np.multiply, D, spare, D)]
