"""What is expected of a candidate: the PyTorch twin, run under error bars."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, jacrev, vmap

import impl_torch
from backproof.architecture.activations import HIDDEN, OUTPUT
from backproof.case import Case, Inputs
from backproof.compare import Expected
from backproof.errorbars import ErrorBar
from backproof.guards import of_derivative, of_layer, shift, size_at
from backproof.precision import Precision
from backproof.reference import Reference, run_reference
from backproof.trace import Array, Trace, trajectory_names
from backproof.twins.network import network_of, options_of

STEPS_AT_ONCE = 2048  # of a trajectory, so that memory does not grow with its length
PREFIX = "network."  # of a parameter's name in impl_torch.Objective


def expected_trace(case: Case, inputs: Inputs, precision: Precision) -> dict[str, Expected]:
    """Return what the first iteration must give, every array of the trace."""
    start = {name: value[None] for name, value in inputs.parameters.items()}
    reference = _run(case, inputs, start, precision)
    cost, activations, Z_values = reference.outputs
    bars = {name: bar.mT for name, bar in (Z_values | activations).items() if name != "A0"}
    bars["cost"] = cost
    expected = {name: _expected(bar) for name, bar in bars.items()}
    expected |= {f"d{k}": v for k, v in _expected_parameters(reference.gradients).items()}
    expected |= _expected_parameters(reference.parameters)
    return {k: Expected(v.value[0], v.sigma[0]) for k, v in expected.items()}


def expected_trajectory(
    case: Case, inputs: Inputs, trajectory: Trace, precision: Precision
) -> dict[str, Expected]:
    """Return what every iteration must give, each from the candidate's own previous parameters."""
    starts = starting_points(inputs, trajectory)
    blocks = []
    for begin in range(0, len(trajectory["cost"]), STEPS_AT_ONCE):
        block = {name: value[begin : begin + STEPS_AT_ONCE] for name, value in starts.items()}
        reference = _run(case, inputs, block, precision)
        expected = _expected_parameters(reference.parameters)
        blocks.append(expected | {"cost": _expected(reference.outputs[0])})
    return {name: _joined([b[name] for b in blocks]) for name in trajectory_names(case.depth)}


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
    blocks_of_steps = torch.split(theta, STEPS_AT_ONCE)
    blocks = [vmap(jacrev(jacrev(cost)))(block).detach() for block in blocks_of_steps]
    return torch.cat(blocks).numpy()


def _run(case: Case, inputs: Inputs, starts: dict[str, Array], precision: Precision) -> Reference:
    state, data, objective = _twin(case, inputs, starts)
    bounds = (size_at(case.guards, place) for place in ("gradient", "update"))
    return run_reference(objective, state, data, case.learning_rate, precision, *bounds)


def _twin(
    case: Case, inputs: Inputs, starts: dict[str, Array]
) -> tuple[dict[str, Tensor], tuple[Tensor, ...], impl_torch.Objective]:
    """Return the twin's parameters, data and objective, in float64, exact."""
    moves = _moves(case, inputs)
    objective = impl_torch.Objective(network_of(case), **options_of(case), moves=moves or None)
    data = tuple(torch.from_numpy(a.T.astype(np.float64)) for a in (inputs.X, inputs.Y))
    state = impl_torch.to_torch(starts)
    return {PREFIX + name: value.double() for name, value in state.items()}, data, objective


def _moves(case: Case, inputs: Inputs) -> dict[int, impl_torch.Move]:
    """Return what guards do to the activation of each layer that has some."""
    moves = {}
    A: Array = inputs.X.astype(np.float64)
    for l, name in enumerate((*case.hidden_layers, case.output), 1):
        g = (OUTPUT if l == case.depth else HIDDEN)[name]
        W, b = (inputs.parameters[f"{kind}{l}"].astype(np.float64) for kind in "Wb")
        Z = W @ A + b
        by = shift(of_layer(case.guards, l), name, Z, g)
        A = g(Z) + by
        if any(guard.layer == l for guard in case.guards):
            by_rows = torch.from_numpy(by.T.copy())
            moves[l] = impl_torch.Move(by_rows, *of_derivative(case.guards, l))
    return moves


def _expected(bar: Any) -> Expected:
    assert isinstance(bar, ErrorBar)
    return Expected(bar.value.numpy(), bar.sigma.numpy())


def _expected_parameters(bars: dict[str, ErrorBar]) -> dict[str, Expected]:
    """Return {"W1", "b1", ...} in the layout of the NumPy network."""
    named = {name.removeprefix(PREFIX): bar for name, bar in bars.items()}
    values = impl_torch.to_numpy({name: bar.value for name, bar in named.items()})
    sigmas = impl_torch.to_numpy({name: bar.sigma for name, bar in named.items()})
    return {name: Expected(values[name], sigmas[name]) for name in values}


def _joined(blocks: list[Expected]) -> Expected:
    value = np.concatenate([b.value for b in blocks])
    return Expected(value, np.concatenate([b.sigma for b in blocks]))
