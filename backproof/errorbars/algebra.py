"""How independent errors combine: the root of the sum of squares, never out of range."""

import math
from typing import Any

import torch
from torch import Tensor

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
