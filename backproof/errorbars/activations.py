"""Rules for activation functions, forward and backward."""

from typing import Any

import torch
from torch import Tensor

from backproof.errorbars.algebra import (
    LIBRARY,
    rss,
    times,
)
from backproof.errorbars.bar import Bar, rule
from backproof.errorbars.linear import add, mul, sum_over
from backproof.precision import Z_LIMIT, Precision

aten = torch.ops.aten


@rule(aten.relu.default)
def _relu(p: Precision, x: Bar) -> Bar:  # noqa: ARG001
    """The error passes where x > 0, and near the kink, where x may be on either side."""
    value = x.value.relu()
    return Bar(value, None if x.sigma is None else x.sigma * (x.value > -Z_LIMIT * x.sigma))


@rule(aten.threshold_backward.default)
def _threshold_backward(p: Precision, grad: Bar, result: Bar, threshold: float) -> Bar:  # noqa: ARG001
    """At a kink both one-sided derivatives are right: sigma takes in the whole of grad."""
    passes = result.value > threshold
    sigma = times(grad.sigma, passes.double())
    if result.sigma is not None:
        near = (result.value <= Z_LIMIT * result.sigma) & (result.sigma > 0)
        sigma = rss(sigma, grad.value.abs() * near, times(grad.sigma, near.double()))
    return Bar(grad.value * passes, sigma)


@rule(aten.sigmoid.default)
def _sigmoid(p: Precision, x: Bar) -> Bar:
    """var = (s (1 - s))^2 var_x + (c u s)^2; below the normal numbers exp may have overflowed."""
    value = x.value.sigmoid()
    slope = value * (-x.value).sigmoid()
    rounding = value * (LIBRARY * p.storage) + (value < p.smallest_normal) * p.smallest_normal
    return Bar(value, rss(times(x.sigma, slope), rounding))


@rule(aten.sigmoid_backward.default)
def _sigmoid_backward(p: Precision, grad: Bar, y: Bar) -> Bar:
    """grad s (1 - s).  Where grad is a quotient by the same s (1 - s), both cancel: losses.py."""
    if grad.quotient is not None and grad.quotient.is_over(y.value):
        numerator = grad.quotient.numerator
        rounding = numerator.value.abs() * (2 * p.storage)
        return Bar(numerator.value, rss(numerator.sigma, rounding))
    slope = y.value * (1 - y.value)
    value = grad.value * slope
    from_y = times(y.sigma, grad.value * (1 - 2 * y.value))
    rounding = value.abs() * (2 * p.storage) + (grad.value != 0) * p.smallest
    return Bar(value, rss(times(grad.sigma, slope), from_y, rounding))


@rule(aten.tanh.default)
def _tanh(p: Precision, x: Bar) -> Bar:
    value = x.value.tanh()
    rounding = value.abs() * (LIBRARY * p.storage)
    return Bar(value, rss(times(x.sigma, 1 - value.square()), rounding))


@rule(aten.tanh_backward.default)
def _tanh_backward(p: Precision, grad: Bar, y: Bar) -> Bar:
    """grad (1 - t^2): near t = 1 the rounding of t^2 is what is left of it."""
    slope = 1 - y.value.square()
    value = grad.value * slope
    from_y = times(y.sigma, 2 * grad.value * y.value)
    rounding = (grad.value * y.value.square()).abs() * p.storage + value.abs() * (2 * p.storage)
    rounding = rounding + (grad.value != 0) * p.smallest
    return Bar(value, rss(times(grad.sigma, slope), from_y, rounding))


@rule(aten._softmax.default)
def _softmax(p: Precision, x: Bar, dim: int, half_to_float: bool) -> Bar:
    """ds_i = s_i (dx_i - sum_j s_j dx_j), plus the rounding of x - max, exp and the quotient."""
    value = aten._softmax.default(x.value, dim, half_to_float)
    rounding = value * _exponent_error(x.value, dim, p)
    rounding = rounding + (value < p.smallest_normal) * p.smallest_normal
    return Bar(value, rss(times(_centred(x.sigma, value, dim), value), rounding))


@rule(aten._log_softmax.default)
def _log_softmax(p: Precision, x: Bar, dim: int, half_to_float: bool) -> Bar:
    """d log s_i = dx_i - sum_j s_j dx_j, plus the rounding of x - max and of the logarithm."""
    value = aten._log_softmax.default(x.value, dim, half_to_float)
    rounding = _exponent_error(x.value, dim, p) + value.abs() * p.storage
    return Bar(value, rss(_centred(x.sigma, value.exp(), dim), rounding))


@rule(aten._log_softmax_backward_data.default)
def _log_softmax_backward(p: Precision, grad: Bar, output: Bar, dim: int, _: Any) -> Bar:
    """dx_i = g_i - s_i sum_j g_j."""
    softmax = Bar(output.value.exp(), times(output.sigma, output.value.exp()))
    total = sum_over(p, grad, dim, keepdim=True)
    return add(p, grad, mul(p, softmax, total), alpha=-1)


def _exponent_error(x: Tensor, dim: int, p: Precision) -> Tensor:
    """Return the relative error of exp(x_i - max) / sum: the argument's rounding, exp, the sum."""
    shifted = (x - x.amax(dim, keepdim=True)).abs()
    return torch.hypot(shifted * p.storage, torch.tensor(LIBRARY * p.storage, dtype=x.dtype))


def _centred(sigma: Tensor | None, weights: Tensor, dim: int) -> Tensor | None:
    """Return the deviation of dx_i - sum_j w_j dx_j for independent dx, sum_j w_j = 1."""
    if sigma is None:
        return None
    weighted = (weights * sigma).square()
    others = (weighted.sum(dim, keepdim=True) - weighted).clamp_min(0).sqrt()
    return torch.hypot((1 - weights) * sigma, others)
