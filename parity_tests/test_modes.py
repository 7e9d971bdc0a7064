"""impl_torch's modes: each is judged over the case table before anybody times it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch

import impl_torch
from backproof.candidate import Candidate, Run, SkippedError
from backproof.case import Case, Inputs
from backproof.cases import TABLE, case_named
from backproof.judge import judge_case
from backproof.twins.network import network_of
from backproof.verdict import CaseReport

# torch's own warning, on importing its compiler
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
PLAIN = [case.name for case in TABLE if not case.guards and case.iterations <= 50]
UPDATES = ("eager", "foreach", "fused")
KINDS = ("ragged", "softmax", "regression", "sigmoid-squared-sum", "mixed-hidden", "at-kink")
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")


def trained(case: Case, inputs: Inputs, mode: str, device: str, rate: float) -> Iterator[Any]:
    """Yield the trainer after every step."""
    network = network_of(case)
    impl_torch.load_parameters(network, inputs.parameters)
    network.to(device)
    X, Y = (torch.from_numpy(a.T.copy()).to(device) for a in (inputs.X, inputs.Y))
    trainer = impl_torch.ModeTrainer(network, X, Y, rate, mode, case.loss, case.reduction)
    while True:
        trainer.step()
        trainer.wait()
        yield trainer


def mode_candidate(mode: str, device: str = "cpu", off: float = 1.0) -> Candidate:
    """Return a mode as a candidate; off: a fault, a factor of the learning rate."""

    def run(case: Case, inputs: Inputs) -> Run:
        if case.guards:
            raise SkippedError("no guard")
        steps = trained(case, inputs, mode, device, off * case.learning_rate)
        trace: dict[str, Any] = {}
        for trainer in islice(steps, 1):
            gradients = impl_torch.to_numpy(trainer.grads) if trainer.grads else {}
            trace = {f"d{name}": value for name, value in gradients.items()}
            trace |= impl_torch.to_numpy(trainer.network.state_dict())
        return Run(trace)

    return Candidate(f"{mode} ({device})", run, partial=True)


def judged(name: str, dtype: str, candidate: Candidate) -> CaseReport:
    return judge_case(case_named(name), dtype, 0, [candidate])


def refuse_disagreement(report: CaseReport, least: int) -> None:
    (verdict,) = report.verdicts
    assert [f for f in verdict.findings if not f.agrees] == []
    assert len(verdict.findings) >= least
    assert verdict.controls
    assert all(control.caught for control in verdict.controls)


def needed(mode: str, device: str = "cpu") -> None:
    why = impl_torch.unavailable(mode, device)
    if why:
        pytest.skip(why)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("mode", UPDATES)
def test_every_update_is_right(mode: str, name: str) -> None:
    case = case_named(name)
    dtype = case.dtypes[0]
    refuse_disagreement(judged(name, dtype, mode_candidate(mode)), 4 * case.depth)


def test_the_compiled_step_is_right() -> None:
    """Compiling takes seconds: the other cases are left to the benchmarks, which judge as well."""
    needed("compiled")
    refuse_disagreement(judged("ragged", "float32", mode_candidate("compiled")), 6)


@CUDA
@pytest.mark.cuda
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("mode", impl_torch.MODES)
def test_every_mode_is_right_on_cuda(mode: str, name: str) -> None:
    needed(mode, "cuda")
    refuse_disagreement(judged(name, "float32", mode_candidate(mode, "cuda")), 2)


@CUDA
@pytest.mark.cuda
def test_a_graph_is_replayed_step_after_step() -> None:
    case = case_named("ragged")
    inputs = case.inputs("float32", 0)
    ends = []
    for mode in ("eager", "graph"):
        (last,) = islice(trained(case, inputs, mode, "cuda", 0.1), 9, 10)
        ends.append(impl_torch.to_numpy(last.network.state_dict()))
    for name, value in ends[0].items():
        np.testing.assert_allclose(value, ends[1][name], rtol=1e-5, atol=1e-7)


def test_a_wrong_mode_is_caught() -> None:
    (verdict,) = judged("ragged", "float64", mode_candidate("fused", off=1 + 1e-10)).verdicts
    assert verdict.verdict == "differ"
    assert verdict.blamed == "W1"


@pytest.mark.parametrize("mode", UPDATES)
def test_steps_go_on_from_the_last(mode: str) -> None:
    """Ten steps of a mode are ten of impl_torch.iterate."""
    case = case_named("ragged")
    inputs = case.inputs("float64", 0)
    (last,) = islice(trained(case, inputs, mode, "cpu", 0.1), 9, 10)
    network = network_of(case)
    impl_torch.load_parameters(network, inputs.parameters)
    X, Y = (torch.from_numpy(a.T.copy()) for a in (inputs.X, inputs.Y))
    for _ in islice(impl_torch.iterate(network, X, Y, 0.1), 10):
        pass
    expected = impl_torch.to_numpy(network.state_dict())
    for name, value in impl_torch.to_numpy(last.network.state_dict()).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-13)


def test_preparing_leaves_the_parameters_and_is_timed() -> None:
    needed("compiled")
    case = case_named("ragged")
    inputs = case.inputs("float32", 0)
    network = network_of(case)
    impl_torch.load_parameters(network, inputs.parameters)
    X, Y = (torch.from_numpy(a.T.copy()) for a in (inputs.X, inputs.Y))
    trainer = impl_torch.ModeTrainer(network, X, Y, 0.1, "compiled")
    for name, value in impl_torch.to_numpy(network.state_dict()).items():
        np.testing.assert_array_equal(value, inputs.parameters[name])
    assert trainer.preparing > 0
    assert impl_torch.ModeTrainer(network, X, Y, 0.1).preparing == 0


def test_what_cannot_be_had_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    assert impl_torch.unavailable("graph") == "CUDA graphs need a CUDA device"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert impl_torch.unavailable("eager", "cuda") == "torch finds no CUDA device here"
    monkeypatch.setattr("impl_torch.modes.shutil.which", lambda _: None)
    assert "needs a C++ compiler" in impl_torch.unavailable("compiled")
    with pytest.raises(KeyError):
        impl_torch.unavailable("faster")
    with pytest.raises(ValueError, match="cannot be had here: CUDA graphs need"):
        impl_torch.ModeTrainer(
            impl_torch.SimpleNN(), torch.zeros(3, 2), torch.zeros(3, 1), 0.1, "graph"
        )
