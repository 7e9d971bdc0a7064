"""The expected numbers: a torch module run under error bars, through autograd and the optimiser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.functional import hardtanh

from backproof.errorbars import ErrorBar, with_error_bars
from backproof.precision import FLOAT64, Precision


@dataclass(frozen=True)
class Reference:
    """One iteration of gradient descent, from many starting points at once (first axis).

    cost        what was differentiated
    outputs     what the objective returned after it
    parameters  after the update
    """

    cost: ErrorBar
    outputs: tuple[Any, ...]
    gradients: dict[str, ErrorBar]
    parameters: dict[str, ErrorBar]


def run_reference(
    objective: nn.Module,
    parameters: Mapping[str, Tensor],
    data: tuple[Tensor, ...],
    learning_rate: float,
    precision: Precision,
    bound: float | None = None,
    bound_of_update: float | None = None,
) -> Reference:
    """Run one iteration for a candidate that computes in `precision`.

    objective   a module whose forward(*data) returns (cost, ...)
    parameters  by name, float64, exact; a first axis, of length K, numbers K starting points
    data        float64, exact, the same for every starting point
    bound       of every gradient's elements, by size; bound_of_update: only where they update
    Both sides round, so the error bars are those of the difference between the candidate and this
    float64 run.
    Raises MissingRuleError where the module uses an operation without a rounding rule.
    """
    units = precision.against(FLOAT64)
    state: dict[str, Tensor] = {
        name: nn.Parameter(with_error_bars(value, units)) for name, value in parameters.items()
    }

    def run(state: dict[str, Tensor]) -> Any:
        return functional_call(objective, state, data)

    cost, *outputs = vmap(run)(state)
    cost.sum().backward()
    _clip(state, bound)
    gradients = {name: _bars(p.grad) for name, p in state.items()}
    _clip(state, bound_of_update)
    torch.optim.SGD(state.values(), lr=learning_rate, foreach=False).step()
    updated = {name: _bars(p.data) for name, p in state.items()}
    return Reference(_bars(cost), tuple(outputs), gradients, updated)


def _clip(state: Mapping[str, Tensor], bound: float | None) -> None:
    """Keep every gradient within [-bound, bound], element by element."""
    if bound is not None:
        with torch.no_grad():
            for parameter in state.values():
                parameter.grad = hardtanh(_bars(parameter.grad), -bound, bound)


def _bars(tensor: Any) -> ErrorBar:
    assert isinstance(tensor, ErrorBar), "the objective does not depend on this parameter"
    return tensor
