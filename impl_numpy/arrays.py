"""The array type of the network, and the one rule about precision: keep what came in."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Parameters = dict[str, Array]


def floating(x: Array) -> Array:
    """Return x itself if it holds floating-point numbers, else x as float64."""
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def as_precise_as(x: Array, like: Array) -> Array:
    """Return x in the precision of `like`, so that integer data do not upcast a float32 network."""
    return np.asarray(x, dtype=floating(like).dtype)


def depth(parameters: Parameters) -> int:
    """Return L, the number of layers that have a weight and a bias."""
    return len(parameters) // 2
