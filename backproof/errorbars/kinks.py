"""Rules for functions with a kink, where the derivative jumps.

An input within a few sigmas of a kink may lie on either side of it, for the candidate as for the
reference: both one-sided answers are right there, and sigma takes in their distance.
"""

import torch
from torch import Tensor

from backproof.errorbars.algebra import rss, times
from backproof.errorbars.bar import Bar, rule
from backproof.errorbars.linear import scale
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


@rule(aten.leaky_relu.default)
def _leaky_relu(p: Precision, x: Bar, slope: float = 0.01) -> Bar:
    """Below the kink the error is that of slope x, near it the larger one."""
    sigma, below = _sigma(x), scale(p, x, slope)
    above = sigma * (x.value > -Z_LIMIT * sigma)
    beneath = _sigma(below) * (x.value <= Z_LIMIT * sigma)
    return Bar(torch.where(x.value > 0, x.value, below.value), rss(torch.maximum(above, beneath)))


@rule(aten.leaky_relu_backward.default)
def _leaky_relu_backward(p: Precision, grad: Bar, x: Bar, slope: float, is_result: bool) -> Bar:
    """grad above the kink, slope grad below; within reach of it sigma takes in their distance."""
    assert not is_result, "a leaky ReLU that is not in place"
    passes, below = x.value > 0, scale(p, grad, slope)
    sigma = torch.where(passes, _sigma(grad), _sigma(below))
    jump = (grad.value - below.value).abs() * _near(x, 0)
    value = torch.where(passes, grad.value, below.value)
    return Bar(value, rss(sigma, jump, _sigma(grad) * _near(x, 0)))


@rule(aten.hardtanh.default)
def _clip(p: Precision, x: Bar, low: float = -1, high: float = 1) -> Bar:
    """The error passes between the ends, and near them; outside, an end is a rounded number."""
    value, sigma = x.value.clamp(low, high), _sigma(x)
    reach = Z_LIMIT * sigma
    passes = (x.value > low - reach) & (x.value < high + reach)
    outside = (x.value <= low + reach) | (x.value >= high - reach)
    return Bar(value, rss(sigma * passes, (value * p.storage).abs() * outside))


@rule(aten.hardtanh_backward.default)
def _clip_backward(p: Precision, grad: Bar, x: Bar, low: float, high: float) -> Bar:  # noqa: ARG001
    """grad between the ends, 0 outside; near an end sigma takes in the whole of grad."""
    passes = (x.value > low) & (x.value < high)
    near = _near(x, low) | _near(x, high)
    sigma = times(grad.sigma, (passes | near).double())
    return Bar(grad.value * passes, rss(sigma, grad.value.abs() * near))


def _near(x: Bar, kink: float) -> Tensor:
    """Say where x, off by a few sigmas, may lie on either side of the kink."""
    sigma = _sigma(x)
    return ((x.value - kink).abs() <= Z_LIMIT * sigma) & (sigma > 0)


def _sigma(x: Bar) -> Tensor:
    return torch.zeros_like(x.value) if x.sigma is None else x.sigma
