"""What a case asks: its settings, and one number for each of its input arrays.

A case whose data, seed or learning rate has changed is another case, and says nothing about what
the old one said: the candidates agree on it as before.
"""

import math

import numpy as np

from backproof.case import Case, Inputs
from backproof.cases import case_named
from backproof.own.examining import GROUP
from backproof.own.trials import Trial, trials
from backproof.trace import Array
from backproof.verdict import CaseReport

Question = dict[str, str | float]
DIGITS = 6
CLOSE = 1e-5  # relative: the last digits of a drawn number may hang on the machine


def question_of(report: CaseReport) -> Question:
    """Return what was asked in a case that was judged."""
    for trial in trials(report.seed):
        if trial.name == report.case:
            return _of_trial(trial)
    if report.group == GROUP:  # its numbers hang on those in the file
        return {"why": report.why}
    case = case_named(report.case)
    return settings_of(case) | _marks(case.inputs(report.dtype, report.seed))


def changed(old: Question, new: Question) -> list[str]:
    """Return the names of what is asked otherwise."""
    return [name for name in old | new if not _same(old.get(name), new.get(name))]


def mark(array: Array) -> float:
    """Return a number that changes with any element, and with their order.

    1/n sum_i cos(i) x_i over the n elements in C order, to 6 digits.
    """
    flat = np.asarray(array, dtype=np.float64).ravel()
    with np.errstate(all="ignore"):
        total = float(np.cos(np.arange(1, flat.size + 1)) @ flat) / max(flat.size, 1)
    return float(f"{total:.{DIGITS}g}") if math.isfinite(total) else 0.0


def _of_trial(trial: Trial) -> Question:
    return {"layer_dims": _words(trial.layer_dims), "m": str(trial.m)} | _marks(trial.inputs)


def settings_of(case: Case) -> dict[str, str]:
    """Return the settings of a case, in words."""
    guards = [f"{g.place} {g.layer or ''} {g.kind} {g.eps:g} {g.form}" for g in case.guards]
    return {
        "layer_dims": _words(case.layer_dims),
        "m": str(case.m),
        "hidden": ", ".join(case.hidden_layers),
        "output": case.output,
        "loss": case.loss,
        "reduction": case.reduction,
        "learning_rate": repr(case.learning_rate),
        "iterations": str(case.iterations),
        "guards": "; ".join(" ".join(guard.split()) for guard in guards),
    }


def _words(layer_dims: tuple[int, ...]) -> str:
    return "-".join(map(str, layer_dims))


def _marks(inputs: Inputs) -> Question:
    arrays = {**inputs.parameters, "X": inputs.X, "Y": inputs.Y}
    return {name: mark(array) for name, array in arrays.items()}


def _same(one: str | float | None, other: str | float | None) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=CLOSE)
    return one == other
