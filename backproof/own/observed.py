"""What a file computed on one trial, in the judge's terms."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backproof.architecture import Observation
from backproof.candidate.conventions import RATE
from backproof.candidate.letters import Answer
from backproof.own.trials import Trial, without
from backproof.trace import Array, Trace


@dataclass(frozen=True)
class Observed:
    """One trial, done twice.

    sight      the first time; of gradients that are not shown, (before - after) / learning rate,
               or before - after where the rate is unknown
    again      the second time, if that gave other numbers; None: the same ones
    recovered  the gradients are not shown
    """

    sight: Observation
    again: Observation | None
    recovered: bool


def observed(trial: Trial, answer: Answer) -> Observed:
    """Return what a file computed on a trial that it did."""
    first, second = answer.traces[trial.name], answer.again.get(trial.name, {})
    again = None if _equal(first, second) else _sight(trial, second, answer)
    return Observed(_sight(trial, first, answer), again, "recovered" in first)


def _sight(trial: Trial, trace: Trace, answer: Answer) -> Observation:
    recovered = "recovered" in trace
    trace = {name: value for name, value in trace.items() if name != "recovered"}
    there = answer.parameters.get(trial.name, ())
    inputs = without(trial, trial.inputs.parameters.keys() - there)
    rate = answer.learning_rate
    if recovered and rate is not None:
        trace = {n: _divided(v, rate) if n[0] == "d" else v for n, v in trace.items()}
    if not recovered and rate is None:
        with np.errstate(all="ignore"):
            rate = _fitted(trace, inputs.parameters)
    return Observation(inputs, trace, rate)


def _fitted(trace: Trace, parameters: Mapping[str, Array]) -> float:
    """Return the rate, of at most three digits, with which the gradients shown make the update.

    Where there is no update, or no rate makes it, any rate will do: the update then differs.
    """
    pairs = [
        (trace[f"d{name}"].ravel(), (before - trace[name]).ravel())
        for name, before in parameters.items()
        if _is_like(trace.get(name), before) and _is_like(trace.get(f"d{name}"), before)
    ]
    if not pairs:
        return RATE
    gradient, step = (np.concatenate(part).astype(float) for part in zip(*pairs, strict=True))
    rate = float(f"{gradient @ step / (gradient @ gradient):.3g}")
    return rate if np.isfinite(rate) and rate > 0 else RATE


def _is_like(value: np.ndarray | None, other: np.ndarray) -> bool:
    return value is not None and value.shape == other.shape and value.dtype.kind == "f"


def _divided(value: np.ndarray, rate: float) -> np.ndarray:
    if value.dtype.kind != "f":
        return value
    with np.errstate(all="ignore"):
        return value / value.dtype.type(rate)


def _equal(one: Trace, other: Trace) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(value, other[name], equal_nan=value.dtype.kind == "f")
        for name, value in one.items()
    )
