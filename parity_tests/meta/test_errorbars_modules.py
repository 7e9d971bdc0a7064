"""Error bars through torch's own modules, autograd and optimiser, with vmap and without."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import impl_torch
from backproof.errorbars import RULES, ErrorBar, with_error_bars
from backproof.errors import BackproofError, MissingRuleError
from backproof.precision import FLOAT64, PRECISIONS
from backproof.reference import run_reference
from parity_tests.meta.operations import CALM

SINGLE = PRECISIONS["float32"].against(FLOAT64)
N_X, N_OUT, M = 5, 3, 7
LOSSES: dict[str, tuple[nn.Module, nn.Module]] = {
    "BCELoss": (nn.Sigmoid(), nn.BCELoss()),
    "CrossEntropyLoss": (nn.Identity(), nn.CrossEntropyLoss()),
    "MSELoss": (nn.Identity(), nn.MSELoss()),
}


def network(hidden: nn.Module, output: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    layers = nn.Linear(N_X, 4), hidden, nn.Linear(4, 6), hidden, nn.Linear(6, N_OUT), output
    return nn.Sequential(*layers).float().double()  # so that float32 starts at the same numbers


def data(loss: str) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(1)
    X = torch.randn((M, N_X), generator=random).double()
    classes = torch.randint(N_OUT, (M,), generator=random)
    Y = nn.functional.one_hot(classes, N_OUT).double()
    return X, (Y if loss != "MSELoss" else Y - 0.25)


def give_error_bars(model: nn.Module) -> None:
    for module in model.modules():
        for name, p in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(with_error_bars(p.detach(), SINGLE)))


def trained(
    model: nn.Module, criterion: nn.Module, X: Tensor, Y: Tensor, steps: int
) -> list[Tensor]:
    """Return cost, output, gradients and parameters after some steps of plain torch code."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.0)
    for _ in range(steps):
        output = model(X)
        cost = criterion(output, Y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    gradients = [p.grad for p in model.parameters()]
    return [cost.detach(), output.detach(), *gradients, *(p.data for p in model.parameters())]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [nn.ReLU(), nn.LeakyReLU(), nn.Sigmoid(), nn.Tanh()], ids=repr)
@pytest.mark.parametrize("steps", [1, 3])
def test_plain_modules_give_the_plain_values(loss: str, hidden: nn.Module, steps: int) -> None:
    output, criterion = LOSSES[loss]
    plain, barred, single = (network(hidden, output) for _ in range(3))
    give_error_bars(barred)
    bars = trained(barred, criterion, *data(loss), steps)
    right = trained(plain, criterion, *data(loss), steps)
    rounded = trained(single.float(), criterion, *(x.float() for x in data(loss)), steps)
    for bar, value, in_float32 in zip(bars, right, rounded, strict=True):
        assert isinstance(bar, ErrorBar)
        torch.testing.assert_close(bar.value, value, rtol=1e-12, atol=1e-15)
        assert ((in_float32.double() - bar.value).abs() <= CALM * bar.sigma).all()
        assert bar.sigma.max() < 1e-5


@pytest.mark.parametrize("loss", LOSSES)
def test_vmap_over_starting_points_changes_nothing(loss: str) -> None:
    """run_reference, from two starting points at once and from each alone."""
    names = {"BCELoss": "binary_cross_entropy", "CrossEntropyLoss": "categorical_cross_entropy"}
    name = names.get(loss, "mean_squared_error")
    model = impl_torch.SimpleNN((N_X, 4, 6, N_OUT), "tanh", name).double()
    objective = impl_torch.Objective(model, name)
    random = torch.Generator().manual_seed(2)
    starts = {
        key: torch.randn((2, *p.shape), generator=random, dtype=p.dtype)
        for key, p in objective.named_parameters()
    }
    together = run_reference(objective, starts, data(loss), 0.1, PRECISIONS["float32"])
    for k in range(2):
        start = {key: value[k : k + 1] for key, value in starts.items()}
        alone = run_reference(objective, start, data(loss), 0.1, PRECISIONS["float32"])
        pairs = [(together.cost, alone.cost)]
        pairs += [(together.gradients[n], alone.gradients[n]) for n in starts]
        pairs += [(together.parameters[n], alone.parameters[n]) for n in starts]
        for many, one in pairs:
            torch.testing.assert_close(many.value[k], one.value[0], rtol=1e-13, atol=1e-16)
            torch.testing.assert_close(many.sigma[k], one.sigma[0], rtol=1e-9, atol=1e-20)


def test_the_callers_tensors_stay_as_they_are() -> None:
    start = torch.ones(3, dtype=torch.float64)
    p = nn.Parameter(with_error_bars(start, SINGLE))
    (p * p).sum().backward()
    torch.optim.SGD([p], lr=0.1, foreach=False).step()
    assert start.tolist() == [1, 1, 1]
    assert p.data.value.tolist() == pytest.approx([0.8] * 3)
    assert (p.data.sigma > 0).all()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (torch.erf, "aten.erf.default"),
        (torch.cos, "aten.cos.default"),
        (lambda x: x.max(), "aten.max.default"),
        (lambda x: x**3, "aten.pow.Tensor_Scalar"),
        (nn.GELU(), "aten.gelu.default"),
        (lambda x: x.unsqueeze(0).cumsum(1), "aten.cumsum.default"),
    ],
)
def test_an_operation_without_a_rule_is_named(
    function: Callable[[Tensor], Tensor], name: str
) -> None:
    x = with_error_bars(torch.ones(3, dtype=torch.float64), SINGLE)
    with pytest.raises(MissingRuleError, match=r"no rounding rule for aten\.\w+\.\w+") as caught:
        function(x)
    assert name in str(caught.value)
    assert "backproof/errorbars" in str(caught.value)
    assert isinstance(caught.value, BackproofError)


def test_a_missing_rule_of_the_backward_pass_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, torch.ops.aten.tanh_backward.default)
    x = with_error_bars(torch.ones(3, dtype=torch.float64), SINGLE).requires_grad_()
    with pytest.raises(MissingRuleError, match="tanh_backward"):
        x.tanh().sum().backward()


def test_an_error_bar_shows_value_sigma_and_precision() -> None:
    x = with_error_bars(torch.tensor([2.0]).double(), SINGLE, torch.tensor([0.25]).double())
    assert "2." in repr(x)
    assert "0.25" in repr(x)
    assert "float32" in repr(x)
