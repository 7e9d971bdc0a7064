"""Every planted fault is blamed where it is, nobody innocent is, and right networks pass."""

import pytest

from backproof.judge import judge_case
from backproof.twins import numpy_candidate, torch_candidate
from parity_tests.meta import (
    faults_backward,
    faults_forward,
    faults_output,
    faults_trace,
    faults_update,
)
from parity_tests.meta.faults import Fault, blamed, downstream, replace
from parity_tests.meta.innocents import Innocent, innocents

TABLES = faults_forward, faults_backward, faults_output, faults_update, faults_trace
FAULTS = [fault for table in TABLES for fault in table.FAULTS]
INNOCENTS = innocents()
CASES = {row.case.name: row.case for row in [*FAULTS, *INNOCENTS]}


@pytest.fixture(autouse=True)
def without_a_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the reason, of which test_diagnosis.py speaks: a verdict needs none."""
    monkeypatch.setattr("backproof.judge._explained", lambda verdict, *_: verdict)


def complaint(fault: Fault, dtype: str) -> str:
    """Say what is wrong with the judgement of a fault; nothing, where all is well."""
    (verdict,) = judge_case(fault.case, dtype, 0, [fault.candidate]).verdicts
    accused, guilty = blamed(verdict), fault.guilty
    if verdict.verdict != "differ":
        return f"the fault was not caught: {verdict.verdict}"
    if accused[0] != guilty[0]:
        return f"{accused[0]} is blamed first, but the fault is in {guilty[0]}"
    innocent = [name for name in accused if name not in guilty]
    return f"{', '.join(innocent)} blamed without guilt" if innocent else ""


@pytest.mark.parametrize(
    ("fault", "dtype"),
    [pytest.param(f, dtype, id=f"{f.name}-{dtype}") for f in FAULTS for dtype in f.dtypes],
)
def test_a_fault_is_blamed_where_it_is_and_nobody_else(fault: Fault, dtype: str) -> None:
    assert complaint(fault, dtype) == ""


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("innocent", [pytest.param(i, id=i.name) for i in INNOCENTS])
def test_an_innocent_is_not_accused(innocent: Innocent, dtype: str) -> None:
    (verdict,) = judge_case(innocent.case, dtype, 0, [innocent.candidate]).verdicts
    assert verdict.verdict == "agree", [f for f in verdict.all_findings if not f.agrees]


@pytest.mark.parametrize("name", CASES)
def test_without_a_fault_the_case_agrees(name: str) -> None:
    twins = [numpy_candidate(), torch_candidate("cpu")]
    for dtype in CASES[name].dtypes:
        assert judge_case(CASES[name], dtype, 0, twins).verdict == "agree"


def test_every_row_is_a_fault_of_its_own() -> None:
    assert len(FAULTS) >= 45
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.why and fault.guilty for fault in FAULTS)


FAULT = next(fault for fault in FAULTS if fault.name == "no-1/m-weights")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (replace(FAULT, candidate=numpy_candidate()), "not caught"),
        (replace(FAULT, at="dW2, dW1"), "dW3 is blamed first"),
        (replace(FAULT, at="cost, dW3, dW2, dW1"), "the fault is in cost"),
        (replace(FAULT, at="dW3, dW2"), "dW1, W1, later W1 blamed without guilt"),
    ],
)
def test_a_row_that_says_something_false_is_complained_about(row: Fault, words: str) -> None:
    assert words in complaint(row, "float64")


@pytest.mark.parametrize(
    ("name", "spoiled"),
    [
        ("b2", "b2, later b2"),
        ("cost", "cost, later cost"),
        ("dW1", "dW1, W1, later W1"),
        ("dZ1", "dW1, W1, later W1, db1, b1, later b1"),
        ("later b1", "later b1"),
    ],
)
def test_downstream(name: str, spoiled: str) -> None:
    assert ", ".join(downstream(name, 2)) == spoiled
