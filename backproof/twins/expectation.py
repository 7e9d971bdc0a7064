"""What is expected of a candidate: the PyTorch twin, run under error bars."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, vmap

import impl_torch
from backproof.architecture.activations import HIDDEN, OUTPUT
from backproof.case import Case, Inputs
from backproof.compare import Expected
from backproof.errorbars import ErrorBar, with_error_bars
from backproof.errorbars.algebra import LIBRARY
from backproof.guards import of_derivative, of_layer, shift, size_at
from backproof.precision import FLOAT64, Precision
from backproof.reference import Reference, run_reference
from backproof.trace import Array, Trace, trajectory_names
from backproof.twins.network import network_of, options_of

STEPS_AT_ONCE = 2048  # of a trajectory, so that memory does not grow with its length
PREFIX = "network."  # of a parameter's name in impl_torch.Objective


@dataclass(frozen=True)
class Expectations:
    """What a candidate must give: every array of the first iteration, and then of each.

    steps  for each of the trajectories that were asked about, by name, first axis = iteration;
           empty where the trajectory is
    """

    trace: dict[str, Expected]
    steps: list[dict[str, Expected]]


def expected_trace(
    case: Case,
    inputs: Inputs,
    precision: Precision,
    names: Collection[str] = (),
    device: str = "cpu",
) -> dict[str, Expected]:
    """Return what the first iteration must give, every array of the trace, or those of `names`.

    device  where the expected numbers are computed, in float64
    """
    starts = {name: value[None] for name, value in inputs.parameters.items()}
    return _first(_run(case, inputs, starts, precision, device), names)


def expectations(
    case: Case,
    inputs: Inputs,
    trajectories: Sequence[Trace],
    precision: Precision,
) -> Expectations:
    """Return what is expected of candidates with these trajectories, of all iterations at once.

    Each iteration starts from the candidate's own parameters before it; all start alike.
    trajectories  those of which nothing can be said are empty
    """
    shown = [starting_points(inputs, trajectory) for trajectory in trajectories if trajectory]
    starts = {
        name: np.concatenate([value[None], *(one[name][1:] for one in shown)])
        for name, value in inputs.parameters.items()
    }
    trace: dict[str, Expected] = {}
    blocks = []
    for begin in range(0, len(starts["W1"]), STEPS_AT_ONCE):
        block = {name: value[begin : begin + STEPS_AT_ONCE] for name, value in starts.items()}
        reference = _run(case, inputs, block, precision)
        trace = trace or _first(reference)
        expected = _expected_parameters(reference.parameters)
        blocks.append(expected | {"cost": _expected(reference.outputs[0])})
    names = list(trajectory_names(case.depth))
    joined = {name: _joined([block[name] for block in blocks]) for name in names}
    steps, end = [], 1
    for trajectory in trajectories:
        begin, end = end, end + max(len(trajectory.get("cost", ())) - 1, 0)
        rows = [0, *range(begin, end)]
        taken = {k: Expected(v.value[rows], v.sigma[rows]) for k, v in joined.items()}
        steps.append(taken if trajectory else {})
    return Expectations(trace, steps)


def _first(reference: Reference, names: Collection[str] = ()) -> dict[str, Expected]:
    """Return every array of the iteration from the first starting point, or those of `names`."""
    cost, activations, Z_values = reference.outputs
    bars = {name: bar.mT for name, bar in (Z_values | activations).items() if name != "A0"}
    bars["cost"] = cost
    expected = {k: _expected(bar) for k, bar in bars.items() if not names or k in names}
    expected |= {f"d{k}": v for k, v in _expected_parameters(reference.gradients).items()}
    expected |= _expected_parameters(reference.parameters)
    return {k: Expected(v.value[0], v.sigma[0]) for k, v in expected.items()}


def starting_points(inputs: Inputs, trajectory: Trace) -> dict[str, Array]:
    """Return the parameters before every iteration, first axis = step."""
    return {
        name: np.concatenate([value[None], trajectory[name][:-1]])
        for name, value in inputs.parameters.items()
    }


def hessians(case: Case, inputs: Inputs, starts: dict[str, Array]) -> Array:
    """Return the Hessian of the cost at every starting point, (K, P, P), in plain float64.

    The P parameters are in the order W1, b1, W2, b2, ..., each read row by row.
    """
    state, data, objective = _twin(case, inputs, starts)
    shapes = {name: value.shape[1:] for name, value in state.items()}

    def cost(theta: Tensor) -> Tensor:
        parts = torch.split(theta, [shape.numel() for shape in shapes.values()])
        named = {k: p.view(s) for (k, s), p in zip(shapes.items(), parts, strict=True)}
        J: Tensor = functional_call(objective, named, data)[0]
        return J

    theta = torch.cat([value.flatten(1) for value in state.values()], dim=1)
    blocks = [_hessians(vmap(cost), block) for block in torch.split(theta, STEPS_AT_ONCE)]
    return torch.cat(blocks).numpy()


def _hessians(costs: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """Return the Hessians of costs (K, P) -> (K,), (K, P, P), one column after another."""
    theta = theta.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(costs(theta).sum(), theta, create_graph=True)
    columns = [
        torch.autograd.grad(one.sum(), theta, retain_graph=True)[0] for one in gradient.unbind(1)
    ]
    return torch.stack(columns, dim=2)


def _run(
    case: Case, inputs: Inputs, starts: dict[str, Array], precision: Precision, device: str = "cpu"
) -> Reference:
    state, data, objective = _twin(case, inputs, starts, precision.against(FLOAT64))
    state, data = {k: v.to(device) for k, v in state.items()}, tuple(d.to(device) for d in data)
    bounds = (size_at(case.guards, place) for place in ("gradient", "update"))
    return run_reference(objective, state, data, case.learning_rate, precision, *bounds)


def _twin(
    case: Case, inputs: Inputs, starts: dict[str, Array], units: Precision = FLOAT64
) -> tuple[dict[str, Tensor], tuple[Tensor, ...], impl_torch.Objective]:
    """Return the twin's parameters, data and objective, in float64, exact."""
    moves = _moves(case, inputs, units)
    objective = impl_torch.Objective(network_of(case), **options_of(case), moves=moves or None)
    data = tuple(torch.from_numpy(a.T.astype(np.float64)) for a in (inputs.X, inputs.Y))
    state = impl_torch.to_torch(starts)
    return {PREFIX + name: value.double() for name, value in state.items()}, data, objective


