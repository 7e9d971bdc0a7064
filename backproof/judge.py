"""The verdict on one case: run the candidates, compare, plant controls."""

from collections.abc import Iterator, Sequence

import numpy as np

from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.compare import Expected, Finding, compare
from backproof.controls import plant_controls
from backproof.drift import FORECAST_PARAMETERS, HESSIAN_EVERY, Drift, drifts, forecast
from backproof.pictures import array_picture, trajectory_picture
from backproof.precision import precision
from backproof.trace import Trace, trace_names, trajectory_names
from backproof.twins import expectations, hessians, starting_points
from backproof.verdict import CaseReport, Verdict


def judge_case(
    case: Case, dtype: str, seed: int, candidates: Sequence[Candidate], pictured: bool = False
) -> CaseReport:
    """Judge candidates on a case; raise BackproofError where the case makes no sense.

    Each candidate gets arrays of its own, and is done before anything expected of it exists.
    pictured  whether each finding is to have its picture
    """
    inputs = case.inputs(dtype, seed)
    with np.errstate(all="ignore"):  # the values are judged; flags come from the BLAS as well
        runs = [_as_arrays(candidate.run(case, inputs.copy())) for candidate in candidates]
    trajectories = [run.trajectory if _has_steps(case, inputs, run) else {} for run in runs]
    expected = expectations(case, inputs, trajectories, precision(dtype))
    draw = array_picture if pictured else None
    verdicts = []
    for candidate, run, steps in zip(candidates, runs, expected.steps, strict=True):
        findings = [
            compare(name, run.trace.get(name), expected.trace[name], dtype, draw)
            for name in trace_names(case.depth)
            if name in run.trace or not candidate.partial
        ]
        controls = plant_controls(run.trace, expected.trace, findings, dtype)
        trajectory = _judge_trajectory(case, inputs, run, steps, dtype, pictured)
        verdict = Verdict(candidate.name, findings, trajectory, controls)
        verdicts.append(_explained(verdict, case, inputs, run, dtype))
    drift = []
    if len(runs) == 2 and all(expected.steps):
        drift = _drift(case, inputs, runs, expected.steps[0])
    iterations = max(len(run.trajectory.get("cost", [])) for run in runs) or 1
    group = "random case" if case.name.startswith("random-") else ""
    return CaseReport(case.name, case.why, dtype, seed, iterations, verdicts, drift, group=group)


def _explained(verdict: Verdict, case: Case, inputs: Inputs, run: Run, dtype: str) -> Verdict:
    """Return the verdict with its reason, where it differs."""
    if verdict.verdict != "differ":
        return verdict
    from backproof.diagnosis import Exhibit
    from backproof.diagnosis.because import explained

    return explained(
        verdict,
        Exhibit(case, inputs, run.trace, dtype, case.learning_rate, trajectory=run.trajectory),
    )


def _as_arrays(run: Run) -> Run:
    """Return the run with what may be lists or tensors as arrays."""
    traces = ({k: np.asarray(v) for k, v in t.items()} for t in (run.trace, run.trajectory))
    return Run(*traces)


def _has_steps(case: Case, inputs: Inputs, run: Run) -> bool:
    """Say whether each of its iterations can be judged, from where the one before it ended."""
    shown = case.iterations > 1 and bool(run.trajectory)
    return shown and not any(_misfits(case, inputs, run.trajectory))


def _judge_trajectory(
    case: Case,
    inputs: Inputs,
    run: Run,
    expected: dict[str, Expected],
    dtype: str,
    pictured: bool,
) -> list[Finding]:
    """Judge every iteration from the candidate's own previous parameters."""
    if case.iterations == 1 or not run.trajectory:
        return []
    if not expected:
        return list(_misfits(case, inputs, run.trajectory))
    draw = trajectory_picture if pictured else None
    return [
        compare(name, run.trajectory[name], expected[name], dtype, draw)
        for name in trajectory_names(case.depth)
    ]


def _misfits(case: Case, inputs: Inputs, trajectory: Trace) -> Iterator[Finding]:
    """Yield a finding for each array from which no next iteration could start."""
    for name in trajectory_names(case.depth):
        one = () if name == "cost" else inputs.parameters[name].shape
        shape, found = (case.iterations, *one), trajectory.get(name)
        if found is None:
            yield Finding(name, "differ", "it is missing from the trajectory", shape)
        elif np.shape(found) != shape:
            reason = f"its shape is {np.shape(found)} and should be {shape}, one step a row"
            yield Finding(name, "differ", reason, shape)


def _drift(
    case: Case, inputs: Inputs, runs: Sequence[Run], expected: dict[str, Expected]
) -> list[Drift]:
    one, other = (run.trajectory for run in runs)
    covariances = None
    if sum(value.size for value in inputs.parameters.values()) <= FORECAST_PARAMETERS:
        starts = starting_points(inputs, one)
        some = {name: value[::HESSIAN_EVERY] for name, value in starts.items()}
        curvature = hessians(case, inputs, some)
        covariances = forecast(expected, curvature, case.learning_rate)
    return drifts(one, other, covariances)
