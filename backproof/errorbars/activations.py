"""Rules for activation functions without a kink, forward and backward."""

from typing import Any

import torch
from torch import Tensor

from backproof.errorbars.algebra import LIBRARY, root_sum, rss, times
from backproof.errorbars.bar import Bar, rule
from backproof.errorbars.linear import add, mul, sum_over
from backproof.errorbars.summation import accumulated, blocks_of, likeness
from backproof.precision import Precision

aten = torch.ops.aten


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


@rule(aten._softmax_backward_data.default)
def _softmax_backward(p: Precision, grad: Bar, output: Bar, dim: int, _: Any) -> Bar:
    """dx_i = s_i (g_i - sum_j s_j g_j): the whole Jacobian, s_i (delta_ij - s_j).

    An error of g_i or s_i comes in twice: where it stands, and in the sum.
    """
    g, s = Bar(grad.value), Bar(output.value)
    total = sum_over(p, mul(p, s, g), dim, keepdim=True)
    difference = add(p, g, total, alpha=-1)
    result = mul(p, s, difference)  # its sigma so far is that of the roundings here
    from_grad = times(_centred(grad.sigma, s.value, dim), s.value)
    from_s = _beside_a_sum(
        times(output.sigma, difference.value - s.value * g.value),
        times(output.sigma, g.value),
        s.value,
        dim,
    )
    return Bar(result.value, rss(result.sigma, from_grad, from_s))


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
    terms = (-shifted).exp().movedim(dim, -1)
    spread = root_sum(terms, -1, keepdim=True)
    assert spread is not None
    total, summed = accumulated(blocks_of(terms), spread, x.shape[dim], p, likeness(terms, -1, p))
    relative = torch.hypot(shifted * p.storage, torch.tensor(LIBRARY * p.storage, dtype=x.dtype))
    return relative if summed is None else torch.hypot(relative, (summed / total).movedim(-1, dim))


def _centred(sigma: Tensor | None, weights: Tensor, dim: int) -> Tensor | None:
    """Return the deviation of dx_i - sum_j w_j dx_j for independent dx."""
    return _beside_a_sum(times(sigma, 1 - weights), times(sigma, weights), 1, dim)


def _beside_a_sum(
    own: Tensor | None, each: Tensor | None, factor: Tensor | float, dim: int
) -> Tensor | None:
    """Return the deviation of own_i dx_i + factor_i sum_{j != i} each_j dx_j."""
    if own is None or each is None:
        return None
    squares = each.square()
    others = (squares.sum(dim, keepdim=True) - squares).clamp_min(0).sqrt()
    return torch.hypot(own, others * factor)
