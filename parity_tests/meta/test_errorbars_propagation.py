"""What comes in with an operand goes on: against simulated errors, at kinks, and near zero."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy, hardtanh, leaky_relu

from backproof.errorbars import ErrorBar, with_error_bars
from backproof.precision import FLOAT64, PRECISIONS, Z_LIMIT
from parity_tests.meta.operations import OPERATIONS, Operation, draw, run

EXACT = FLOAT64.against(FLOAT64)
SINGLE = PRECISIONS["float32"].against(FLOAT64)
DRAWS = 400


def double(x: float) -> Tensor:
    return torch.tensor([x], dtype=torch.float64)


SMALL = [o for o in OPERATIONS if o.name != "long matmul" and not o.composed]


def simulated(
    operation: Operation, operands: list[Tensor], sigmas: list[Tensor], c: Tensor
) -> list[Tensor]:
    """Return the standard deviation of every output under normal errors of the operands."""
    random = torch.Generator().manual_seed(1)
    samples = []
    for _ in range(DRAWS):
        noise = [torch.randn(s.shape, generator=random, dtype=s.dtype) * s for s in sigmas]
        samples.append(run(operation, [x + e for x, e in zip(operands, noise, strict=True)], c))
    return [torch.stack(each).std(0) for each in zip(*samples, strict=True)]


@pytest.mark.parametrize("every", [1, 3], ids=["all uncertain", "every third column uncertain"])
@pytest.mark.parametrize("operation", [pytest.param(o, id=o.name) for o in SMALL])
def test_incoming_errors_come_out_as_simulated(operation: Operation, every: int) -> None:
    operands, c = draw(operation, 0, torch.float64)
    random = torch.Generator().manual_seed(2)
    sigmas = [1e-5 * (0.5 + torch.rand(x.shape, generator=random).double()) for x in operands]
    for sigma in sigmas:
        sigma *= torch.arange(sigma.shape[-1]) % every == 0
    bars = [with_error_bars(x, EXACT, s) for x, s in zip(operands, sigmas, strict=True)]
    expected = simulated(operation, operands, sigmas, c)
    for bar, sample in zip(run(operation, bars, c), expected, strict=True):
        clear = sample > 1e-12
        ratio = bar.sigma[clear] / sample[clear]
        assert ((ratio > 0.5) & (ratio < 2)).all()
        assert (bar.sigma[~clear] < 1e-12).all()


def test_errors_of_both_precision_and_operands_are_added() -> None:
    x, u = double(1.0), SINGLE.storage
    only_rounding = (with_error_bars(x, SINGLE) * 0.3).sigma
    only_incoming = (with_error_bars(x, EXACT, double(1e-3 * u)) * 0.3).sigma
    both = (with_error_bars(x, SINGLE, double(3 * u)) * 0.3).sigma
    assert both.item() == pytest.approx((only_rounding**2 + (0.9 * u) ** 2).sqrt().item())
    assert only_incoming.item() == pytest.approx(3e-4 * u, rel=1e-3)


# --- kinks -------------------------------------------------------------------------------------

SIGMA = 1e-7


@pytest.mark.parametrize(
    ("x", "sigma", "passes", "error_passes", "at_kink"),
    [
        (9 * SIGMA, SIGMA, True, True, False),
        (7 * SIGMA, SIGMA, True, True, True),
        (0.0, SIGMA, False, True, True),
        (-7 * SIGMA, SIGMA, False, True, True),
        (-9 * SIGMA, SIGMA, False, False, False),
        (0.0, 0.0, False, False, False),
        (1.0, 0.0, True, True, False),
        (-1.0, 0.0, False, False, False),
    ],
)
def test_a_kink_takes_in_the_whole_gradient(
    x: float, sigma: float, passes: bool, error_passes: bool, at_kink: bool
) -> None:
    """Within 8 sigmas of 0 both derivatives are right; at an exact 0 only one is."""
    dA = 3.0
    z = with_error_bars(double(x), EXACT, double(sigma))
    z.requires_grad_()
    a = z.relu()
    (a * dA).sum().backward()
    assert a.sigma.item() == (sigma if error_passes else 0)
    assert isinstance(z.grad, ErrorBar)
    assert z.grad.value.item() == dA * passes
    assert (z.grad.sigma.item() >= dA) == at_kink
    assert z.grad.sigma.item() < 1.01 * dA


@pytest.mark.parametrize("side", [0.0, 1.0])
def test_both_one_sided_answers_pass_at_a_kink(side: float) -> None:
    z = with_error_bars(double(1e-9), EXACT, double(1e-9))
    z.requires_grad_()
    z.relu().sum().backward()
    assert abs(side - z.grad.value.item()) <= Z_LIMIT * z.grad.sigma.item()


@pytest.mark.parametrize(
    ("x", "sigma", "slopes"),
    [
        (9 * SIGMA, SIGMA, {1.0}),
        (7 * SIGMA, SIGMA, {1.0, 0.01}),
        (0.0, SIGMA, {1.0, 0.01}),
        (-7 * SIGMA, SIGMA, {1.0, 0.01}),
        (-9 * SIGMA, SIGMA, {0.01}),
        (0.0, 0.0, {0.01}),
        (1.0, 0.0, {1.0}),
    ],
)
def test_the_kink_of_a_leaky_relu(x: float, sigma: float, slopes: set[float]) -> None:
    """Whichever side the input may lie on passes, and no other slope does."""
    z = with_error_bars(double(x), EXACT, double(sigma))
    z.requires_grad_()
    a = leaky_relu(z)
    (a * 3.0).sum().backward()
    value, allowed = z.grad.value.item(), Z_LIMIT * z.grad.sigma.item()
    assert {s for s in (1.0, 0.01) if abs(3 * s - value) <= allowed} == slopes
    assert z.grad.sigma.item() <= 3.01 * (len(slopes) - 1) + 1e-15
    expected = sigma if x > -Z_LIMIT * sigma else 0.01 * sigma
    assert a.sigma.item() == pytest.approx(expected, rel=1e-3, abs=1e-16)


@pytest.mark.parametrize(
    ("x", "slopes", "error_passes"),
    [
        (0.3 - 9 * SIGMA, {0.0}, False),
        (0.3 - 7 * SIGMA, {0.0, 1.0}, True),
        (0.3 + 7 * SIGMA, {0.0, 1.0}, True),
        (0.3 + 9 * SIGMA, {1.0}, True),
        (0.7 - 9 * SIGMA, {1.0}, True),
        (0.7 - 7 * SIGMA, {0.0, 1.0}, True),
        (0.7 + 7 * SIGMA, {0.0, 1.0}, True),
        (0.7 + 9 * SIGMA, {0.0}, False),
    ],
)
def test_the_two_kinks_of_a_clip(x: float, slopes: set[float], error_passes: bool) -> None:
    z = with_error_bars(double(x), EXACT, double(SIGMA))
    z.requires_grad_()
    a = hardtanh(z, 0.3, 0.7)
    a.sum().backward()
    allowed = Z_LIMIT * z.grad.sigma.item()
    assert {s for s in (0.0, 1.0) if abs(s - z.grad.value.item()) <= allowed} == slopes
    assert (a.sigma.item() >= SIGMA) == error_passes
    assert a.sigma.item() > 0 or error_passes


def test_what_stands_in_for_the_logarithm_of_0() -> None:
    """Where the argument may have been 0, anything between -34.5 and -100 is right."""
    x = with_error_bars(torch.tensor([1e-8, 1e-6]).double(), SINGLE, double(SINGLE.storage))
    bar = x.log()
    for stand_in in (-34.5, -100.0):
        off = (bar.value - stand_in).abs()
        assert (off <= Z_LIMIT * bar.sigma).tolist() == [True, False]
    assert bar.sigma[1] < 0.1


def cross_entropy_gradient(p: Tensor, y: Tensor) -> Tensor:
    """Return dJ/dp of the summed cross-entropy: here no sigmoid takes the quotient away."""
    leaf = p.clone().requires_grad_()
    binary_cross_entropy(leaf, y, reduction="sum").backward()
    assert leaf.grad is not None
    return leaf.grad


@pytest.mark.parametrize("label", [0.0, 1.0, 0.3])
def test_the_derivative_of_the_cross_entropy_without_a_sigmoid(label: float) -> None:
    """Whether written as two terms or as a quotient, and with what comes in with p."""
    p = torch.linspace(0.02, 0.98, 400)
    y = torch.full_like(p, label)
    exact = cross_entropy_gradient(with_error_bars(p.double(), SINGLE), y.double())
    for computed in ((1 - y) / (1 - p) - y / p, cross_entropy_gradient(p, y)):
        z = (computed.double() - exact.value).abs() / exact.sigma
        assert z.max() <= 5
        assert z.square().mean().sqrt() >= 0.05
    sigma = torch.full_like(p, 1e-6).double()
    noisy = cross_entropy_gradient(with_error_bars(p.double(), EXACT, sigma), y.double())
    slope = label / p.double() ** 2 + (1 - label) / (1 - p.double()) ** 2
    torch.testing.assert_close(noisy.sigma, 1e-6 * slope, rtol=1e-6, atol=0)


# --- below the normal numbers --------------------------------------------------------------------

TINY: dict[str, tuple[Callable[..., Tensor], list[list[float]]]] = {
    "product underflows": (lambda a, b: a * b, [[1e-30, 3e-23], [1e-30, -2e-22]]),
    "scaled below": (lambda a: a * 0.3, [[3e-45, 1e-40]]),
    "matmul of tiny": (lambda a, b: a @ b.mT, [[1e-23] * 5, [2e-23] * 5]),
    "sigmoid underflows": (torch.sigmoid, [[-200.0, -95.0, -88.0]]),
    "softmax underflows": (lambda a: a.softmax(1), [[0.0, -95.0, -200.0]]),
}


@pytest.mark.parametrize("name", TINY)
def test_what_falls_below_the_normal_numbers_is_forgiven(name: str) -> None:
    function, rows = TINY[name]
    operands = [torch.tensor([row]) for row in rows]
    computed = function(*operands).double()
    bar = function(*(with_error_bars(x.double(), SINGLE) for x in operands))
    off = (computed - bar.value).abs()
    assert off.any(), "this row shows nothing: float32 is exact here"
    assert (off <= Z_LIMIT * bar.sigma).all()
    assert (bar.sigma <= 1e-6 * bar.value.abs() + 2 * SINGLE.smallest_normal).all()


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_gradients_below_the_normal_numbers_are_forgiven(name: str) -> None:
    grads = []
    for x in (torch.tensor([0.7]), with_error_bars(torch.tensor([0.7]).double(), SINGLE)):
        x.requires_grad_()
        (getattr(x, name)() * 2e-44).sum().backward()
        grads.append(x.grad)
    off = (grads[0].double() - grads[1].value).abs()
    assert 0 < off <= Z_LIMIT * grads[1].sigma
