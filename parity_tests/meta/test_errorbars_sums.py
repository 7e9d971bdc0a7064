"""The rounding error of sums: whatever is added, in whatever order, stays within its bar."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import linear

from backproof.errorbars import summation, with_error_bars
from backproof.precision import FLOAT64, PRECISIONS, Z_LIMIT

Floats = NDArray[np.float32]
P = PRECISIONS["float32"].against(FLOAT64)


def normal(n: int, rows: int) -> Floats:
    return np.random.default_rng(n).normal(size=(rows, n)).astype(np.float32)


TERMS: dict[str, Callable[[int, int], NDArray[np.floating]]] = {
    "of random sign": normal,
    "of one sign": lambda n, rows: np.abs(normal(n, rows)),
    "all equal": lambda n, rows: np.repeat(normal(rows, 1).T, n, axis=1),
    "nearly equal": lambda n, rows: 1 + 1e-7 * normal(n, rows),
    "zeros and ones": lambda n, rows: normal(n, rows) > 0,
    "of two values": lambda n, rows: np.where(normal(n, rows) > 0, 0.1, 0.7),
    "one and many small": lambda n, rows: np.where(np.arange(n) == 0, 1, 1e-5 * normal(n, rows)),
    "one and many equal": lambda n, rows: np.where(np.arange(n) == 0, normal(1, rows), 1e-6),
    "sorted": lambda n, rows: np.sort(normal(n, rows), axis=1),
    "two classes": lambda n, rows: classes(n, 2) * np.abs(normal(n, rows)),
    "ten classes": lambda n, rows: classes(n, 10) + normal(n, rows),
}
ORDERS: dict[str, Callable[[Floats], Floats]] = {
    "forwards": lambda terms: one_after_another(terms),
    "backwards": lambda terms: one_after_another(terms[:, ::-1]),
    "pairwise": lambda terms: np.asarray(terms.sum(axis=1, dtype=np.float32)),
    "in lanes": lambda terms: one_after_another(by_lanes(terms)).sum(axis=-1, dtype=np.float32),
}


def classes(n: int, count: int) -> NDArray[np.int64]:
    """Return 1 and -1 in turn, each for as many terms as a class has in sorted data."""
    return 1 - 2 * (np.arange(n) * count // n % 2)


def one_after_another(terms: Floats) -> Floats:
    """Return the sums over axis 1, each addition rounded to float32."""
    sums: Floats = np.add.accumulate(terms, axis=1, dtype=np.float32)[:, -1]
    return sums


def by_lanes(terms: Floats) -> Floats:
    """Return the terms as eight lanes of a vector unit take them, zeros at the end."""
    return np.pad(terms, ((0, 0), (0, -terms.shape[1] % 8))).reshape(len(terms), -1, 8)


def largest_z(computed: Tensor, bars: Tensor) -> float:
    off, sigma = (computed.double() - bars.value).abs(), bars.sigma  # type: ignore[attr-defined]
    assert not off[sigma == 0].any(), "off where the error bar says exact"
    return float((off / sigma).nan_to_num().max())


def z_of_sum(order: str, terms: Floats) -> float:
    bars = with_error_bars(torch.from_numpy(terms).double(), P).sum(1)
    return largest_z(torch.from_numpy(ORDERS[order](terms)), bars)


def drawn(terms: str, n: int, rows: int) -> Floats:
    return TERMS[terms](n, rows).astype(np.float32)


@pytest.mark.parametrize("n", [2, 40, 1_000, 16_000])
@pytest.mark.parametrize("terms", TERMS)
def test_a_sum_in_any_order(terms: str, n: int) -> None:
    assert max(z_of_sum(order, drawn(terms, n, 100)) for order in ORDERS) <= Z_LIMIT


@pytest.mark.parametrize("terms", TERMS)
def test_a_plain_loop_over_a_million_terms(terms: str) -> None:
    for order in ("forwards", "backwards"):
        assert z_of_sum(order, drawn(terms, 1_000_000, 4)) <= Z_LIMIT


def test_what_the_drift_and_the_blocks_are_for_stays_out_of_ordinary_sums() -> None:
    """The bars of random terms against those of a random walk and its end alone."""
    terms = torch.from_numpy(drawn("of random sign", 16_000, 100)).double()
    walk = torch.hypot(terms.norm(dim=1) / 2**0.5, terms.sum(1).abs() / 3**0.5)
    ratios = with_error_bars(terms, P).sum(1).sigma / (P.accumulation * 16_000**0.5 * walk)
    assert 0.9 < float(ratios.median()) < 1.3


SUMMED_ALIKE = ["all equal", "of two values", "one and many equal"]


@pytest.mark.parametrize("terms", SUMMED_ALIKE)
def test_without_the_drift_equal_terms_would_differ(
    terms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backproof.errorbars.linear.likeness", lambda *_: None)
    worst = max(z_of_sum("forwards", drawn(terms, n, 4)) for n in (16_000, 1_000_000))
    assert worst > Z_LIMIT


@pytest.mark.parametrize("terms", ["sorted", "two classes"])
def test_without_the_blocks_sorted_terms_would_differ(
    terms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summation, "block_count", lambda _: 1)
    assert z_of_sum("forwards", drawn(terms, 16_000, 100)) > Z_LIMIT


# products ---------------------------------------------------------------------------------

FACTORS: dict[str, Callable[[int], Tensor]] = {
    "random": lambda n: torch.randn(20, n),
    "of one sign": lambda n: torch.rand(20, n),
    "all equal": lambda n: torch.full((20, n), 0.3),
    "swallowed": lambda n: 1e-6 * torch.rand(20, n),
    "sorted": lambda n: torch.randn(20, n).sort(1).values,
}


def loop_from(start: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return start + a @ b.T in float32, one product after another added to the start."""
    for k in range(a.shape[1]):
        start = start + torch.outer(a[:, k], b[:, k])
    return start


