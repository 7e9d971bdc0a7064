"""How independent errors combine: the root of the sum of squares, never out of range."""

import math
from typing import Any

import torch
from torch import Tensor

from backproof.precision import Z_LIMIT, Precision

MANY = 32  # terms; with fewer, the limit holds even where all roundings have the same sign
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
    if sigma is None:
        return None
    return sigma * (factor.abs() if isinstance(factor, Tensor) else abs(factor))


def root_product(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    """Return sqrt((a∘a) @ (b∘b)), scaled by rows and columns so that squares stay in range."""
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


def accumulated(
    spread: Tensor,
    value: Tensor,
    n: int,
    p: Precision,
    *,
    alike: Tensor | None,
    start: Tensor | None = None,
) -> Tensor | None:
    """Return the error of summing n terms in any order, onto `start` where that is given.

    var = u^2 (additions) (sum of squared terms / 2 + (sum of terms)^2 / 3) + drift^2
    drift = n u alike (|sum of terms| / 2 + |start|) / limit

    spread  the root of the sum of the squared terms
    value   the sum of the terms
    alike   see likeness(); None: the terms are not alike
    start   what the sum may begin with, as a kernel begins at the bias; one term more
    Partial sums of terms of random sign grow like a random walk (first part), those of terms of
    one sign linearly (second part); each addition is off by u times its partial sum.  Terms that
    are equal, or are lost under what the sum starts with, are rounded alike, and all these errors
    may have one sign: the largest that they can add up to is to be within the limit.
    """
    if n == 1 and start is None:
        return None
    end, total, additions = value, spread, n - 1
    if start is not None:
        end, total, additions = value + start, torch.hypot(spread, start.abs()), n
    u = p.accumulation * math.sqrt(additions)
    walk = torch.hypot(total * (u / math.sqrt(2)), end * (u / math.sqrt(3)))
    partial = None if alike is None else alike * value.abs() / 2
    if start is not None:
        swallowed = (spread / math.sqrt(n) < 8 * p.accumulation * start.abs()).double()
        alike = swallowed if alike is None else torch.maximum(alike, swallowed)
        onto = alike * start.abs()
        partial = onto if partial is None else partial + onto
    return rss(walk, times(partial, n * p.accumulation / Z_LIMIT))


def likeness(x: Tensor, dim: int, p: Precision) -> Tensor | None:
    """Return how far the numbers along `dim` are alike, from 0 to 1, that dim kept; None for 0.

    1 where all or nearly all are repeated, or where they differ by less than the last digit of
    their sum; 0 where half of them are different.  Zeros do not count: adding them rounds nothing.
    """
    n = x.shape[dim]
    if n < MANY or x.numel() == 0:
        return None
    there = x != 0
    count = there.sum(dim, keepdim=True).clamp_min(2)
    changes = x.sort(dim).values.diff(dim=dim).ne(0).sum(dim, keepdim=True)
    changes = (changes - (count < n).long()).clamp_min(0)
    alike = (1 - 2 * changes / (count - 1)).clamp_min(0).to(x.dtype)
    mean = x.sum(dim, keepdim=True) / count
    deviation = root_sum((x - mean) * there, dim, keepdim=True)
    assert deviation is not None
    last_digit = n * p.accumulation * x.abs().amax(dim, keepdim=True)
    alike = torch.where(deviation < 4 * last_digit * count.sqrt(), 1.0, alike)
    return alike if bool(alike.any()) else None
