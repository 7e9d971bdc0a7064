"""Rules for losses, forward and backward."""

import torch
from torch import Tensor

from backproof.errorbars.algebra import LIBRARY, rss, times
from backproof.errorbars.bar import Bar, Quotient, rule
from backproof.errorbars.linear import add, mean_of_all, mul, scale, sum_of_all
from backproof.precision import Precision

aten = torch.ops.aten
LOG_OF_ZERO = 100.0  # what stands in for it is -34.5 or -100, or anything between
SMALLEST_DIVISOR = 1e-150  # its square is still a number


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
        error = torch.hypot(error, torch.where(at_zero, LOG_OF_ZERO, sigma / a))
    return -y * log_a, torch.where(y == 0, 0.0, y * error)


@rule(aten.binary_cross_entropy_backward.default)
def binary_cross_entropy_backward(
    p: Precision, grad: Bar, a: Bar, y: Bar, weight: Bar | None = None, reduction: int = 1
) -> Bar:
    """grad (a - y) / (a (1 - a)) = grad ((1 - y)/(1 - a) - y/a), kept as a quotient.

    The sigmoid's backward pass multiplies by the same a (1 - a): the factor and its rounding error
    cancel, and grad (a - y) is left, the manual formula.  Without a sigmoid above, each of the two
    terms rounds, and has its own derivative with respect to a.  PyTorch's floor of 1e-12 under the
    divisor is not taken for mathematics: see docs/differences.md.
    """
    assert weight is None, "BCELoss without weights"
    if reduction == 1:
        grad = scale(p, grad, 1 / a.value.numel())
    numerator = mul(p, grad, add(p, a, y, alpha=-1))
    p_1, p_0 = a.value.clamp_min(SMALLEST_DIVISOR), (1 - a.value).clamp_min(SMALLEST_DIVISOR)
    value = grad.value * ((1 - y.value) / p_0 - y.value / p_1)
    terms = y.value / p_1 + (1 - y.value) / p_0
    slope = y.value / p_1.square() + (1 - y.value) / p_0.square()
    sigma = rss(
        times(grad.sigma, (a.value - y.value) / p_1 / p_0),
        times(a.sigma, grad.value * slope),
        grad.value.abs() * terms * (LIBRARY * p.storage),
    )
    return Bar(value, sigma, quotient=Quotient(numerator, a.value))


@rule(aten.log.default)
def _log(p: Precision, x: Bar) -> Bar:
    """var = (var_x / x)^2 + (c u log x)^2; where x may be 0, whatever stands in for log(0)."""
    value = x.value.log()
    incoming = None
    if x.sigma is not None:
        incoming = torch.where(x.value <= 3 * x.sigma, LOG_OF_ZERO, x.sigma / x.value)
    return Bar(value, rss(incoming, value.abs() * (LIBRARY * p.storage)))


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
