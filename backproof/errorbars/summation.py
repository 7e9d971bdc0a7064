"""The rounding error of a sum of many terms, whatever the order in which they are added."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from backproof.errorbars.algebra import root_sum, rss, times
from backproof.errorbars.bar import Total
from backproof.precision import Z_LIMIT, Precision

MANY = 32  # terms; with fewer, the limit holds even where all roundings have the same sign
BLOCK = 64  # terms, at least; see block_count()


class Sum(NamedTuple):
    """A sum of n terms, and the error that adding them makes (None: nothing is added)."""

    value: Tensor
    error: Tensor | None


def accumulated(
    blocks: Iterator[Tensor], spread: Tensor, n: int, p: Precision, alike: Tensor | None
) -> Sum:
    """Return the sum of n terms and the error of adding them, in any order.

    var = u^2 (n - 1) (sum of squared terms / 2 + mean square of partial sums) + drift^2
    drift = n u alike (root mean square of partial sums) / limit

    blocks  the sums of the terms of each block, in the order in which they stand
    spread  the root of the sum of the squared terms
    alike   see likeness(); None: the terms are not alike
    Each addition is off by u times its partial sum.  The partial sums of terms of random sign grow
    like a random walk, inside a block too (first part); those of terms of one sign grow linearly,
    and those of sorted terms far beyond where they end (second part).  Terms that are equal are
    rounded alike, and all these errors may have one sign: the largest that they can add up to is
    to be within the limit.
    """
    value, partial = _partial_sums(blocks, spread)
    if n == 1:
        return Sum(value, None)
    u = p.accumulation * math.sqrt(n - 1)
    walk = torch.hypot(spread * (u / math.sqrt(2)), partial * u)
    drift = None if alike is None else alike * partial
    return Sum(value, rss(walk, times(drift, n * p.accumulation / Z_LIMIT)))


def begun_at(start: Tensor, total: Total | None, p: Precision) -> Tensor | None:
    """Return the error of a sum that begins at `start`, over that of adding `start` at its end.

    var = u^2 (n - 1) start^2 + drift^2
    drift = n u alike |start| / limit

    As in accumulated(), each partial sum larger by `start`.  Terms that are lost under `start` are
    rounded alike too.
    """
    if total is None or total.n == 1:
        return None
    onto = start.abs() * ((total.term > 0) * p.accumulation)  # adding zeros rounds nothing
    alike = (total.term < 8 * p.accumulation * start.abs()).double()
    if total.alike is not None:
        alike = torch.maximum(alike, total.alike)
    return torch.hypot(onto * math.sqrt(total.n - 1), onto * alike * (total.n / Z_LIMIT))


def _partial_sums(blocks: Iterator[Tensor], spread: Tensor) -> tuple[Tensor, Tensor]:
    """Return the sum and the root of the mean of its squared partial sums.

    Between the ends of two blocks they are taken to lie on a line.  The mean is that of a sum that
    goes forwards, or backwards where that is larger.
    """
    value, count = next(blocks), 1
    scale = spread.clamp_min(1e-300)  # so that squares stay in range
    end = value / scale
    mean, square = end / 2, end.square() / 3
    for block in blocks:
        value, begin, count = value + block, end, count + 1
        end = value / scale
        mean += (begin + end) / 2
        square += (begin * begin + begin * end + end * end) / 3
    backwards = (end * (end - 2 / count * mean)).clamp_min(0)
    return value, spread * (square / count + backwards).sqrt()


def block_count(n: int) -> int:
    """Return into how many blocks n terms are divided.

    Blocks of about 2 sqrt(n): one whose terms all have the same sign rises no higher than the
    random walk of the whole sum.
    """
    return max(1, n // max(BLOCK, 2 * math.isqrt(n)))


def blocks_of(x: Tensor) -> Iterator[Tensor]:
    """Yield the sums of the blocks of x along its last dim, that dim kept."""
    for block in x.tensor_split(block_count(x.shape[-1]), -1):
        yield block.sum(-1, keepdim=True)


def blocks_of_product(a: Tensor, b: Tensor) -> Iterator[Tensor]:
    """Yield the parts of a @ b that come from the blocks of its inner dim."""
    count = block_count(a.shape[-1])
    for left, right in zip(a.tensor_split(count, -1), b.tensor_split(count, -2), strict=True):
        yield left @ right


def likeness_of_products(a: Tensor, b: Tensor, p: Precision) -> Tensor | None:
    """Return how far the products that make up each element of a @ b are alike; None for 0."""
    if a.numel() > b.numel():  # the smaller one may save the larger one's trouble
        swapped = likeness_of_products(b.mT, a.mT, p)
        return None if swapped is None else swapped.mT
    rows = likeness(a, -1, p)
    columns = None if rows is None else likeness(b, -2, p)
    return None if rows is None or columns is None else rows * columns


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
    last_digit = count * p.accumulation * mean.abs()
    alike = torch.where(deviation < 4 * last_digit * count.sqrt(), 1.0, alike)
    return alike if bool(alike.any()) else None
