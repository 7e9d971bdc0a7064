"""Costs J: what training makes small.  m examples are the columns of every array."""

import numpy as np

from impl_numpy.arrays import Array, as_precise_as, floating

OUTPUT_OF_LOSS: dict[str, str] = {
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "mean_squared_error": "identity",
}


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
    ZL = floating(ZL)
    Y = as_precise_as(Y, ZL)
    return np.squeeze(-(1 / Y.shape[1]) * np.sum(Y * log_softmax(ZL)))


def mean_squared_error(AL: Array, Y: Array) -> np.floating:
    """Return the squared error averaged over outputs and examples, as torch.nn.MSELoss does.

    J = 1/(n_out m) sum_ki (a_ki - y_ki)^2

    AL, Y  (n_out, m)   predictions and targets
    """
    AL = floating(AL)
    error = AL - as_precise_as(Y, AL)
    return np.squeeze(np.sum(error * error) / error.size)


def cost(ZL: Array, AL: Array, Y: Array, loss: str) -> np.floating:
    """Return the network's cost for a loss of OUTPUT_OF_LOSS, from its last Z and A, (n_out, m)."""
    if loss == "categorical_cross_entropy":
        return categorical_cross_entropy(ZL, Y)
    if loss == "mean_squared_error":
        return mean_squared_error(AL, Y)
    return binary_cross_entropy(AL, Y)
