"""backproof.expect: right candidates agree, and each planted fault is seen."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backproof
from backproof.errorbars.sampled import samples
from backproof.errors import BackproofError, MissingRuleError
from backproof.expectation import Expectation

DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    return x * (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt() * weight


def convolved(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return functional.max_pool2d(functional.conv2d(x, weight, bias, padding=1).relu(), 2)


def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return functional.scaled_dot_product_attention(q, k, v, is_causal=True)


FUNCTIONS: dict[str, tuple[Callable[..., Any], list[tuple[int, ...]]]] = {
    "rms norm": (rms_norm, [(6, 16), (16,)]),
    "convolution": (convolved, [(2, 3, 8, 8), (4, 3, 3, 3), (4,)]),
    "attention": (attention, [(2, 5, 8), (2, 5, 8), (2, 5, 8)]),
    "log-softmax": (lambda x: functional.log_softmax(x, -1), [(7, 9)]),
    "variance": (lambda x: x.var(0), [(30, 4)]),
    "layer": (functional.linear, [(9, 12), (5, 12), (5,)]),
}


def drawn(shapes: list[tuple[int, ...]], dtype: torch.dtype) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator).to(dtype) for shape in shapes]


@pytest.fixture(scope="module", params=[(n, d) for n in FUNCTIONS for d in DTYPES], ids=str)
def expected(request: pytest.FixtureRequest) -> Expectation:
    name, dtype = request.param
    function, shapes = FUNCTIONS[name]
    return backproof.expect(function, *drawn(shapes, dtype))


def test_eager_torch_agrees(expected: Expectation) -> None:
    comparison = expected.compare(expected.computation.function)
    assert comparison.verdict == "agree", comparison
    z = [finding.z for finding in comparison.findings]
    assert max(z) < 5
    assert max(z) > 0.1 or expected.dtype == torch.float64, "the bars are absurdly wide"
    assert {f.name for f in comparison.findings} == set(expected)


def spoiled(value: Tensor) -> dict[str, Tensor]:
    faults = {"zeros": torch.zeros_like(value), "half": value / 2, "last missing": value.clone()}
    faults["last missing"].view(-1)[-1] = 0
    faults["neighbours swapped"] = value.roll(1, -1)
    return faults


def test_each_fault_is_seen(expected: Expectation) -> None:
    """Each array spoiled alone; half precision cannot tell one small element from another."""
    right = expected.computation.of(expected.computation.function)
    coarse = expected.dtype in (torch.bfloat16, torch.float16)
    for name, value in right.items():
        for fault, wrong in spoiled(value).items():
            if coarse and fault not in ("zeros", "half"):
                continue
            comparison = expected.compare({name: wrong})
            assert comparison.verdict == "differ", (name, fault)


def test_the_sensitivity_is_true(expected: Expectation) -> None:
    right = expected.computation.of(expected.computation.function)
    for finding in expected.compare(right).findings:
        bars = expected[finding.name]
        for factor, verdict in ((1 + 3 * finding.sensitivity, "differ"), (1.0, "agree")):
            rounded = (bars.value * factor).to(bars.dtype)
            assert expected.compare({finding.name: rounded}).verdict == verdict


# --- modules, nesting, kinks ---------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_module_with_its_parameters(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3))
    expected = backproof.expect(module, torch.randn(5, 6), dtype=dtype)
    assert "gradient of 0.weight" in expected
    expected.assert_close(module.to(dtype))
    with torch.no_grad():
        module[0].weight *= 1.3
    with pytest.raises(AssertionError, match="differ     output"):
        expected.assert_close(module)


def test_results_may_be_nested() -> None:
    def halves(x: Tensor, options: dict[str, Any]) -> dict[str, Any]:
        return {"low": x[:2] * options["by"], "both": [x.exp(), (x > 0)]}

    x, options = torch.randn(4), {"by": torch.tensor([0.3])}
    expected = backproof.expect(halves, x, options)
    names = {"output['low']", "output['both'][0]", "output['both'][1]"}
    assert names < set(expected)
    assert "gradient of input[1]['by']" in expected
    expected.assert_close(halves)
    with pytest.raises(AssertionError, match=r"output\['low'\]"):
        expected.assert_close(lambda x, o: halves(x * 2, o) | {"both": halves(x, o)["both"]})


def test_a_jump_at_a_kink_is_taken_in_and_told() -> None:
    """The sign of what is zero but for rounding: every answer is right, and one of them is it."""

    def sign_of_rounding(x: Tensor) -> Tensor:
        return (x / 3 * 3 - x).sign()

    bars = backproof.expect(sign_of_rounding, torch.tensor([0.7, 0.9]), gradients=False)
    assert bars["output"].kinks == 2
    for answer in (-1.0, 0.0, 1.0):
        assert bars.compare(torch.full((2,), answer)).verdict == "undecided"
    assert bars.compare(torch.full((2,), 9.0)).verdict == "differ"
    smooth = backproof.expect(torch.sinh, torch.linspace(-1, 1, 1000))
    assert [one.kinks for one in smooth.values()] == [0, 0]


def test_a_derivative_that_jumps() -> None:
    """A pre-activation that is zero up to rounding: both derivatives of the ReLU are right."""
    bars = backproof.expect(lambda x: (x - 0.7).relu(), torch.tensor([0.7 + 3e-8, 1.7]))
    assert bars["gradient of input[0]"].kinks == 1


# --- assert_close --------------------------------------------------------------------------------


def test_instead_of_torch_testing() -> None:
    x = torch.randn(100, 50)
    backproof.assert_close(x.softmax(-1), lambda x: torch.softmax(x, -1), x)
    half = x.bfloat16()
    backproof.assert_close(half.softmax(-1), lambda x: torch.softmax(x, -1), half)
    with pytest.raises(AssertionError, match="differ     output"):
        backproof.assert_close(x.softmax(0), lambda x: torch.softmax(x, -1), x)


class DoubledBackward(torch.autograd.Function):
    """x squared, whose backward pass forgets a factor."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        context.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        (x,) = context.saved_tensors
        return gradients[0] * x


