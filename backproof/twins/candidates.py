"""The two twins as candidates."""

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np
import torch

import impl_numpy
import impl_torch
from backproof.candidate import Candidate, Run, SkippedError
from backproof.case import Case, Inputs
from backproof.errors import BackproofError
from backproof.trace import Trace
from backproof.twins.network import network_of, options_of


def numpy_candidate(steps: impl_numpy.Steps = impl_numpy.STEPS) -> Candidate:
    """Return impl_numpy, with the given steps, as a candidate."""

    def run(case: Case, inputs: Inputs) -> Run:
        if case.guards:
            raise SkippedError("impl_numpy puts no guard into its formulas")
        iterations = impl_numpy.iterate(
            inputs.X,
            inputs.Y,
            dict(inputs.parameters),
            case.learning_rate,
            case.hidden,
            case.loss,
            case.output,
            case.reduction,
            steps,
        )
        first = next(iterations)
        costs, states = [first.cost], {k: [value] for k, value in first.parameters.items()}
        for iteration in islice(iterations, case.iterations - 1):
            costs.append(iteration.cost)
            for name, value in iteration.parameters.items():
                states[name].append(value)
        trace = first.Z_values | first.activations | first.grads | first.parameters
        trace["cost"] = np.asarray(first.cost)
        stacked = {name: np.stack(each) for name, each in states.items()}
        return Run(trace, {"cost": np.stack(costs), **stacked})

    return Candidate("impl_numpy", run)


def refuse_missing_device(device: str) -> None:
    """Raise BackproofError where torch knows no such device, or this machine has none."""
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise BackproofError(
            f"There is no device '{device}' here: torch {torch.__version__} finds "
            f"{torch.cuda.device_count()} CUDA device(s); use --device cpu."
        ) from error


def torch_candidate(device: str) -> Candidate:
    """Return impl_torch on a device, in plain tensors, as a candidate."""

    def run(case: Case, inputs: Inputs) -> Run:
        network = network_of(case)
        impl_torch.load_parameters(network, inputs.parameters)
        network.to(device)
        X, Y = (torch.from_numpy(a.T.copy()).to(device) for a in (inputs.X, inputs.Y))
        iterations = impl_torch.iterate(network, X, Y, case.learning_rate, **options_of(case))
        first = next(iterations)
        parameters = dict(network.named_parameters())
        trace = _trace(first, parameters)
        return Run(trace, _trajectory(first, iterations, parameters, case.iterations))

    return Candidate(f"impl_torch ({device})", run)


def _trace(iteration: impl_torch.Iteration, parameters: dict[str, torch.nn.Parameter]) -> Trace:
    layers = iteration.Z_values | iteration.activations
    trace: Trace = {k: tensor.detach().cpu().numpy().T for k, tensor in layers.items()}
    trace["cost"] = iteration.cost.detach().cpu().numpy()
    gradients = {k: p.grad for k, p in parameters.items() if p.grad is not None}
    trace |= {f"d{name}": value for name, value in impl_torch.to_numpy(gradients).items()}
    return trace | impl_torch.to_numpy(parameters)


def _trajectory(
    first: impl_torch.Iteration,
    iterations: Iterator[impl_torch.Iteration],
    parameters: dict[str, torch.nn.Parameter],
    count: int,
) -> Trace:
    costs = first.cost.new_empty(count)
    now = {name: p.detach() for name, p in parameters.items()}  # views: an update shows in them
    states = {name: p.new_empty((count, *p.shape)) for name, p in now.items()}
    for k, iteration in enumerate(chain([first], islice(iterations, count - 1))):
        costs[k] = iteration.cost.detach()
        for name, value in now.items():
            states[name][k] = value
    return {"cost": costs.cpu().numpy(), **impl_torch.to_numpy(states)}