def _moves(case: Case, inputs: Inputs, units: Precision) -> dict[int, impl_torch.Move]:
    """Return what guards, and exponentials, do to the activation of each layer that has some."""
    moves = {}
    A: Array = inputs.X.astype(np.float64)
    for l, name in enumerate((*case.hidden_layers, case.output), 1):
        g = (OUTPUT if l == case.depth else HIDDEN)[name]
        W, b = (inputs.parameters[f"{kind}{l}"].astype(np.float64) for kind in "Wb")
        Z = W @ A + b
        by = shift(of_layer(case.guards, l), name, Z, g)
        A = g(Z) + by
        if l in case.written_out or any(guard.layer == l for guard in case.guards):
            by_rows = torch.from_numpy(by.T.copy())
            if l in case.written_out:
                sigma = torch.full_like(by_rows, LIBRARY * units.storage)
                by_rows = with_error_bars(by_rows, units, sigma)
            moves[l] = impl_torch.Move(by_rows, *of_derivative(case.guards, l))
    return moves


def _expected(bar: Any) -> Expected:
    assert isinstance(bar, ErrorBar)
    return Expected(bar.value.cpu().numpy(), bar.sigma.cpu().numpy())


def _expected_parameters(bars: dict[str, ErrorBar]) -> dict[str, Expected]:
    """Return {"W1", "b1", ...} in the layout of the NumPy network."""
    named = {name.removeprefix(PREFIX): bar for name, bar in bars.items()}
    values = impl_torch.to_numpy({name: bar.value for name, bar in named.items()})
    sigmas = impl_torch.to_numpy({name: bar.sigma for name, bar in named.items()})
    return {name: Expected(values[name], sigmas[name]) for name in values}


def _joined(blocks: list[Expected]) -> Expected:
    value = np.concatenate([block.value for block in blocks])
    return Expected(value, np.concatenate([block.sigma for block in blocks]))