def test_a_backward_pass_by_hand_against_autograd() -> None:
    x = torch.randn(20)
    backproof.assert_close(lambda x: x * x, torch.square, x)
    with pytest.raises(AssertionError, match="gradient of input"):
        backproof.assert_close(DoubledBackward.apply, torch.square, x)


def test_a_candidate_that_computes_more_coarsely_differs() -> None:
    a, b = torch.randn(30, 40), torch.randn(40, 20)
    backproof.assert_close(a @ b, torch.matmul, a, b)
    with pytest.raises(AssertionError):
        backproof.assert_close((a.bfloat16() @ b.bfloat16()).float(), torch.matmul, a, b)
    with pytest.raises(AssertionError, match="its dtype is bfloat16 and should be float32"):
        backproof.assert_close(a.bfloat16() @ b.bfloat16(), torch.matmul, a, b)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "inputs", "options", "sentence"),
    [
        (lambda _: None, [torch.ones(2)], {}, "returned no tensor"),
        (lambda x: x + 1, [torch.ones(2, dtype=torch.int64)], {}, "say with dtype="),
        (lambda x: x.detach(), [torch.ones(2)], {}, "be differentiated"),
        (
            lambda x: x + 1,
            [torch.ones(2)],
            {"dtype": torch.int8},
            "There are no error bars for int8",
        ),
    ],
)
def test_bad_input_is_a_sentence(function: Any, inputs: Any, options: Any, sentence: str) -> None:
    with pytest.raises(BackproofError, match=sentence):
        backproof.expect(function, *inputs, **options)


def test_what_has_no_bars_is_named_with_the_reason() -> None:
    with pytest.raises(MissingRuleError, match=r"rand_like.*draws random numbers"):
        backproof.expect(lambda x: x + torch.rand_like(x), torch.ones(3))
    with pytest.raises(MissingRuleError, match="not unique"):
        backproof.expect(lambda x: torch.linalg.qr(x)[0], torch.randn(3, 3))


def test_other_tensors_than_the_reference_gives() -> None:
    expected = backproof.expect(torch.square, torch.ones(3))
    with pytest.raises(BackproofError, match="return the same tensors"):
        expected.compare([torch.ones(3), torch.ones(3)])


# --- how many samples ----------------------------------------------------------------------------


def test_a_right_array_of_any_size_is_refused_once_in_a_million() -> None:
    """Student's t, against scipy's; without widening, a million elements would be refused."""
    t = pytest.importorskip("scipy.stats").t
    for size in (1, 1000, 10**6):
        limit = samples.student_limit(size)
        chance = 2 * size * t.sf(limit, samples.RUNS)
        assert 0.3 * samples.REFUSED < chance <= samples.REFUSED
    assert samples.student_limit(10**6) > 8
