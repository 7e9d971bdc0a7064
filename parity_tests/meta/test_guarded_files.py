"""Strangers with guards: told, not called a mistake, and judged behind them."""

import json
import re
from itertools import product
from pathlib import Path

import pytest

from backproof.own.judging import judge_file
from backproof.report import html, markdown
from backproof.report.json import as_json
from backproof.report.model import Report
from backproof.verdict import TargetReport
from parity_tests.meta.guarded import (
    BECAUSE,
    BOUNDS,
    IN_LOG,
    IN_SOFTMAX,
    PLACES,
    STYLES,
    both,
    clipped,
    text_of,
)
from parity_tests.meta.guarded import Place as GuardedPlace
from parity_tests.meta.strangers import Stranger, judged
from parity_tests.meta.test_schema import complaints, plain

SIZES = ("1e-14", "3e-7", "1e-3")
TINY = ("1e-15", "5e-15")
STYLE = {name: number % len(STYLES) for number, name in enumerate([*PLACES, *BOUNDS])}
THREE = GuardedPlace(
    "tanh",
    "softmax",
    both(IN_SOFTMAX, IN_LOG, lambda text, axis, _: clipped(text, axis, "0.02")),
    "",
    "A2",
)


def reasons(report: TargetReport) -> set[str]:
    return {verdict.because for case in report.cases for verdict in case.verdicts}


def found_by(report: TargetReport, place: GuardedPlace) -> bool:
    (told,) = report.guard_lines
    return place.told in told and f"moves {place.moves} by " in told


# --- right code -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_a_guard_is_told_and_right_code_beside_it_agrees(name: str, tmp_path: Path) -> None:
    for number, eps in enumerate(SIZES):
        style = (STYLE[name] + number) % len(STYLES)
        report = judged(text_of(PLACES[name], eps, style), tmp_path)
        assert report.verdict == "agree"
        assert found_by(report, PLACES[name])
        assert report.guards[0].eps == float(eps)


@pytest.mark.parametrize("name", PLACES)
def test_a_guard_that_rounding_hides_is_no_mistake(name: str, tmp_path: Path) -> None:
    for eps in TINY:
        assert judged(text_of(PLACES[name], eps, STYLE[name]), tmp_path).verdict == "agree"


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_that_shows_is_told(name: str, tmp_path: Path) -> None:
    eps, place = BOUNDS[name]
    for style in range(len(STYLES)):
        report = judged(text_of(place, eps, style), tmp_path)
        assert report.verdict == "agree"
        assert found_by(report, place)


def test_several_guards_in_one_file(tmp_path: Path) -> None:
    for eps, style in product(("1e-12", "1e-4"), range(len(STYLES))):
        report = judged(text_of(THREE, eps, style), tmp_path)
        assert report.verdict == "agree"
        assert [guard.place for guard in report.guards] == ["denominator", "logarithm", "gradient"]
        assert [guard.eps for guard in report.guards] == [float(eps), float(eps), 0.02]


def test_a_derivative_without_the_guard_of_its_activation(tmp_path: Path) -> None:
    """It is right to within the effect of the guard, which is told too."""
    text = text_of(PLACES["hidden sigmoid"], "1e-9")
    own = "s = 1 / (1 + np.exp(-Z1)); dZ1 = dA1 * s * (1 - s)"
    report = judged(text.replace("dZ1 = dA1 * A1 * (1 - A1)", own), tmp_path)
    assert report.verdict == "agree"
    assert "but not in its derivative: moves dW1 by" in report.guard_lines[1]


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity"])
def test_without_a_guard_none_is_told(output: str, tmp_path: Path) -> None:
    for style, hidden in product(STYLES[:2], ("tanh", "sigmoid", "relu")):
        text = Stranger(hidden, output, **style).text()  # type: ignore[arg-type]
        report = judged(f"{text}\nEPS = 1e-15\nOTHER = 1e-12\n", tmp_path)
        assert report.verdict == "agree"
        assert report.guards == ()


# --- mistakes beside a guard ----------------------------------------------------------------------


