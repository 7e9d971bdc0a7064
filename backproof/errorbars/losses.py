"""Rules for losses, forward and backward."""

import torch
from torch import Tensor

from backproof.errorbars.algebra import LIBRARY, rss, times
from backproof.errorbars.bar import Bar, Quotient, rule
from backproof.errorbars.linear import add, mean_of_all, mul, scale, sum_of_all
from backproof.precision import Precision

aten = torch.ops.aten


@rule(aten.binary_cross_entropy.default)
def _binary_cross_entropy(
    p: Precision, a: Bar, y: Bar, weight: Bar | None = None, reduction: int = 1
) -> Bar:
    """-(y log a + (1 - y) log(1 - a)), each logarithm at least -100.

    var = (y / a)^2 var_a + ((1 - y) / (1 - a))^2 var_a + roundings.  Where a may have been rounded
    to exactly 0 or 1 the cost is whatever stands in for log(0), up to 100.
    """
    assert weight is None, "BCELoss without weights"
    positive, error = _log_loss(p, a.value, a.sigma, y.value, 0.0)
    negative, complement_error = _log_loss(p, 1 - a.value, a.sigma, 1 - y.value, p.storage)
    value = positive + negative
    each = Bar(value, rss(error, complement_error, value * p.storage))
    if reduction == 0:
        return each
    return mean_of_all(p, each) if reduction == 1 else sum_of_all(p, each)


def _log_loss(
    p: Precision, a: Tensor, sigma: Tensor | None, y: Tensor, rounding_of_a: float
) -> tuple[Tensor, Tensor]:
    """Return -y log(a) and its error; rounding_of_a is relative, 0 where `a` is as stored."""
    log_a = a.log().clamp_min(-100)
    error = (LIBRARY * p.storage) * log_a.abs() + rounding_of_a
    if sigma is not None:
        at_zero = a <= 3 * sigma
        error = torch.hypot(error, torch.where(at_zero, 100.0, sigma / a))
    return -y * log_a, torch.where(y == 0, 0.0, y * error)


@rule(aten.binary_cross_entropy_backward.default)
def binary_cross_entropy_backward(
    p: Precision, grad: Bar, a: Bar, y: Bar, weight: Bar | None = None, reduction: int = 1
) -> Bar:
    """grad (a - y) / (a (1 - a)), kept as a quotient.

    The sigmoid's backward pass multiplies by the same a (1 - a): the factor and its rounding error
    cancel, and grad (a - y) is left, the manual formula.  PyTorch's floor of 1e-12 under the
    divisor is not taken for mathematics: see docs/differences.md.
    """
    assert weight is None, "BCELoss without weights"
    if reduction == 1:
        grad = scale(p, grad, 1 / a.value.numel())
    numerator = mul(p, grad, add(p, a, y, alpha=-1))
    slope = (a.value * (1 - a.value)).clamp_min(1e-12)
    value = numerator.value / slope
    from_a = times(a.sigma, value * (1 - 2 * a.value) / slope)
    sigma = rss(times(numerator.sigma, 1 / slope), from_a, value.abs() * p.storage)
    return Bar(value, sigma, quotient=Quotient(numerator, a.value))


@rule(aten.mse_loss.default)
def _mse_loss(p: Precision, a: Bar, y: Bar, reduction: int = 1) -> Bar:
    error = add(p, a, y, alpha=-1)
    each = Bar(error.value.square(), rss(times(error.sigma, 2 * error.value)))
    each.sigma = rss(each.sigma, each.value * p.storage + (error.value != 0) * p.smallest)
    if reduction == 0:
        return each
    return mean_of_all(p, each) if reduction == 1 else sum_of_all(p, each)


@rule(aten.mse_loss_backward.default)
def _mse_loss_backward(p: Precision, grad: Bar, a: Bar, y: Bar, reduction: int = 1) -> Bar:
    factor = 2 / a.value.numel() if reduction == 1 else 2
    return mul(p, scale(p, grad, factor), add(p, a, y, alpha=-1))
