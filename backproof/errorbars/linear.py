"""Rules for shapes, sums and products."""

import math
from typing import Any

import torch
from torch import Tensor

from backproof.errorbars.algebra import (
    is_exact_factor,
    root_product,
    root_sum,
    rss,
    times,
)
from backproof.errorbars.bar import Bar, Total, rule
from backproof.errorbars.summation import (
    accumulated,
    begun_at,
    blocks_of,
    blocks_of_product,
    likeness,
    likeness_of_products,
)
from backproof.precision import Precision

aten = torch.ops.aten

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
        def reshape(tensor: Tensor) -> Tensor:
            return _op(tensor.expand(x.value.shape), *args, **kwargs)

        return Bar(
            reshape(x.value),
            None if x.sigma is None else reshape(x.sigma),
            x.quotient if not args else None,
            None if x.total is None else x.total.reshaped(reshape),
        )

    rule(_operation)(_reshape)


@rule(aten.ones_like.default)
def _ones_like(p: Precision, x: Bar, **_: Any) -> Bar:  # noqa: ARG001
    return Bar(torch.ones_like(x.value))


# --- sums and products -----------------------------------------------------------------------


@rule(aten.mm.default, aten.bmm.default)
def matmul(p: Precision, a: Bar, b: Bar) -> Bar:
    """var = products and their sum, each rounded, + what comes in with either factor."""
    n = a.value.shape[-1]
    spread = root_product(a.value, b.value)
    assert spread is not None
    alike = likeness_of_products(a.value, b.value, p)
    value, summed = accumulated(blocks_of_product(a.value, b.value), spread, n, p, alike)
    rounding = rss(spread * p.partial, summed, value * p.storage)
    assert rounding is not None
    rounding += (spread > 0) * (n * p.smallest)
    incoming = rss(
        _of_factor(p, a.value, a.sigma, b.value), _of_factor(p, b.value, b.sigma, a.value, True)
    )
    total = Total(n, spread / math.sqrt(max(n, 1)), alike)
    return Bar(value, rss(rounding.abs(), incoming), total=total)


def _of_factor(
    p: Precision, x: Tensor, sigma: Tensor | None, y: Tensor, right: bool = False
) -> Tensor | None:
    """Return the error that comes into x @ y with x; with `right`, into y @ x.

    var = sigma^2 @ y^2, or (alike (sigma @ y))^2 where that is more: equal numbers were computed
    from equal ones, and are off by the same error, which does not average out.  Where operands
    are rounded, all have met the same rounded weights, whatever they are.
    """
    if sigma is None:
        return None
    single, dim = (root_product(y, sigma), -2) if right else (root_product(sigma, y), -1)
    alike = torch.ones((), dtype=x.dtype) if p.rounds_operands else likeness(x, dim, p)
    if alike is None or single is None:
        return single
    together = y @ sigma if right else sigma @ y
    return torch.maximum(single, alike * together.abs())


@rule(aten.addmm.default, aten.baddbmm.default)
def _addmm(p: Precision, bias: Bar, a: Bar, b: Bar) -> Bar:
    return add(p, bias, matmul(p, a, b))


@rule(aten.add.Tensor)
def add(p: Precision, x: Bar, y: Bar | float, *, alpha: float = 1) -> Bar:
    """var = var_x + alpha^2 var_y + roundings; adding an exact zero rounds nothing.

    Where one of them is a sum, a kernel may begin it at the other, as a layer's at its bias.
    """
    if not isinstance(y, Bar):
        y = _constant(p, y, x.value)
    scaled = y if alpha == 1 else scale(p, y, alpha)
    value = x.value + scaled.value
    rounded = (x.value != 0) & (scaled.value != 0)
    rounding = (value * p.storage).abs_() * rounded
    started = rss(begun_at(scaled.value, x.total, p), begun_at(x.value, scaled.total, p))
    return Bar(value, rss(x.sigma, scaled.sigma, rounding, started))


def _constant(p: Precision, number: float, like: Tensor) -> Bar:
    """Return a number of the program's text, rounded where it is no power of two (1e-15)."""
    value = torch.full_like(like, number)
    return Bar(value, None if is_exact_factor(number) else value.abs() * p.storage)


