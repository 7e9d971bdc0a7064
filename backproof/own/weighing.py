"""What a file computed on one trial, against what its network must give."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from backproof.architecture import Architecture, Observation
from backproof.case import Case
from backproof.compare import Expected, compare
from backproof.controls import plant_controls
from backproof.own.observed import Observed
from backproof.own.trials import Trial, without
from backproof.pictures import Draw, array_picture
from backproof.precision import precision
from backproof.trace import Trace, trace_names
from backproof.twins import expected_trace
from backproof.verdict import CaseReport, Verdict

if TYPE_CHECKING:
    from backproof.diagnosis import Exhibit

SECOND = ", called again"


def weigh(
    name: str,
    trial: Trial,
    architecture: Architecture,
    seen: Observed,
    seed: int,
    pictured: bool = False,
    required: Collection[str] = (),
) -> CaseReport:
    """Return the findings; a second call is reported only where it is wrong and the first is not.

    name      of the file
    pictured  whether each finding is to have its picture
    required  arrays that differ where they are missing
    """
    draw = array_picture if pictured else None
    dtype = _precision_of(seen.sight.trace)
    verdicts = [
        _verdict(name, trial, architecture, seen.sight, seen.recovered, dtype, draw, required)
    ]
    if seen.again is not None:
        second = _verdict(
            name + SECOND, trial, architecture, seen.again, seen.recovered, dtype, draw
        )
        if second.verdict != "agree" and verdicts[0].verdict == "agree":
            verdicts.append(second)
    return CaseReport(trial.name, trial.why, dtype, seed, 1, verdicts)


def exhibit(trial: Trial, architecture: Architecture, seen: Observed, again: bool) -> "Exhibit":
    """Return what a diagnosis looks at: of the second call, or of the first."""
    from backproof.diagnosis import Exhibit

    sight = seen.again if again and seen.again is not None else seen.sight
    dtype = _precision_of(seen.sight.trace)
    rate = sight.learning_rate or architecture.learning_rate or 1.0
    outputs = trial.layer_dims[-1] if architecture.mean_of_outputs else 1
    case = case_of(trial, architecture, rate)
    trace = _as_shown(sight, seen.recovered, rate, dtype)
    return Exhibit(case, sight.inputs, trace, dtype, rate, outputs, seen.recovered)


def _precision_of(trace: Trace) -> str:
    """Return float32 where the file computes in it, though it was given float64."""
    return "float32" if any(value.dtype == np.float32 for value in trace.values()) else "float64"


def _before_float32(trace: Trace, names: Sequence[str]) -> list[str]:
    """Return the arrays that come before the first one of float32."""
    single = [trace[name].dtype == np.float32 for name in names]
    return list(names[: single.index(True)]) if any(single) else []


def _verdict(
    name: str,
    trial: Trial,
    architecture: Architecture,
    sight: Observation,
    recovered: bool,
    dtype: str,
    draw: Draw | None,
    required: Collection[str] = (),
) -> Verdict:
    rate = sight.learning_rate or architecture.learning_rate or 1.0
    absent = frozenset(
        name
        for name, value in sight.inputs.parameters.items()
        if value is not trial.inputs.parameters[name]
    )
    expected = _expected(trial, absent, architecture, rate, dtype)
    trace = _as_shown(sight, recovered, rate, dtype)
    if recovered:
        expected = _from_update(expected, rate, dtype)
    names = [n for n in trace_names(trial.depth) if n in trace or n in required]
    findings = [compare(n, trace.get(n), expected[n], dtype, draw) for n in names]
    names = [n for n in names if n in trace]
    before = _before_float32(sight.trace, names) if dtype == "float32" else []
    if before:  # what is computed before the first array of float32 has no excuse
        sharp = _expected(trial, absent, architecture, rate, "float64")
        sharp_trace = _as_shown(sight, recovered, rate, "float64")
        again = {n: compare(n, sharp_trace[n], sharp[n], "float64", draw) for n in before}
        findings = [again.get(finding.name, finding) for finding in findings]
        trace = {n: v for n, v in trace.items() if n not in before}
    planted = [finding for finding in findings if finding.name in trace]
    return Verdict(name, findings, [], plant_controls(trace, expected, planted, dtype))


@lru_cache(maxsize=256)
def _expected(
    trial: Trial, absent: frozenset[str], architecture: Architecture, rate: float, dtype: str
) -> dict[str, Expected]:
    """Return what a network must give on a trial; many files of a course are of one network.

    absent  the parameters that it does not have: zero
    """
    outputs = trial.layer_dims[-1] if architecture.mean_of_outputs else 1
    case = case_of(trial, architecture, rate / outputs)
    return _divided(expected_trace(case, without(trial, absent), precision(dtype)), outputs, dtype)


def _as_shown(sight: Observation, recovered: bool, rate: float, dtype: str) -> Trace:
    """Return the trace in one precision; gradients that are not shown, divided by the rate."""
    trace = sight.trace
    with np.errstate(all="ignore"):  # a file may give any numbers
        if recovered and sight.learning_rate is None:
            trace = {n: v / rate if n[0] == "d" else v for n, v in trace.items()}
        return {n: v.astype(dtype) if v.dtype.kind == "f" else v for n, v in trace.items()}


def case_of(trial: Trial, architecture: Architecture, learning_rate: float) -> Case:
    """Return a trial as the network that it was put to, in the judge's terms."""
    return Case(
        trial.name,
        trial.why,
        trial.layer_dims,
        trial.m,
        lambda case, rng, dtype: trial.inputs,  # noqa: ARG005
        architecture.hidden,
        architecture.loss,
        learning_rate,
        1,
        output=architecture.output,
        reduction=architecture.reduction,
        guards=architecture.guards,
        written_out=architecture.written_out,
    )


def _divided(expected: dict[str, Expected], outputs: int, dtype: str) -> dict[str, Expected]:
    """Return cost and gradients divided by the number of outputs, with one rounding more."""
    if outputs == 1:
        return expected
    u = precision(dtype).storage

    def divided(e: Expected) -> Expected:
        value = e.value / outputs
        return Expected(value, np.hypot(e.sigma / outputs, u * np.abs(value)))

    return {n: divided(e) if n == "cost" or n[0] == "d" else e for n, e in expected.items()}


def _from_update(expected: dict[str, Expected], rate: float, dtype: str) -> dict[str, Expected]:
    """Return gradients with the error bars of (before - after) / rate: those of `after`."""
    u = precision(dtype).storage
    new = dict(expected)
    for name, gradient in expected.items():
        if name[0] == "d":
            sigma = np.hypot(expected[name[1:]].sigma / rate, 2 * u * np.abs(gradient.value))
            new[name] = Expected(gradient.value, sigma)
    return new
