"""The rounding error that one operation makes on exact operands, drawn at random."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from backproof.errorbars.algebra import LIBRARY
from backproof.errorbars.bar import RULES, Bar
from backproof.errorbars.sampled.operations import name_of
from backproof.precision import Precision

Draw = Callable[[Tensor], Tensor]  # independent numbers of variance 1, one for each element
FAST = 8  # times a sum's own rounding: that of a fast convolution, such as Winograd's F(4x4, 3x3)
WEIGHTED = ("fft",)  # names that hold one of these: the terms are rounded products


def is_rounded(argument: Any) -> bool:
    """Say whether this is a tensor of real or complex numbers."""
    return isinstance(argument, Tensor) and (argument.is_floating_point() or argument.is_complex())


def error(
    kind: str, func: Any, args: Any, kwargs: Any, result: Any, p: Precision, draw: Draw
) -> Any:
    """Return an error of `result`, of each tensor in it; None where nothing rounds.

    kind  the operation's class, one of those that round
    Where there is a propagated rule, its sigma for exact operands is that of the error.
    Nothing rounds where an operand is empty.
    """
    if not all(a.numel() for a in args if isinstance(a, Tensor)):
        return None
    if kind == "bilinear" and p.rounds_operands:
        return _of_operands(func, args, result, p, draw)
    rule = RULES.get(func)
    if rule is not None and isinstance(args[0], Tensor) and not args[0].is_complex():
        sigma = rule(p, *map(_as_bar, args), **kwargs).sigma
        return None if sigma is None else sigma.expand(result.shape) * draw(result)
    if name_of(func) == "convolution":
        return _of_convolution(func, args, result, p, draw)
    if name_of(func) == "convolution_backward":
        return _of_convolution_backward(func, args, result, p, draw)
    if kind == "linear":
        return _of_sums(func, args, kwargs, result, p, draw)
    u = p.storage * (LIBRARY if kind == "library" else 1)
    return (result.abs() * u + (result != 0) * p.smallest) * draw(result)


def _as_bar(argument: Any) -> Any:
    return Bar(argument) if isinstance(argument, Tensor) else argument


# --- products ------------------------------------------------------------------------------------


def _of_operands(func: Any, args: Any, result: Any, p: Precision, draw: Draw) -> Any:
    """Round what is multiplied, each number once: all rows meet the same rounded weight.

    Then the products are exact, and their sums round as others do.
    """
    bias = {"addmm": 0, "baddbmm": 0, "convolution": 2}.get(name_of(func))  # it is not multiplied
    rounded = tuple(
        a + a * draw(a) * p.product if is_rounded(a) and place != bias else a
        for place, a in enumerate(args)
    )
    off = func(*rounded)
    summed = error("bilinear", func, args, {}, result, replace(p, product=p.storage), draw)
    if isinstance(result, Tensor):
        return off - result + summed
    return [None if r is None else o - r + s for r, o, s in zip(result, off, summed, strict=True)]


def _of_convolution(func: Any, args: Any, result: Tensor, p: Precision, draw: Draw) -> Tensor:
    x, weight, bias, *others = args
    n = math.prod(weight.shape[1:])
    if others[3]:  # transposed: (in, out / groups, ...)
        n = weight.shape[0] // others[5] * math.prod(weight.shape[2:])
    fast = _fast(weight, p)
    product = func(x, weight, None, *others)
    squares = func(x.square(), weight.square(), None, *others)
    sigma = _of_products(squares, product, n, fast)
    if bias is not None:  # the sum may begin with it, or be stored before it is added
        start = bias.reshape(-1, *(1 for _ in result.shape[2:])) * (squares > 0)
        sigma = torch.hypot(sigma, start.abs() * (p.accumulation * math.sqrt(n)))
        sigma = torch.hypot(sigma, product.abs() * p.storage)
    return torch.hypot(sigma, result.abs() * p.storage) * draw(result)


def _of_convolution_backward(
    func: Any, args: Any, result: Any, p: Precision, draw: Draw
) -> list[Tensor | None]:
    """The gradients of input, weight and bias are sums of products, of so many terms each."""
    grad, x, weight, *others = args
    squares = func(grad.square(), x.square(), weight.square(), *others)
    examples = grad.numel() // max(grad.shape[1], 1)
    counts = (grad.shape[1] * math.prod(weight.shape[2:]), examples, examples)
    errors: list[Tensor | None] = []
    fast = _fast(weight, p)
    for value, square, n in zip(result, squares, counts, strict=True):
        if value is None:
            errors.append(None)
        else:
            sigma = torch.hypot(_of_products(square, value, n, fast), value.abs() * p.storage)
            errors.append(sigma * draw(value))
    return errors


def _fast(weight: Tensor, p: Precision) -> Precision:
    """Return the units of a convolution, which may be computed by a fast algorithm.

    It adds transformed numbers, which are larger than the terms of the sum.  Kernels of one element
    leave nothing to be transformed.
    """
    taps = math.prod(weight.shape[2:])
    return replace(p, accumulation=FAST * p.accumulation) if taps > 1 else p


def _of_products(squares: Tensor, value: Tensor, n: int, p: Precision) -> Tensor:
    """Return sigma of n products, each rounded, and of their sum, in any order; `value` is it."""
    spread = squares.clamp_min(0).sqrt()
    u = p.accumulation * math.sqrt(max(n - 1, 0))
    walk = torch.hypot(spread * (u / math.sqrt(2)), value * (u / math.sqrt(3)))
    return torch.hypot(spread * p.partial, walk) + (squares > 0) * (n * p.smallest)


# --- sums ----------------------------------------------------------------------------------------


def _of_sums(func: Any, args: Any, kwargs: Any, result: Tensor, p: Precision, draw: Draw) -> Tensor:
    """What sums its argument's elements sums noise in their place, of as many signs as they have.

    The parts are those of a sum's rule: the walk of the partial sums, their end, the result.
    """
    name = name_of(func)
    noisy = [a * draw(a) if is_rounded(a) else a for a in args]
    u = p.accumulation * math.sqrt(max(_terms(name, args, result) - 1, 1))
    inner = math.hypot(u / math.sqrt(2), p.product if any(w in name for w in WEIGHTED) else 0)
    outer = math.hypot(u / math.sqrt(3), p.storage)
    walk: Tensor = func(*noisy, **kwargs)
    return walk * inner + result * draw(result) * outer


def _terms(name: str, args: Any, result: Tensor) -> int:
    """Return of how many terms an element of the result is the sum, about."""
    x = args[0]
    if name == "cumsum":
        return int(x.shape[args[1]]) if x.ndim else 1
    if "fft" in name:
        return math.prod(max(x.shape[d], result.shape[d]) for d in args[1])
    if name in (
        "scatter_add",
        "index_add",
        "index_put",
        "_index_put_impl",
        "embedding_dense_backward",
    ):
        return max(a.numel() for a in args[1:] if isinstance(a, Tensor)) // max(
            math.prod(result.shape[1:]), 1
        )
    return max(16, math.ceil(x.numel() / max(result.numel(), 1)))