@rule(aten.rsub.Scalar)
def _subtract_from(p: Precision, x: Bar, number: float, alpha: float = 1) -> Bar:
    return add(p, _constant(p, number, x.value), x, alpha=-alpha)


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
        lost = ((value != 0) & (value.abs() < p.smallest_normal)) * p.smallest
        return Bar(value, rss(times(x.sigma, factor), lost))
    rounding = value.abs() * (math.sqrt(2) * p.storage) + (value != 0) * p.smallest
    return Bar(value, rss(times(x.sigma, factor), rounding))


@rule(aten.div.Scalar, aten.div.Tensor)
def _div(p: Precision, x: Bar, divisor: float | Bar) -> Bar:
    """Division; by a count, many a candidate multiplies by its rounded reciprocal instead."""
    if isinstance(divisor, Bar):
        if divisor.sigma is not None or divisor.value.numel() > 1:
            return _quotient(p, x, divisor)
        divisor = divisor.value.item()
    return scale(p, x, 1 / divisor)


def _quotient(p: Precision, x: Bar, y: Bar) -> Bar:
    """var = var_x / y^2 + (x / y^2)^2 var_y + (u x / y)^2, element by element."""
    value = x.value / y.value
    rounding = value.abs() * p.storage + (value != 0) * p.smallest
    return Bar(value, rss(times(x.sigma, 1 / y.value), times(y.sigma, value / y.value), rounding))


@rule(aten.neg.default)
def _neg(p: Precision, x: Bar) -> Bar:  # noqa: ARG001
    return Bar(-x.value, x.sigma)


@rule(aten.sum.dim_IntList)
def sum_over(p: Precision, x: Bar, dim: Any, keepdim: bool = False, **_: Any) -> Bar:
    """var = sum of var_x + the error of adding n terms in any order.

    Equal terms are off by the same error: see _of_factor.
    """
    value = x.value.sum(dim, keepdim=keepdim)
    n = x.value.numel() // max(value.numel(), 1)
    sigma = None if x.sigma is None else root_sum(x.sigma.expand(x.value.shape), dim, keepdim)
    if n <= 1:
        return Bar(value, sigma)
    rows = _rows(x.value, dim)
    spread = root_sum(rows, -1, keepdim=True)
    assert spread is not None
    alike = likeness(rows, -1, p)
    summed = accumulated(blocks_of(rows), spread, n, p, alike).error
    assert summed is not None
    total = Total(n, spread / math.sqrt(n), alike).reshaped(lambda x: x.reshape(value.shape))
    alike = torch.ones((), dtype=rows.dtype) if p.rounds_operands else alike
    if x.sigma is not None and sigma is not None and alike is not None:
        together = alike * _rows(x.sigma.expand(x.value.shape), dim).sum(-1, keepdim=True)
        sigma = torch.maximum(sigma, together.reshape(value.shape))
    return Bar(value, rss(sigma, summed.reshape(value.shape), value * p.storage), total=total)


def _rows(x: Tensor, dim: Any) -> Tensor:
    """Return x with the terms of each sum over `dim` in a row."""
    dims = [d % x.ndim for d in ([dim] if isinstance(dim, int) else dim or range(x.ndim))]
    kept = [d for d in range(x.ndim) if d not in dims]
    return x.permute(*kept, *dims).flatten(len(kept)) if dims else x


@rule(aten.mean.dim)
def _mean_over(p: Precision, x: Bar, dim: Any, keepdim: bool = False, **_: Any) -> Bar:
    total = sum_over(p, x, dim, keepdim)
    return scale(p, total, total.value.numel() / x.value.numel())


@rule(aten.sum.default)
def sum_of_all(p: Precision, x: Bar, **_: Any) -> Bar:
    """Sum over every axis; see sum_over."""
    return sum_over(p, x, list(range(x.value.ndim)))


@rule(aten.mean.default)
def mean_of_all(p: Precision, x: Bar, **_: Any) -> Bar:
    """Mean over every axis; see sum_over."""
    return _mean_over(p, x, list(range(x.value.ndim)))
