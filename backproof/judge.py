"""The verdict on one case: run the candidates, compare, plant controls."""

from collections.abc import Sequence

from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.compare import Expected, Finding, compare
from backproof.controls import plant_controls
from backproof.drift import FORECAST_PARAMETERS, HESSIAN_EVERY, Drift, drifts, forecast
from backproof.precision import precision
from backproof.trace import trace_names, trajectory_names
from backproof.twins import expected_trace, expected_trajectory, hessians, starting_points
from backproof.verdict import CaseReport, Verdict


def judge_case(case: Case, dtype: str, seed: int, candidates: Sequence[Candidate]) -> CaseReport:
    """Judge candidates on a case; raise BackproofError where the case makes no sense."""
    inputs = case.inputs(dtype, seed)
    expected = expected_trace(case, inputs, precision(dtype))
    runs = [candidate.run(case, inputs) for candidate in candidates]
    verdicts, forced = [], {}
    for candidate, run in zip(candidates, runs, strict=True):
        findings = [
            compare(name, run.trace.get(name), expected[name], dtype)
            for name in trace_names(case.depth)
        ]
        controls = plant_controls(run.trace, expected, findings, dtype)
        trajectory, forced[candidate.name] = _judge_trajectory(case, inputs, run, dtype)
        verdicts.append(Verdict(candidate.name, findings, trajectory, controls))
    drift = []
    if len(runs) == 2 and case.iterations > 1:
        drift = _drift(case, inputs, runs, forced[candidates[0].name])
    return CaseReport(case.name, case.why, dtype, seed, case.iterations, verdicts, drift)


def _judge_trajectory(
    case: Case, inputs: Inputs, run: Run, dtype: str
) -> tuple[list[Finding], dict[str, Expected]]:
    """Judge every iteration from the candidate's own previous parameters."""
    if case.iterations == 1:
        return [], {}
    expected = expected_trajectory(case, inputs, run.trajectory, precision(dtype))
    findings = [
        compare(name, run.trajectory[name], expected[name], dtype)
        for name in trajectory_names(case.depth)
    ]
    return findings, expected


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
