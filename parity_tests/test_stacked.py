"""Many networks trained at once: each is judged as if it were alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import impl_numpy
import impl_torch
from backproof.candidate import Candidate
from backproof.case import DTYPES, Case, Inputs
from backproof.cases import TABLE
from backproof.judge import judge_case
from backproof.twins.trainers import stacked_candidate, torch_stacked_candidate
from impl_numpy.layouts import Interleaved, Stacked

RUNS = [(case, dtype) for case in TABLE for dtype in case.dtypes]
RAGGED = next(case for case in TABLE if case.name == "ragged")
COUNT = 5


@pytest.mark.parametrize(("case", "dtype"), RUNS, ids=[f"{c.name}-{dtype}" for c, dtype in RUNS])
def test_each_is_as_if_alone(case: Case, dtype: str) -> None:
    case = replace(case, iterations=min(case.iterations, 2))
    candidates = [
        stacked_candidate(1),
        stacked_candidate(2, apart=True),
        torch_stacked_candidate(1),
    ]
    for verdict in judge_case(case, dtype, 0, candidates).verdicts:
        refused = [(f.name, f.verdict, f.z) for f in verdict.all_findings if not f.agrees]
        assert refused == [], verdict.candidate
        assert all(control.caught for control in verdict.controls)


@pytest.mark.parametrize("candidate", [stacked_candidate, torch_stacked_candidate])
@pytest.mark.parametrize("which", [0, 2])
def test_each_place_and_data_of_its_own(candidate: Any, which: int) -> None:
    chosen = [candidate(which, apart=apart) for apart in (False, True)]
    for verdict in judge_case(replace(RAGGED, iterations=1), "float32", 0, chosen).verdicts:
        assert verdict.verdict == "agree"


@pytest.mark.parametrize("candidate", [stacked_candidate, torch_stacked_candidate])
def test_a_neighbour_is_refused(candidate: Any) -> None:
    """The planted fault: the answers of network 1 where those of network 2 are asked for."""
    right, neighbour = candidate(2), candidate(1)

    def run(case: Case, inputs: Inputs) -> Any:
        doubled = {name: 2 * value for name, value in inputs.parameters.items()}
        return neighbour.run(case, replace(inputs, parameters=doubled))

    wrong = Candidate("the neighbour", run)
    case = replace(RAGGED, iterations=1)
    verdicts = judge_case(case, "float64", 0, [right, wrong]).verdicts
    assert [v.verdict for v in verdicts] == ["agree", "differ"]


def stack(case: Case, dtype: str) -> tuple[list[Inputs], dict[str, np.ndarray], np.ndarray]:
    """Return the inputs of several seeds, their parameters stacked, and learning rates."""
    each = [case.inputs(dtype, seed) for seed in range(COUNT)]
    names = each[0].parameters
    stacked = {name: np.stack([one.parameters[name] for one in each]) for name in names}
    return each, stacked, 0.01 * 2.0 ** np.arange(COUNT)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("dims", "layout"), [((5, 7, 3, 2), Interleaved), ((5, 70, 30, 2), Stacked)], ids=str
)
def test_many_do_what_each_alone_does(
    dims: tuple[int, ...], layout: type, dtype: str, keep: bool
) -> None:
    case = replace(RAGGED, layer_dims=dims, hidden=("leaky_relu", "sigmoid"))
    each, parameters, rates = stack(case, dtype)
    X, Y = each[0].X, np.stack([one.Y for one in each])
    given = (case.hidden, case.loss)
    many = impl_numpy.StackedTrainer(X, Y, parameters, rates, *given, keep=keep)
    assert type(many._space.layout) is layout
    alone = [
        impl_numpy.Trainer(X, one.Y, dict(one.parameters), rate, *given)
        for one, rate in zip(each, rates, strict=True)
    ]
    for _ in range(3):
        for one in (many, *alone):
            one.step()
    assert many.cost().shape == (COUNT,)
    off = 8 * np.finfo(dtype).eps
    for k, one in enumerate(alone):
        assert abs(many.cost()[k] - one.cost()) <= off * one.cost()
        for name, value in (one.parameters | one.grads).items():
            found = (many.parameters | many.grads)[name][k]
            assert np.abs(found - value).max() <= off * np.abs(value).max(), name


def test_the_torch_twin_does_the_same() -> None:
    each, parameters, rates = stack(RAGGED, "float64")
    X, Y = each[0].X, each[0].Y
    one = impl_numpy.StackedTrainer(X, Y, parameters, rates)
    X, Y = torch.from_numpy(X.T.copy()), torch.from_numpy(Y.T.copy())
    other = impl_torch.StackedTrainer(X, Y, parameters, rates)
    for _ in range(3):
        one.step()
        other.step()
    for name, value in other.parameters.items():
        assert np.abs(one.parameters[name] - value).max() <= 1e-14, name
    assert np.abs(one.cost() - other.cost().numpy()).max() <= 1e-14


def test_misfits_are_refused() -> None:
    each, parameters, rates = stack(RAGGED, "float64")
    X, Y = each[0].X, each[0].Y
    with pytest.raises(ValueError, match="not of one number of networks"):
        impl_numpy.StackedTrainer(X, Y, dict(each[0].parameters), 0.1)
    with pytest.raises(ValueError, match="but there are 5 networks"):
        impl_numpy.StackedTrainer(np.stack([X, X]), Y, parameters, 0.1)
    with pytest.raises(ValueError, match="learning_rate"):
        impl_numpy.StackedTrainer(X, Y, parameters, 0 * rates)
    data = (torch.from_numpy(x.T.copy()) for x in (X, Y))
    fresh = impl_torch.StackedTrainer(*data, parameters, 0.1)
    with pytest.raises(ValueError, match="call step"):
        fresh.cost()
