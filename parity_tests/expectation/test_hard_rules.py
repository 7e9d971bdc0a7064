"""Where bars of a computation were once too narrow, too wide, or silently missing."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backproof
from backproof.errors import MissingRuleError

DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
COARSE = (torch.float32, torch.bfloat16)


def rand(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(5)).to(dtype)


def in_place(x: Tensor) -> Tensor:
    y = x.clone()
    y[1:].mul_(x[:-1]).add_(0.3)
    y[0] = x[0] / 3
    return y.exp_()


def up_and_down(x: Tensor) -> Tensor:
    return (x.float() * 1.7).exp().to(x.dtype) * 3


def doubled(x: Tensor) -> Tensor:
    return (x.double().exp().sum(-1, keepdim=True) / 3).to(x.dtype) * x


RIGHT: dict[str, tuple[Callable[[Tensor], Tensor], tuple[int, ...]]] = {
    "in place": (in_place, (5, 7)),
    "up to float32 and down": (up_and_down, (5, 7)),
    "up to float64 and down": (doubled, (5, 7)),
    "layer_norm": (lambda x: functional.layer_norm(x, (16,)), (200, 16)),
    "product": (lambda x: (1 + x / 10).prod(-1), (4, 30)),
    "product of all": (lambda x: (1 + x / 10).prod(), (3, 5)),
    "running product": (lambda x: (1 + x / 10).cumprod(0), (9, 2)),
    "addbmm": (lambda x: torch.addbmm(x[0], x, x.mT, beta=0.3), (3, 5, 5)),
    "norm": (lambda x: torch.linalg.vector_norm(x, 3, -1), (4, 30)),
    "power in place": (lambda x: x.abs().pow_(2.5), (5, 7)),
    "two to the": (lambda x: 2**x, (5, 7)),
    "turned in place": (lambda x: x.clone().transpose_(0, 1).exp(), (5, 7)),
}


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", RIGHT)
def test_right_code_agrees_and_a_slip_does_not(name: str, dtype: torch.dtype) -> None:
    function, shape = RIGHT[name]
    expected = backproof.expect(function, rand(*shape, dtype=dtype))
    comparison = expected.compare(function)
    assert comparison.verdict == "agree", comparison
    assert max(finding.z for finding in comparison.findings) < 6
    inner = torch.float32 if name == "up to float32 and down" else dtype
    slip = 1 + 100 * max(torch.finfo(dtype).eps, torch.finfo(inner).eps)
    wrong = expected.computation.of(function)["output"] * slip
    assert expected.compare({"output": wrong}).verdict == "differ"


@pytest.mark.parametrize("dtype", COARSE, ids=str)
@pytest.mark.parametrize(
    ("mode", "shape"),
    [("bilinear", (1, 2, 7, 9)), ("bicubic", (1, 2, 7, 9)), ("linear", (2, 3, 11))],
)
def test_interpolation(mode: str, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Its gradients have no bars yet."""

    def larger(x: Tensor) -> Tensor:
        return functional.interpolate(x, scale_factor=1.7, mode=mode)

    def shifted(x: Tensor) -> Tensor:
        return functional.interpolate(x, scale_factor=1.7, mode=mode, align_corners=True)

    with torch.no_grad():
        expected = backproof.expect(larger, rand(*shape, dtype=dtype), gradients=False)
        comparison = expected.compare(larger)
        assert comparison.verdict == "agree", comparison
        assert max(finding.z for finding in comparison.findings) < 6
        assert expected.compare(shifted).verdict == "differ"


@pytest.mark.parametrize("dtype", COARSE, ids=str)
def test_the_gradient_of_a_bias_that_many_rows_share(dtype: torch.dtype) -> None:
    module = nn.LayerNorm(16)
    expected = backproof.expect(module, rand(200, 16), dtype=dtype)
    comparison = expected.compare(module.to(dtype))
    assert comparison.verdict == "agree", comparison
    right = expected.computation.of(module)["gradient of bias"]
    wrong = right.clone()
    wrong[3] += right.abs().max()
    assert expected.compare({"gradient of bias": wrong}).verdict == "differ"


def test_an_empty_product_is_one() -> None:
    expected = backproof.expect(lambda x: x.prod(-1) * 0.3, rand(3, 0), gradients=False)
    assert torch.equal(expected["output"].value, torch.full((3,), 0.3, dtype=torch.float64))


@pytest.mark.parametrize("decimals", [1, -1])
def test_rounding_to_decimals(decimals: int) -> None:
    """Where both sides may be right, at a half, the bar takes both in; elsewhere it is narrow."""
    x = rand(50, dtype=torch.float32) * 100
    expected = backproof.expect(lambda x: x.round(decimals=decimals), x, gradients=False)
    right = x.round(decimals=decimals)
    assert expected.compare({"output": right}).verdict == "agree"
    assert expected.compare({"output": x.round()}).verdict == "differ"
    assert expected.compare({"output": right * (1 + 1e-5)}).verdict == "differ"


def test_what_is_infinite_on_both_sides_agrees() -> None:
    x = torch.tensor([0.0, 1.5, 2.5], dtype=torch.float64)
    expected = backproof.expect(lambda t: t.log(), x, gradients=False)
    assert expected.compare(lambda t: t.log()).verdict == "agree"
    for wrong in (torch.inf, torch.nan, -1e308):
        other = torch.tensor([wrong, 1.5, 2.5], dtype=torch.float64).log()
        other[0] = wrong
        assert expected.compare({"output": other}).verdict != "agree"


def test_an_array_that_is_missing_differs() -> None:
    expected = backproof.expect(lambda t: {"a": t.exp(), "b": t.sin()}, rand(4))
    comparison = expected.compare(lambda t: {"a": t.exp()})
    assert comparison.verdict == "differ"
    assert "it is missing" in str(comparison)


def written_into(x: Tensor) -> Tensor:
    return torch.exp(x, out=torch.empty_like(x))


def automatic(x: Tensor) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return x @ x.mT


REFUSED: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "out=": (written_into, "out="),
    "autocast": (automatic, "autocast"),
    "lgamma": (torch.lgamma, "lgamma"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_wrong_is_refused_with_its_name(name: str) -> None:
    function, word = REFUSED[name]
    with pytest.raises(MissingRuleError, match=word):
        backproof.expect(function, rand(4, 4, dtype=torch.float32), gradients=False)
