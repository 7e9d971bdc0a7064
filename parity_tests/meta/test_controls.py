"""The planted faults of a run: caught by the judge, missed by a blinded one, which has no say."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backproof import compare as comparing
from backproof.cases import case_named
from backproof.compare import Expected, Finding
from backproof.controls import Control
from backproof.judge import judge_case
from backproof.precision import PRECISIONS
from backproof.report.model import Report
from backproof.trace import Array
from backproof.twins import numpy_candidate, torch_candidate
from parity_tests.meta.faults import Fault, steps
from parity_tests.meta.faults_backward import FAULTS
from parity_tests.meta.reports import CAUGHT, MISSED, report, report_on

SIX = {
    "scaled by 1 + 3 sensitivities",
    "sign flipped",
    "zeroed",
    "one element NaN",
    "one axis too many",
    "other precision",
}


def judged(dtype: str = "float64", name: str = "ragged") -> Report:
    return report_on(judge_case(case_named(name), dtype, 0, [numpy_candidate()]))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_planted_fault_is_caught(dtype: str) -> None:
    run = judged(dtype)
    assert run.missed == []
    assert (run.verdict, run.exit_code) == ("agree", 0)
    assert [c.name for c in run.controls] == ["dW3"] * 6 + ["db3", "dW2", "db2", "dW1", "db1"]
    assert {c.fault for c in run.controls[:6]} == SIX
    assert {c.fault for c in run.controls[6:]} == {"scaled by 1 + 3 sensitivities"}


def test_an_exact_zero_is_tested_by_a_number() -> None:
    run = judged(name="dead")
    assert ("one element not zero", "dW1") in {(c.fault, c.name) for c in run.controls}
    assert run.missed == []


def test_faults_are_planted_in_arrays_that_agree() -> None:
    fault: Fault = next(f for f in FAULTS if f.name == "no-1/m-weights")
    run = report_on(judge_case(case_named("ragged"), "float64", 0, [fault.candidate]))
    assert {c.name for c in run.controls} == {"db3", "db2", "db1"}
    assert {c.fault for c in run.controls if c.name == "db3"} == SIX
    assert (run.verdict, run.missed) == ("differ", [])


# --- blinded judges --------------------------------------------------------------------------

Judge = Callable[[str, Any, Expected, str], Finding]


def blind(name: str, actual: Array, expected: Expected, dtype: str) -> Finding:  # noqa: ARG001
    return Finding(name, "agree")


def looking_at(change: Callable[[Array], Array]) -> Judge:
    """Return a judge who sees the array through `change`."""

    def judge(name: str, actual: Array, expected: Expected, dtype: str) -> Finding:
        return comparing.compare(name, change(actual), expected, dtype)

    return judge


def without_sign(name: str, actual: Array, expected: Expected, dtype: str) -> Finding:
    right = Expected(np.abs(expected.value), expected.sigma)
    return comparing.compare(name, np.abs(actual), right, dtype)


def with_atol(name: str, actual: Array, expected: Expected, dtype: str) -> Finding:
    """A constant tolerance larger than the data, where NaN, shape and dtype still count."""
    strict = comparing.compare(name, actual, expected, dtype)
    close = strict.size and np.isfinite(actual).all() and np.abs(actual - expected.value).max() < 9
    return Finding(name, "agree") if close else strict


def taking_nan_for_right(name: str, actual: Array, expected: Expected, dtype: str) -> Finding:
    fits = actual.shape == expected.value.shape
    seen = np.where(np.isnan(actual), expected.value, actual) if fits else actual
    return comparing.compare(name, seen.astype(actual.dtype), expected, dtype)


JUDGES: dict[str, tuple[Judge, set[str]]] = {
    "blind": (blind, SIX),
    "deaf to precision": (looking_at(lambda a: a.astype(np.float32)), {"other precision"}),
    "squeezing": (looking_at(np.squeeze), {"one axis too many"}),
    "without sign": (without_sign, {"sign flipped"}),
    "with a constant tolerance": (
        with_atol,
        {"scaled by 1 + 3 sensitivities", "sign flipped", "zeroed"},
    ),
    "taking NaN for right": (taking_nan_for_right, {"one element NaN"}),
}


@pytest.mark.parametrize("name", JUDGES)
def test_a_judge_with_a_blind_spot_has_judged_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, blind_spot = JUDGES[name]
    monkeypatch.setattr("backproof.controls.compare", judge)
    run = judged("float32")
    assert {c.fault for c in run.missed} == blind_spot
    assert (run.verdict, run.exit_code) == ("nothing judged", 2)


# --- verdicts and exit codes -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "controls", "verdict", "exit_code"),
    [
        (["agree"], [CAUGHT], "agree", 0),
        (["agree", "agree"], [CAUGHT, CAUGHT], "agree", 0),
        (["agree"], [], "nothing judged", 2),
        (["agree"], [CAUGHT, MISSED], "nothing judged", 2),
        (["agree", "differ"], [CAUGHT], "differ", 1),
        (["differ"], [], "differ", 1),
        (["differ", "undecided"], [CAUGHT], "differ", 1),
        (["differ"], [CAUGHT, MISSED], "nothing judged", 2),
        (["agree", "undecided"], [CAUGHT], "undecided", 1),
        (["undecided"], [], "undecided", 1),
        (["undecided"], [MISSED], "nothing judged", 2),
    ],
)
def test_the_verdict_over_all_cases(
    verdicts: list[str], controls: list[Control], verdict: str, exit_code: int
) -> None:
    run = report(*verdicts, controls=tuple(controls))
    assert (run.verdict, run.exit_code) == (verdict, exit_code)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_run_that_decides_nothing_does_not_pass(
    dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Error bars of a precision without digits: even a wrong network only is undecided."""
    coarse = replace(PRECISIONS[dtype], storage=1.0, product=1.0, accumulation=1.0)
    monkeypatch.setattr("backproof.judge.precision", lambda _: coarse)
    twice = steps(weight_gradient=lambda dZ, A: 2 * dZ @ A.T)
    for candidate in (numpy_candidate(), torch_candidate("cpu"), twice):
        run = report_on(judge_case(case_named("ragged"), dtype, 0, [candidate]))
        assert {f.verdict for f in run.cases[0].verdicts[0].findings} == {"undecided"}
        assert (run.verdict, run.exit_code) == ("undecided", 1)