BESIDE = [  # a wrong sign is not named: "dW2 is -1 x expected" costs a search for pairs
    *((name, fault) for name in PLACES for fault in BECAUSE if fault != "sign"),
    ("softmax", "sign"),
    ("slope", "sign"),
]
BESIDE.remove(("derivative", "mask dropped"))  # no derivative is left in which it could be


@pytest.mark.parametrize(("name", "fault"), BESIDE)
def test_a_mistake_beside_a_guard_is_named(name: str, fault: str, tmp_path: Path) -> None:
    number = STYLE[name] + len(fault)
    eps = ("1e-12", "1e-8", "1e-4")[number % 3]
    report = judged(text_of(PLACES[name], eps, number % len(STYLES), fault), tmp_path)
    assert report.verdict == "differ"
    assert all(BECAUSE[fault] in because for because in reasons(report))
    assert [guard.eps for guard in report.guards] == [float(eps)]


@pytest.mark.parametrize("fault", ["no mean", "mask dropped", "no axis"])
def test_a_mistake_beside_several_guards_is_named(fault: str, tmp_path: Path) -> None:
    for style in range(2):
        report = judged(text_of(THREE, "1e-8", style, fault), tmp_path)
        assert report.verdict == "differ"
        assert all(BECAUSE[fault] in because for because in reasons(report))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("    return A2, cache", "    A2 = A2 + 1e-9 * Z2 ** 2\n    return A2, cache"),
        ("    cost = -np", "    cost = -(1 + 1e-10) * np"),
        ("    dZ2 = A2 - Y", "    dZ2 = (A2 - Y) * (1 + 1e-10 * Y)"),
        ("    dZ2 = A2 - Y", "    dZ2 = A2 - Y; dZ2 = dZ2 + 0.1 * A2 * (1 - A2)"),
    ],
)
def test_what_is_no_guard_differs(line: str, wrong: str, tmp_path: Path) -> None:
    """A small factor, a step, something large: a guard explains none of them away."""
    text = text_of(PLACES["softmax"], "1e-12")
    assert line in text
    report = judged(text.replace(line, wrong), tmp_path)
    assert report.verdict == "differ"


# --- what is said ---------------------------------------------------------------------------------


def judged_as_file(text: str, folder: Path) -> TargetReport:
    path = folder / "my_net.py"
    path.write_text(text)
    return judge_file(path, "", ["float64", "float32"], 0, [])


def test_a_file_is_told_the_line_too(tmp_path: Path) -> None:
    report = judged_as_file(text_of(PLACES["softmax"], "1e-12"), tmp_path)
    (guard,) = report.guards
    assert guard.line is not None
    assert "+ 1e-12" in guard.line.text
    assert 1e-13 < guard.moves["A2"] < 1e-12
    (told,) = report.guard_lines
    wanted = r"1e-12 in the softmax of layer 2, added to the sum of exp\(z - max z\): moves A2 by "
    assert re.match(wanted, told)
    shown = str(Report([report]))
    assert f"guard: {told}" in shown
    assert f"guard: {told}" in markdown.rendered(Report([report])).replace("&#45;", "-")
    assert "Guards, which are no mistakes" in html.rendered(Report([report]))
    (said,) = json.loads(json.dumps(as_json(Report([report]))))["targets"][0]["guards"]
    assert said["place"] == "denominator"
    assert said["sentence"] == guard.sentence
    assert complaints(plain(Report([report]))) == []


def test_a_guard_that_only_the_text_shows(tmp_path: Path) -> None:
    text = text_of(BOUNDS["probabilities"][1], "1e-9").replace("np.exp(-Z2)", "np.exp(-Z2 + 0)")
    report = judged_as_file(text, tmp_path)
    assert report.verdict == "agree"
    (guard,) = report.guards
    assert guard.sentence == "1e-09 as a bound: moves nothing here by more than rounding"
    assert guard.line is not None
    assert "np.clip(A2, 1e-9, 1 - 1e-9)" in guard.line.text
