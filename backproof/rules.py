"""One rounding rule per aten operation: the result, and the standard deviation of its error.

To first order, with independent roundings, variances add (root-sum-square below).  `p` is the
precision of the candidate that is judged, already widened by the reference's own float64.  Factors
such as LIBRARY are the accuracy of library functions in units of the roundoff: numpy, torch and
vendor libraries differ by a few units in the last place, and none of them is wrong.
"""

import math
from typing import Any

import torch
from torch import Tensor

from backproof.errorbars import Bar, rule
from backproof.precision import Z_LIMIT, Precision

aten = torch.ops.aten

LIBRARY = 3.0  # exp, tanh, log and what is made of one of them


def rss(*sigmas: Tensor | None) -> Tensor | None:
    """Return the root of the sum of squares, None standing for zero."""
    total = None
    for sigma in sigmas:
        if sigma is not None:
            total = sigma if total is None else torch.hypot(total, sigma)
    return total


def times(sigma: Tensor | None, factor: Tensor | float) -> Tensor | None:
    """Return |factor| sigma, None standing for zero."""
    return None if sigma is None else sigma * abs(factor)


def root_product(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    """Return sqrt((a∘a) @ (b∘b)), scaled by rows and columns so that no square over- or underflows."""
    if a is None or b is None:
        return None
    rows = a.abs().amax(-1, keepdim=True).clamp_min(1e-300)
    columns = b.abs().amax(-2, keepdim=True).clamp_min(1e-300)
    return ((a / rows).square() @ (b / columns).square()).sqrt_() * rows * columns


def root_sum(x: Tensor | None, dim: Any, keepdim: bool) -> Tensor | None:
    """Return sqrt(sum of squares of x) over `dim`, scaled likewise."""
    if x is None:
        return None
    scale = x.abs().amax(dim, keepdim=True).clamp_min(1e-300)
    root = (x / scale).square().sum(dim, keepdim=True).sqrt_() * scale
    return root if keepdim else root.sum(dim)


def is_exact_factor(factor: float) -> bool:
    """Say whether multiplying by `factor` rounds nothing: zero or a power of two."""
    return abs(math.frexp(factor)[0]) in (0.0, 0.5)


def accumulated(spread: Tensor, value: Tensor, n: int, p: Precision) -> Tensor | None:
    """Return the error of summing n terms in any order.

    var = u^2 (n - 1) (sum of squared terms / 2 + (sum of terms)^2 / 3)

    Partial sums of terms of random sign grow like a random walk (first part), those of terms of
    one sign linearly (second part); each addition is off by u times its partial sum.
    """
    if n == 1:
        return None
    u = p.accumulation * math.sqrt(n - 1)
    return torch.hypot(spread * (u / math.sqrt(2)), value * (u / math.sqrt(3)))


# --- shape only ------------------------------------------------------------------------------

for _operation in (
    aten.t.default,
    aten.transpose.int,
    aten.expand.default,
    aten.view.default,
    aten._unsafe_view.default,
    aten.select.int,
    aten.squeeze.dim,
    aten.unsqueeze.default,
    aten.detach.default,
    aten.clone.default,
):

    def _reshape(p: Precision, x: Bar, *args: Any, _op: Any = _operation, **kwargs: Any) -> Bar:  # noqa: ARG001
        sigma = None if x.sigma is None else _op(x.sigma.expand(x.value.shape), *args, **kwargs)
        return Bar(_op(x.value, *args, **kwargs), sigma, x.quotient if not args else None)

    rule(_operation)(_reshape)


@rule(aten.ones_like.default)
def _ones_like(p: Precision, x: Bar, **_: Any) -> Bar:  # noqa: ARG001
    return Bar(torch.ones_like(x.value))


# --- sums and products -----------------------------------------------------------------------


@rule(aten.mm.default, aten.bmm.default)
def matmul(p: Precision, a: Bar, b: Bar) -> Bar:
    """var = products and their sum, each rounded, + what comes in with either factor."""
    n = a.value.shape[-1]
    value = a.value @ b.value
    spread = root_product(a.value, b.value)
    assert spread is not None
    rounding = rss(spread * p.product, accumulated(spread, value, n, p), value * p.storage)
    assert rounding is not None
    rounding += (spread > 0) * (n * p.smallest)
    incoming = rss(root_product(a.sigma, b.value), root_product(a.value, b.sigma))
    return Bar(value, rss(rounding.abs(), incoming))


@rule(aten.addmm.default)
def _addmm(p: Precision, bias: Bar, a: Bar, b: Bar) -> Bar:
    return add(p, bias, matmul(p, a, b))


@rule(aten.add.Tensor)
def add(p: Precision, x: Bar, y: Bar, *, alpha: float = 1) -> Bar:
    """var = var_x + alpha^2 var_y + roundings; adding an exact zero rounds nothing."""
    scaled = y if alpha == 1 else scale(p, y, alpha)
    value = x.value + scaled.value
    rounded = (x.value != 0) & (scaled.value != 0)
    return Bar(value, rss(x.sigma, scaled.sigma, (value * p.storage).abs_() * rounded))


@rule(aten.sub.Tensor)
def _sub(p: Precision, x: Bar, y: Bar, *, alpha: float = 1) -> Bar:
    return add(p, x, y, alpha=-alpha)


@rule(aten.add_.Tensor, in_place=True)
def _add_(p: Precision, x: Bar, y: Bar, *, alpha: float = 1) -> Bar:
    return add(p, x, y, alpha=alpha)


@rule(aten.mul.Tensor)
def mul(p: Precision, x: Bar, y: Bar | float) -> Bar:
    """var = y^2 var_x + x^2 var_y + (u x y)^2."""
    if not isinstance(y, Bar):
        return scale(p, x, y)
    value = x.value * y.value
    underflow = ((x.value != 0) & (y.value != 0)) * p.smallest
    rounding = (value * p.storage).abs_() + underflow
    return Bar(value, rss(times(x.sigma, y.value), times(y.sigma, x.value), rounding))


@rule(aten.mul.Scalar)
def scale(p: Precision, x: Bar, factor: float) -> Bar:
    """var = factor^2 var_x + (u factor x)^2 twice: the factor is rounded too (0.1, 1/m)."""
    value = x.value * factor
    if is_exact_factor(factor):
        return Bar(value, times(x.sigma, factor))
    rounding = value.abs() * (math.sqrt(2) * p.storage) + (value != 0) * p.smallest
    return Bar(value, rss(times(x.sigma, factor), rounding))


@rule(aten.div.Scalar, aten.div.Tensor)
def _div(p: Precision, x: Bar, divisor: float | Bar) -> Bar:
    """Division by a count; many a candidate multiplies by its rounded reciprocal instead."""
    if isinstance(divisor, Bar):
        assert divisor.sigma is None
        assert divisor.value.numel() == 1
        divisor = divisor.value.item()
    return scale(p, x, 1 / divisor)


@rule(aten.neg.default)
def _neg(p: Precision, x: Bar) -> Bar:  # noqa: ARG001
    return Bar(-x.value, x.sigma)


@rule(aten.sum.dim_IntList)
def sum_over(p: Precision, x: Bar, dim: Any, keepdim: bool = False, **_: Any) -> Bar:
    """var = sum of var_x + the error of adding n terms in any order."""
    value = x.value.sum(dim, keepdim=keepdim)
    spread = root_sum(x.value, dim, keepdim)
    assert spread is not None
    n = x.value.numel() // max(value.numel(), 1)
    sigma = None if x.sigma is None else x.sigma.expand(x.value.shape)
    return Bar(value, rss(root_sum(sigma, dim, keepdim), accumulated(spread, value, n, p)))


@rule(aten.mean.dim)
def _mean_over(p: Precision, x: Bar, dim: Any, keepdim: bool = False, **_: Any) -> Bar:
    total = sum_over(p, x, dim, keepdim)
    return scale(p, total, total.value.numel() / x.value.numel())


@rule(aten.sum.default)
def _sum(p: Precision, x: Bar, **_: Any) -> Bar:
    return sum_over(p, x, list(range(x.value.ndim)))


@rule(aten.mean.default)
def _mean(p: Precision, x: Bar, **_: Any) -> Bar:
    return _mean_over(p, x, list(range(x.value.ndim)))


# --- activations -----------------------------------------------------------------------------


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
    """grad s (1 - s).  Where grad was divided by the same s (1 - s), see below, both cancel."""
    if grad.quotient is not None and _same(grad.quotient[1], y.value):
        numerator = grad.quotient[0]
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


# --- losses ----------------------------------------------------------------------------------


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
    return _mean(p, each) if reduction == 1 else _sum(p, each)


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
    return Bar(value, sigma, quotient=(numerator, a.value))


def _same(x: Tensor, y: Tensor) -> bool:
    return x.data_ptr() == y.data_ptr() and x.shape == y.shape


@rule(aten.mse_loss.default)
def _mse_loss(p: Precision, a: Bar, y: Bar, reduction: int = 1) -> Bar:
    error = add(p, a, y, alpha=-1)
    each = Bar(error.value.square(), rss(times(error.sigma, 2 * error.value)))
    each.sigma = rss(each.sigma, each.value * p.storage)
    if reduction == 0:
        return each
    return _mean(p, each) if reduction == 1 else _sum(p, each)


@rule(aten.mse_loss_backward.default)
def _mse_loss_backward(p: Precision, grad: Bar, a: Bar, y: Bar, reduction: int = 1) -> Bar:
    factor = 2 / a.value.numel() if reduction == 1 else 2
    return mul(p, scale(p, grad, factor), add(p, a, y, alpha=-1))
