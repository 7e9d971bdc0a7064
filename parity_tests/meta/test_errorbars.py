"""Each rule of the error bars against real arithmetic: never too narrow, never absurdly wide."""

from math import sqrt

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy

from backproof.errorbars import ErrorBar, with_error_bars
from backproof.precision import FLOAT64, PRECISIONS, Z_LIMIT, Precision
from parity_tests.meta.operations import CALM, OPERATIONS, Operation, draw, run


def units(name: str) -> Precision:
    return PRECISIONS[name].against(FLOAT64)


def with_bars(operands: list[Tensor], p: Precision) -> list[ErrorBar]:
    return [with_error_bars(x.double(), p) for x in operands]


def all_z(computed: list[Tensor], bars: list[ErrorBar]) -> Tensor:
    """Return z of every element that has an error bar; those without must be exact."""
    found = []
    for actual, bar in zip(computed, bars, strict=True):
        off = (actual.detach().double() - bar.value).abs()
        exact = bar.sigma == 0
        assert not off[exact].any(), "off where the error bar says exact"
        found.append((off / bar.sigma)[~exact])
    return torch.cat(found)


def rms(z: Tensor) -> float:
    return float(z.square().mean().sqrt())


@pytest.mark.parametrize(
    ("operation", "dtype"),
    [pytest.param(o, d, id=f"{o.name}-{d}") for o in OPERATIONS for d in o.dtypes],
)
def test_real_arithmetic_stays_within_its_bars(operation: Operation, dtype: str) -> None:
    found = []
    for seed in range(20):
        operands, cotangent = draw(operation, seed, getattr(torch, dtype))
        bars = run(operation, with_bars(operands, units(dtype)), cotangent.double())
        found.append(all_z(run(operation, operands, cotangent), bars))
    z = torch.cat(found)
    if operation.exact:
        assert z.numel() == 0
        return
    assert z.max() <= CALM, "eight sigmas are allowed; a right answer stays far from them"
    assert z.max() >= 0.05, "the bars are absurdly wide"
    assert rms(z[z > 0]) >= 0.03, "the bars are absurdly wide"


@pytest.mark.parametrize("n", [2, 10, 1000, 30_000])
@pytest.mark.parametrize("signs", ["random", "one"])
@pytest.mark.parametrize("order", ["one after another", "pairwise"])
def test_sums_in_any_order(n: int, signs: str, order: str) -> None:
    """accumulated(): a random walk for terms of random sign, linear growth for one sign."""
    terms = np.random.default_rng(n).normal(size=(100, n)).astype(np.float32)
    if signs == "one":
        terms = np.abs(terms)
    if order == "pairwise":
        computed = terms.sum(axis=1, dtype=np.float32)
    else:
        computed = np.add.accumulate(terms, axis=1, dtype=np.float32)[:, -1]
    bars = with_error_bars(torch.from_numpy(terms).double(), units("float32")).sum(1)
    z = all_z([torch.from_numpy(computed)], [bars])
    assert z.max() <= CALM
    if order == "one after another":
        assert 0.1 <= rms(z) <= 1.5


def test_cross_entropy_as_the_formula_is_written() -> None:
    """log(1 - a) near a = 0 loses what rounding 1 - a loses; torch's own log1p would not."""
    random = np.random.default_rng(0)
    a = (10.0 ** random.uniform(-6, -0.01, size=(40, 50))).astype(np.float32)
    y = random.integers(2, size=a.shape).astype(np.float32)
    computed = -(y * np.log(a) + (1 - y) * np.log(1 - a))
    probabilities, labels = with_bars([torch.from_numpy(x) for x in (a, y)], units("float32"))
    bars = binary_cross_entropy(probabilities, labels, reduction="none")
    z = all_z([torch.from_numpy(computed)], [bars])
    assert 0.3 <= z.max() <= CALM
    assert rms(z) >= 0.03


def rounded_to_tf32(x: Tensor) -> Tensor:
    """Keep 10 bits after the leading one, to nearest even, of float32 numbers."""
    bits = x.view(torch.int32)
    bits = bits + 0xFFF + ((bits >> 13) & 1)
    return (bits & ~0x1FFF).view(torch.float32)


def test_rounding_to_tf32() -> None:
    x = torch.tensor([1.0, 1 + 2.0**-10, 1 + 2.0**-11, 1 + 3 * 2.0**-11, -1 - 2.0**-10 - 2.0**-12])
    rounded = torch.tensor([1.0, 1 + 2.0**-10, 1.0, 1 + 2.0**-9, -1 - 2.0**-10])
    assert torch.equal(rounded_to_tf32(x), rounded)


def products(n: int, dtype: torch.dtype) -> list[Tensor]:
    random = torch.Generator().manual_seed(n)
    shapes = (20, n), (n, 30)
    return [torch.randn(s, generator=random, dtype=torch.float64).to(dtype) for s in shapes]


@pytest.mark.parametrize("n", [1, 8, 500])
def test_tf32_has_coarse_products_and_fine_sums(n: int) -> None:
    a, b = products(n, torch.float32)
    computed = [rounded_to_tf32(a) @ rounded_to_tf32(b)]
    z = all_z(computed, [torch.mm(*with_bars([a, b], units("tf32")))])
    assert z.max() <= CALM
    assert rms(z) >= 0.1
    as_float32 = all_z(computed, [torch.mm(*with_bars([a, b], units("float32")))])
    assert as_float32.max() > 100 * Z_LIMIT / sqrt(n), "TF32 must not pass for float32"


@pytest.mark.parametrize("n", [1, 8, 500])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stores_coarsely_and_sums_finely(dtype: str, n: int) -> None:
    operands = products(n, getattr(torch, dtype))
    computed = [torch.mm(*operands)]
    z = all_z(computed, [torch.mm(*with_bars(operands, units(dtype)))])
    assert z.max() <= CALM
    assert rms(z) >= 0.1
    finer = {"bfloat16": "float16", "float16": "float32"}[dtype]
    as_finer = all_z(computed, [torch.mm(*with_bars(operands, units(finer)))])
    assert as_finer.max() > z.max() * 4, "a coarser precision must show"


@pytest.mark.parametrize("name", PRECISIONS)
def test_the_units_are_those_of_the_format(name: str) -> None:
    p = PRECISIONS[name]
    info = torch.finfo(getattr(torch, "float32" if name == "tf32" else name))
    assert p.storage == info.eps / 2
    assert (p.smallest, p.smallest_normal) == (info.eps * info.tiny, info.tiny)
    assert p.largest == info.max
    assert units(name).storage == pytest.approx(sqrt(p.storage**2 + 2.0**-106), abs=0)
