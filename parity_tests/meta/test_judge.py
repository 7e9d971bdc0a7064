"""The judge keeps candidates apart from each other and from what is expected of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import impl_numpy
from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.twins import numpy_candidate, torch_candidate

RAGGED = case_named("ragged")


def spoiling(case: Case, inputs: Inputs) -> Run:
    """Halve the data in place, then compute rightly from what is left."""
    inputs.X[...] *= 0.5
    return numpy_candidate().run(case, inputs)


def test_inputs_changed_in_place_deceive_nobody() -> None:
    spoiler = Candidate("spoiler", spoiling)
    candidates = [torch_candidate("cpu"), spoiler, numpy_candidate()]
    verdicts = judge_case(RAGGED, "float64", 0, candidates).verdicts
    assert [v.verdict for v in verdicts] == ["agree", "differ", "agree"]
    assert verdicts[1].findings[0].name == "Z1"
    assert not verdicts[1].findings[0].agrees


def test_parameters_updated_in_place_are_right() -> None:
    """Many a hand-written update is p -= rate * d: its arrays are its own."""

    def in_place(parameter: np.ndarray, gradient: np.ndarray, rate: float) -> np.ndarray:
        parameter -= rate * gradient
        return parameter

    case = replace(RAGGED, iterations=1)
    candidate = numpy_candidate(replace(impl_numpy.STEPS, update=in_place))
    assert judge_case(case, "float64", 0, [candidate]).verdict == "agree"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_squares_that_underflow_agree(dtype: str) -> None:
    """Squared errors below the smallest number: right code loses them, and so may the twins."""
    scale = 1e-23 if dtype == "float32" else 1e-162

    def make(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
        W = (scale * rng.normal(size=(1, 2))).astype(dtype)
        X = rng.normal(size=(2, case.m)).astype(dtype)
        zeros = np.zeros((1, case.m), dtype)
        return Inputs({"W1": W, "b1": zeros[:, :1]}, X, zeros)

    case = Case("underflow", "squares", (2, 1), 4, make, loss="mean_squared_error", iterations=1)
    report = judge_case(case, dtype, 0, [numpy_candidate(), torch_candidate("cpu")])
    assert all(f.verdict != "differ" for v in report.verdicts for f in v.all_findings)


def test_a_trajectory_that_misfits_is_a_finding() -> None:
    def run(case: Case, inputs: Inputs) -> Run:
        right = numpy_candidate().run(case, inputs)
        short = {name: value[:-1] for name, value in right.trajectory.items() if name != "b2"}
        return Run(right.trace, short)

    (verdict,) = judge_case(RAGGED, "float64", 0, [Candidate("short", run)]).verdicts
    assert all(f.agrees for f in verdict.findings)
    reasons = {f.name: f.reason for f in verdict.trajectory}
    assert reasons["b2"] == "it is missing from the trajectory"
    assert reasons["cost"].startswith("its shape is (4,) and should be (5,)")


def test_a_partial_candidate_is_judged_as_far_as_it_goes() -> None:
    def forward_only(case: Case, inputs: Inputs) -> Run:
        trace = numpy_candidate().run(case, inputs).trace
        return Run({name: trace[name] for name in ("Z1", "A1")})

    report = judge_case(RAGGED, "float64", 0, [Candidate("forward", forward_only, partial=True)])
    (verdict,) = report.verdicts
    assert [f.name for f in verdict.findings] == ["Z1", "A1"]
    assert verdict.verdict == "agree"
    assert verdict.controls
    assert all(c.caught for c in verdict.controls)
    (whole,) = judge_case(RAGGED, "float64", 0, [Candidate("forward", forward_only)]).verdicts
    assert {f.name for f in whole.findings if not f.agrees} >= {"cost", "dW1"}


def test_lists_and_tensors_are_arrays_too() -> None:
    """From Python a candidate may return what numpy can read."""

    def run(case: Case, inputs: Inputs) -> Run:
        right = numpy_candidate().run(case, inputs)
        trace = {name: torch.from_numpy(np.array(value)) for name, value in right.trace.items()}
        return Run(trace, {name: value.tolist() for name, value in right.trajectory.items()})

    candidates = [Candidate("lists", run), numpy_candidate()]
    report = judge_case(RAGGED, "float64", 0, candidates)
    assert report.verdict == "agree"
    assert report.drift[-1].distance == 0
    assert all(control.caught for v in report.verdicts for control in v.controls)