def product_ways(bias: Tensor, a: Tensor, b: Tensor) -> dict[str, Tensor]:
    return {
        "the bias first": loop_from(bias.expand(len(a), -1), a, b),
        "the bias last": loop_from(torch.zeros(len(a), len(b)), a, b) + bias,
        "backwards": loop_from(bias.expand(len(a), -1), a.flip(1), b.flip(1)),
        "torch's own": linear(a, b, bias),
        "one product": a @ b.T + bias,
    }


def z_of_products(factor: str, n: int, size: float) -> dict[str, float]:
    torch.manual_seed(n)
    a, b, bias = FACTORS[factor](n), FACTORS[factor](n)[:10], size * torch.randn(10)
    operands = [with_error_bars(x.double(), P) for x in (a, b, bias)]
    bars = linear(*operands)
    return {way: largest_z(y, bars) for way, y in product_ways(bias, a, b).items()}


@pytest.mark.parametrize("size", [0.0, 1.0, 1e3, 1e7])
@pytest.mark.parametrize("n", [1, 8, 28, 400, 4_000])
@pytest.mark.parametrize("factor", FACTORS)
def test_a_layer_that_begins_or_ends_with_its_bias(factor: str, n: int, size: float) -> None:
    assert max(z_of_products(factor, n, size).values()) <= Z_LIMIT


def test_a_bias_counted_as_one_addition_at_the_end_would_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backproof.errorbars.linear.begun_at", lambda *_: None)
    found = z_of_products("random", 4_000, 1e3)
    assert found["the bias first"] > Z_LIMIT
    assert found["the bias last"] <= Z_LIMIT


# --- errors that come in with equal numbers -------------------------------------------------------

SUMS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "left factor": lambda x, y: x @ y.mT,
    "right factor": lambda x, y: y @ x.mT,
    "sum": lambda x, _: x.sum(1, keepdim=True),
    "sum of all": lambda x, _: x.sum()[None, None],
    "mean": lambda x, _: x.mean(1, keepdim=True) * x.shape[1],
}


@pytest.mark.parametrize("n", [40, 99, 10_000])
@pytest.mark.parametrize("name", SUMS)
def test_equal_numbers_are_off_by_the_same_error(name: str, n: int) -> None:
    """Examples that are equal have equal activations, each with the same rounding error."""
    error = 1e-4  # far above that of adding
    y = torch.ones(1, n, dtype=torch.float64)
    equal = torch.full((1, n), 0.3, dtype=torch.float64)
    other = torch.from_numpy(np.random.default_rng(n).normal(size=(1, n)))

    def sigma(x: Tensor) -> float:
        bars = SUMS[name](with_error_bars(x, P, torch.full_like(x, error)), with_error_bars(y, P))
        return float(bars.sigma)

    off = SUMS[name](equal + error, y) - SUMS[name](equal, y)
    assert 0.99 < float(off) / sigma(equal) < 1.01
    assert 0.9 < sigma(other) / (error * n**0.5) < 1.1, "different numbers err independently"
