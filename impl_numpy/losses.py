"""Costs J: what training makes small.  m examples are the columns of every array."""

from collections.abc import Callable
from typing import Any

import numpy as np

from impl_numpy.arrays import Array, as_precise_as, floating

OUTPUT_OF_LOSS: dict[str, str] = {  # the output activation where none is named
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "mean_squared_error": "identity",
    "squared_error": "identity",
    "half_squared_error": "identity",
}


SUMMED = {"mean": False, "sum": True}  # reduction over the examples


def cost_function(AL: Array, Y: Array) -> np.floating:
    """Return the cross-entropy of probabilities clipped to [1e-15, 1 - 1e-15].

    J = -1/m sum_i [ y_i log(a_i) + (1 - y_i) log(1 - a_i) ]

    AL  (n_out, m)   probabilities
    Y   (n_out, m)   labels in [0, 1]
    In float32, where 1 - 1e-15 rounds to 1, the upper end is the largest number below 1.
    Source: notebook, Definition 3.7.8.
    """
    return binary_cross_entropy(AL, Y, guard="clip")


def compute_cost(AL: Array, Y: Array) -> np.floating:
    """Return the cross-entropy with 1e-15 added inside each logarithm; shapes as cost_function.

    Source: notebook, Example 3.7.3.
    """
    return binary_cross_entropy(AL, Y, guard="epsilon")


def binary_cross_entropy(AL: Array, Y: Array, guard: str = "clamp") -> np.floating:
    """Return the cross-entropy, summed over outputs and averaged over the m examples.

    J = -1/m sum_i [ y_i log(a_i) + (1 - y_i) log(1 - a_i) ]

    AL     (n_out, m)   probabilities
    Y      (n_out, m)   labels in [0, 1]
    guard  what stands in for log(0): "clamp" bounds the logarithm below by -100 (as
           torch.nn.BCELoss does), "clip" and "epsilon" are the notebook's own
    Raises KeyError for another guard.
    """
    AL = floating(AL)
    Y = as_precise_as(Y, AL)
    log_a, log_not_a = GUARDED_LOGS[guard](AL)
    m = Y.shape[1]
    return np.squeeze(-(1 / m) * np.sum(Y * log_a + (1 - Y) * log_not_a))


def _clamped_logs(AL: Array) -> tuple[Array, Array]:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(AL), -100), np.maximum(np.log1p(-AL), -100)


def _clipped_logs(AL: Array) -> tuple[Array, Array]:
    below_one = np.nextafter(AL.dtype.type(1), AL.dtype.type(0))
    AL = np.clip(AL, 1e-15, min(1 - 1e-15, below_one))
    return np.log(AL), np.log(1 - AL)


def _shifted_logs(AL: Array) -> tuple[Array, Array]:
    return np.log(AL + 1e-15), np.log(1 - AL + 1e-15)


GUARDED_LOGS = {"clamp": _clamped_logs, "clip": _clipped_logs, "epsilon": _shifted_logs}


def log_softmax(ZL: Array) -> Array:
    """Return log(softmax(ZL)) over axis 0 without forming the softmax, so that it never is log(0).

    ZL  (n_classes, m)   logits
    """
    shifted = ZL - np.max(ZL, axis=0, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=0, keepdims=True))


def categorical_cross_entropy(ZL: Array, Y: Array) -> np.floating:
    """Return the cross-entropy of logits, averaged over the m examples, as CrossEntropyLoss does.

    J = -1/m sum_i sum_c y_ci log softmax(z_i)_c

    ZL  (n_classes, m)   logits, before the softmax
    Y   (n_classes, m)   one-hot labels, or any probabilities
    """
    return _minus_mean_of_logs(log_softmax(floating(ZL)), Y)


def categorical_cross_entropy_of(AL: Array, Y: Array) -> np.floating:
    """Return the same cost of probabilities that no softmax made.

    J = -1/m sum_i sum_c y_ci log a_ci

    AL, Y  (n_classes, m)   probabilities and labels
    """
    return _minus_mean_of_logs(np.log(floating(AL)), Y)


def _minus_mean_of_logs(log_a: Array, Y: Array) -> np.floating:
    Y = as_precise_as(Y, log_a)
    return np.squeeze(-(1 / Y.shape[1]) * np.sum(Y * log_a))


def mean_squared_error(AL: Array, Y: Array) -> np.floating:
    """Return the squared error averaged over outputs and examples, as torch.nn.MSELoss does.

    J = 1/(n_out m) sum_ki (a_ki - y_ki)^2

    AL, Y  (n_out, m)   predictions and targets
    """
    AL = floating(AL)
    error = AL - as_precise_as(Y, AL)
    return np.squeeze(np.sum(error * error) / error.size)


def squared_error(AL: Array, Y: Array) -> np.floating:
    """Return the squared error summed over outputs and averaged over the m examples.

    J = 1/m sum_i sum_k (a_ki - y_ki)^2

    AL, Y  (n_out, m)   predictions and targets
    """
    AL = floating(AL)
    error = AL - as_precise_as(Y, AL)
    return np.squeeze(np.sum(error * error) / error.shape[1])


def half_squared_error(AL: Array, Y: Array) -> np.floating:
    """Return half of the squared error: its derivative is a - y; shapes as squared_error."""
    return squared_error(AL, Y) / 2


def cost(ZL: Array, AL: Array, Y: Array, output: str, loss: str) -> np.floating:
    """Return the cost, averaged over the examples, from the network's last Z and A, (n_out, m).

    output, loss  the activation that made A, and a key of OUTPUT_OF_LOSS
    """
    if loss == "categorical_cross_entropy" and output == "softmax":
        return categorical_cross_entropy(ZL, Y)
    return COSTS[loss](AL, Y)


COSTS: dict[str, Callable[[Array, Array], np.floating]] = {
    "binary_cross_entropy": binary_cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy_of,
    "mean_squared_error": mean_squared_error,
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
}


def cost_derivative(AL: Array, Y: Array, loss: str) -> Array:
    """Return dAL = m dJ/dAL, shape (n_out, m), J averaged over the m examples.

    (1 - Y)/(1 - A) - Y/A   binary cross-entropy
    -Y/A                    categorical cross-entropy
    A - Y                   half the squared error; 2 (A - Y) of the whole, 2 (A - Y)/n_out of the
                            mean
    Raises KeyError for another loss.
    """
    if loss == "binary_cross_entropy":
        return (1 - Y) / (1 - AL) - Y / AL
    if loss == "categorical_cross_entropy":
        return -Y / AL
    if loss == "mean_squared_error":
        return 2 * (AL - Y) / AL.shape[0]
    if loss == "squared_error":
        return 2 * (AL - Y)
    if loss == "half_squared_error":
        return AL - Y
    raise KeyError(loss)


def over_examples(mean: Any, m: int, reduction: str) -> Any:
    """Return `mean`, an average over m examples, or m times it where the reduction is "sum".

    Raises KeyError for another reduction.
    """
    return m * mean if SUMMED[reduction] else mean
