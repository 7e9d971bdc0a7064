"""The twins' trainers as candidates: one network, and one of many that are trained at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import impl_numpy
import impl_torch
from backproof.candidate import Candidate, Run, SkippedError
from backproof.case import Case, Inputs
from backproof.trace import Array, Trace

COUNT = 3  # networks that are trained at once
Make = Callable[..., impl_numpy.Trainer]


def trainer_candidate(make: Make = impl_numpy.Trainer, keep: bool = False) -> Candidate:
    """Return impl_numpy.Trainer as a candidate.

    make  what is called with a trainer's arguments
    keep  whether the trainer holds a buffer for every array.  One that does not overwrites
          activations and Z_values: the rest of its trace is judged.
    """

    def run(case: Case, inputs: Inputs) -> Run:
        _refuse_guard(case)
        trainer = make(
            inputs.X, inputs.Y, dict(inputs.parameters), case.learning_rate, case.hidden,
            case.loss, case.output, case.reduction, keep,
        )  # fmt: skip
        return _run(case, trainer, lambda x: np.asarray(x))

    name = "impl_numpy.Trainer" + (", all kept" if keep else "")
    return Candidate(name, run, partial=not keep)


def stacked_candidate(which: int = 0, keep: bool = True, apart: bool = False) -> Candidate:
    """Return one of the networks of impl_numpy.StackedTrainer as a candidate.

    which  the number, below COUNT, of the network that is judged; the others have other parameters
           and other learning rates
    apart  whether every network has data of its own, or all the same
    """

    def run(case: Case, inputs: Inputs) -> Run:
        _refuse_guard(case)
        X, Y = _data(inputs, which) if apart else (inputs.X, inputs.Y)
        trainer = impl_numpy.StackedTrainer(
            X, Y, _parameters(inputs, which), _rates(case, which), case.hidden,
            case.loss, case.output, case.reduction, keep,
        )  # fmt: skip
        return _run(case, trainer, lambda x: np.asarray(x[which]))

    return Candidate(f"impl_numpy.StackedTrainer [{which}]", run, partial=not keep)


def torch_stacked_candidate(which: int = 0, apart: bool = False) -> Candidate:
    """Return one of the networks of impl_torch.StackedTrainer as a candidate."""

    def run(case: Case, inputs: Inputs) -> Run:
        _refuse_guard(case)
        data = _data(inputs, which) if apart else (inputs.X, inputs.Y)
        X, Y = (torch.from_numpy(x.swapaxes(-1, -2).copy()) for x in data)
        trainer = impl_torch.StackedTrainer(
            X, Y, _parameters(inputs, which), _rates(case, which), case.hidden,
            case.loss, case.output, case.reduction,
        )  # fmt: skip

        def shown(value: Any) -> Array:
            if isinstance(value, torch.Tensor):
                return value[which].detach().numpy().T
            return np.asarray(value[which])

        return _run(case, trainer, shown)

    return Candidate(f"impl_torch.StackedTrainer [{which}]", run)


def _refuse_guard(case: Case) -> None:
    if case.guards:
        raise SkippedError("the trainers put no guard into their formulas")


def _run(case: Case, trainer: Any, shown: Callable[[Any], Array]) -> Run:
    """Return the run of a trainer, of which `shown` picks one network in the notebook's layout."""
    trainer.step()
    trace: Trace = {}
    if getattr(trainer, "keeps", True):
        trace |= trainer.Z_values | trainer.activations
    trace |= trainer.grads | trainer.parameters
    trace = {name: shown(value).copy() for name, value in trace.items()}
    costs = [shown(trainer.cost())]
    states = {name: [trace[name]] for name in trainer.parameters}
    for _ in range(case.iterations - 1):
        trainer.step()
        costs.append(shown(trainer.cost()))
        for name, value in trainer.parameters.items():
            states[name].append(shown(value).copy())
    stacked = {name: np.stack(each) for name, each in states.items()}
    return Run(trace | {"cost": costs[0]}, {"cost": np.stack(costs), **stacked})


def _parameters(inputs: Inputs, which: int) -> dict[str, Array]:
    """Return stacked parameters: those of the inputs, and halves and doubles of them."""
    return {
        name: np.stack([value * value.dtype.type(2.0 ** (k - which)) for k in range(COUNT)])
        for name, value in inputs.parameters.items()
    }


def _data(inputs: Inputs, which: int) -> tuple[Array, Array]:
    """Return stacked data: those of the inputs, and the same examples in another order."""
    X, Y = (
        np.stack([np.roll(x, k - which, 1) for k in range(COUNT)]) for x in (inputs.X, inputs.Y)
    )
    return X, Y


def _rates(case: Case, which: int) -> Array:
    return case.learning_rate * 2.0 ** (which - np.arange(COUNT))
