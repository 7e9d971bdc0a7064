"""Baselines: what is written is what is read; diffs are short; what is no baseline is refused."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.cases import case_named
from backproof.errors import BackproofError
from backproof.gate.baseline import Asked, Baseline, Entry, found, read_baseline, rendered
from backproof.gate.changes import changes
from backproof.gate.gate import Gate, asked_of
from backproof.gate.judgement import CANNOT, GREEN, RED, Place
from backproof.gate.outcome import Outcome
from backproof.gate.question import changed, mark
from backproof.gate.report.github import annotations
from backproof.gate.report.json import as_json
from backproof.gate.report.junit import rendered as as_junit
from backproof.gate.report.markdown import rendered as as_markdown
from backproof.report.model import Report
from backproof.verdict import TargetReport
from parity_tests.gate.planted import FILE, first, gate, named, report_of, right, twins
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding, report_on

RAGGED = Place("twins", "ragged", "float64", "impl_numpy", "dW1")
DOCUMENT = (Path(__file__).parents[2] / "docs" / "gate.md").read_text("utf-8")


def written(tmp_path: Path, baseline: Baseline) -> Path:
    path = tmp_path / FILE
    path.write_text(rendered(baseline), "utf-8")
    return path


# --- the file ---------------------------------------------------------------------------------


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    baseline = right(("ragged", "tanh-hidden"))
    again = read_baseline(written(tmp_path, baseline))
    assert again == baseline
    assert again is not None
    assert rendered(again) == rendered(baseline)
    assert again.arrays[RAGGED].verdict == "agree"


def test_what_is_not_finite_is_null(tmp_path: Path) -> None:
    entries = {RAGGED: Entry("undecided", math.nan, math.inf)}
    asked: dict[Place, Any] = {RAGGED._replace(candidate="", array=""): {}}
    path = written(tmp_path, Baseline("today", {}, asked, entries))
    assert '["undecided", null, null]' in path.read_text()
    again = read_baseline(path)
    assert again is not None
    entry = again.arrays[RAGGED]
    assert (math.isnan(entry.z), math.isinf(entry.sensitivity)) == (True, True)


def test_an_array_is_a_line_with_few_digits() -> None:
    one = right(("ragged",))
    other = replace(one, arrays={**one.arrays, RAGGED: Entry("agree", 0.7, 2e-14)})
    pairs = zip(rendered(one).splitlines(), rendered(other).splitlines(), strict=True)
    apart = [(a, b) for a, b in pairs if a != b]
    assert len(apart) == 1
    assert apart[0][1].strip().rstrip(",") == '"dW1": ["agree", 0.7, 2e-14]'
    digits = (str(e.sensitivity).split("e")[0] for e in one.arrays.values())
    assert all(len(number.replace(".", "").strip("0")) <= 3 for number in digits)


def test_the_order_does_not_hang_on_that_of_the_run() -> None:
    names = [case_named(name) for name in ("ragged", "tanh-hidden")]
    one, other = (found(report_of(cases, "float64", twins())) for cases in (names, names[::-1]))
    assert rendered(replace(one, date=other.date)) == rendered(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no baseline: line 1 is no JSON"),
        ('{\n "schema": <<<<<<< HEAD\n}', "is no baseline: line 2 is no JSON"),
        ("[]", "is no baseline: it lacks what"),
        ("{}", "is no baseline: it lacks what backproof gate --update writes ('schema')"),
        ('{"schema": "other"}', "is no baseline"),
        ('{"schema": "backproof-baseline", "version": 99}', "has version 99, and this backproof"),
        ('{"schema": "backproof-baseline", "version": 1, "targets": 3}', "is no baseline"),
        ("[" * 100_000, "is no baseline"),
    ],
)
def test_what_is_no_baseline_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(text)
    with pytest.raises(BackproofError) as complaint:
        read_baseline(path)
    assert words in str(complaint.value)
    assert "\n" not in str(complaint.value)


def test_a_baseline_that_cannot_be_read_is_refused_and_none_is_none(tmp_path: Path) -> None:
    assert read_baseline(tmp_path / FILE) is None
    (tmp_path / FILE).mkdir()
    with pytest.raises(BackproofError, match="Cannot read the baseline"):
        read_baseline(tmp_path / FILE)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(BackproofError, match="is no baseline"):
        read_baseline(tmp_path / "bytes")


# --- marks ------------------------------------------------------------------------------------


def test_a_mark_changes_with_every_element_and_their_order() -> None:
    array = np.random.default_rng(0).normal(size=(4, 5))
    before = mark(array)
    assert mark(array.copy(order="F")) == before
    assert mark(array * (1 + 1e-12)) == before
    others = [array.T, array[::-1], array + 1e-4, np.where(array == array.max(), 0, array)]
    assert all(changed({"X": before}, {"X": mark(other)}) == ["X"] for other in others)


def test_a_change_of_what_is_asked_is_named() -> None:
    assert changed({"m": "3", "X": 1.0}, {"m": "3", "X": 1.000001}) == []
    assert changed({"m": "3", "X": 1.0}, {"m": "4", "X": 1.1}) == ["m", "X"]
    assert changed({"m": "3"}, {"m": "3", "b": 0.0}) == ["b"]


# --- judged without a baseline, or with another's -----------------------------------------------


def test_without_a_baseline_there_is_parity_alone() -> None:
    outcome = gate(report_of([case_named("ragged")], "float64", twins()), None)
    assert [j.verdict for j in outcome.judgements] == [GREEN, CANNOT]
    assert (outcome.exit_code, outcome.blamed) == (2, "sharpness")
    assert f"there is no baseline {FILE}: write one with backproof gate --update" in (
        named(outcome, "sharpness").reason
    )


def test_a_target_that_the_baseline_does_not_have_is_to_be_added() -> None:
    report = Report([TargetReport("my_net.py", [case_report(name="ragged")])])
    held = Gate(FILE, right(("ragged",)), asked_of(["my_net.py"], []))
    outcome = held.judged(report, found(report))
    assert [j.verdict for j in outcome.judgements] == [GREEN, CANNOT]
    assert f"the baseline {FILE} has nothing of this yet" in named(outcome, "sharpness").reason


def test_without_a_baseline_a_difference_is_red_all_the_same() -> None:
    outcome = gate(report_on(case_report(finding("differ", z=1e9), name="ragged")), None)
    assert (outcome.verdict, outcome.exit_code, outcome.blamed) == (RED, 1, "parity")


def test_a_baseline_of_another_environment_is_used_and_said() -> None:
    old = right(("ragged",))
    elsewhere = replace(old, environment={**old.environment, "numpy": "1.0", "cpu": "a 6502"})
    outcome = gate(report_of([case_named("ragged")], "float64", twins()), elsewhere)
    (note,) = outcome.notes
    assert "is of another environment (numpy 1.0 there, " in note
    assert "cpu a 6502 there, " in note
    assert outcome.verdict == GREEN


def test_what_the_baseline_does_not_have_is_judged_as_it_is() -> None:
    cases = [case_named(name) for name in ("ragged", "tanh-hidden")]
    report = report_of(cases, "float64", twins())
    outcome = Gate(FILE, right(("ragged",)), asked_of([""], [])).judged(report, found(report))
    assert outcome.verdict == GREEN
    assert "not in the baseline yet" in named(outcome, "sharpness").reason


def test_a_part_of_the_suite_is_held_against_that_part() -> None:
    old = right(("ragged", "tanh-hidden"))
    report = report_of([case_named("ragged")], "float64", twins())
    outcome = Gate(FILE, old, asked_of([""], ["ragged"])).judged(report, found(report))
    assert outcome.verdict == GREEN


# --- what cannot be judged ----------------------------------------------------------------------


def test_a_missed_control_is_no_judgement() -> None:
    outcome = gate(report_on(case_report(controls=(CAUGHT, MISSED), name="ragged")), None)
    assert named(outcome, "parity").verdict == CANNOT
    assert "a planted fault was missed (dW1" in named(outcome, "parity").reason


def test_a_target_that_is_refused_is_not_lost() -> None:
    report = Report([TargetReport("", [], refused="It fell over.")])
    outcome = gate(report, right(("ragged",)))
    assert (outcome.verdict, outcome.exit_code) == (CANNOT, 2)
    assert named(outcome, "parity").reason == "It fell over."
    assert named(outcome, "sharpness").verdict == CANNOT


def test_a_case_that_is_refused_is_not_lost() -> None:
    report = report_on(case_report(verdicts=[], refused="It raised KeyError: 'W2'.", name="ragged"))
    outcome = gate(report, right(("ragged",)))
    assert (named(outcome, "parity").verdict, outcome.exit_code) == (CANNOT, 2)
    assert "ragged, float64: It raised KeyError" in named(outcome, "parity").reason


# --- updates ------------------------------------------------------------------------------------


def test_an_update_of_some_cases_keeps_the_others() -> None:
    old, new = right(("ragged", "tanh-hidden")), right(("ragged",))
    fewer = replace(new, arrays={RAGGED: new.arrays[RAGGED]})
    updated = Gate(FILE, old, asked_of([""], ["ragged"])).updated(fewer)
    assert RAGGED in updated.arrays
    assert RAGGED._replace(array="dW2") not in updated.arrays
    assert {place.case for place in updated.questions} == {"ragged", "tanh-hidden"}
    assert Gate(FILE, old, asked_of([""], [])).updated(fewer).questions.keys() == (
        fewer.questions.keys()
    )


def test_an_update_of_one_target_keeps_the_others() -> None:
    old = right(("ragged",))
    mine = Place("my_net.py", "ragged", "float64")
    new = Baseline("now", {}, {mine: {}}, {mine._replace(array="dW1"): Entry("agree", 1, 1)})
    updated = Gate(FILE, old, asked_of(["my_net.py"], [])).updated(new)
    assert {place.target for place in updated.questions} == {"twins", "my_net.py"}
    assert updated.conduct == old.conduct


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (case_report(name="ragged"), 0),
        (case_report(finding("differ", z=9.0), name="ragged"), 1),
        (case_report(finding("undecided"), name="ragged"), 1),
        (case_report(controls=(MISSED,), name="ragged"), 2),
        (case_report(controls=(), name="ragged"), 2),
        (case_report(verdicts=[], refused="It fell over.", name="ragged"), 2),
    ],
)
def test_only_what_agrees_may_become_the_baseline(case: Any, code: int) -> None:
    report = report_on(case)
    recordable = Gate(FILE, None, asked_of([""], [])).recordable(report, found(report))
    assert recordable.exit_code == code


def test_an_update_tells_what_changes() -> None:
    old = right(("ragged", "tanh-hidden"))
    entries = {**right(("ragged", "softmax")).arrays, RAGGED: Entry("differ", 9, 5e-14)}
    new = Baseline("now", {}, right(("ragged", "softmax")).questions, entries, {"a": "1"})
    lines = list(changes(old, new))
    assert "new             softmax, float64, impl_numpy: 18 arrays" in lines
    assert "gone            tanh-hidden, float64, impl_numpy: 18 arrays" in lines
    (line,) = (line for line in lines if line.startswith("changed"))
    assert "ragged, float64, impl_numpy: dW1   agree -> differ   z " in line
    assert "-> 5e-14" in line
    assert any("of the twins" in line for line in lines)
    assert list(changes(old, old)) == [
        f"{len(old.arrays)} arrays in both; z, which is noise, is another in 0"
    ]


def test_asked() -> None:
    asked = Asked(frozenset({"twins"}), frozenset({"ragged"}))
    assert RAGGED in asked
    assert RAGGED._replace(case="softmax") not in asked
    assert RAGGED._replace(target="my_net.py") not in asked
    assert RAGGED in Asked(frozenset({"twins"}))


# --- reports ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def red() -> Outcome:
    """Return an outcome that is red on parity and cannot be judged on sharpness."""
    return gate(report_on(case_report(finding("differ", z=1e9), name="ragged")), None)


def test_the_report_for_a_machine(red: Outcome) -> None:
    plain = json.loads(json.dumps(as_json(red), allow_nan=False))
    assert (plain["verdict"], plain["exit_code"]) == ("red", 1)
    parity, sharp = plain["judgements"]
    assert (parity["verdict"], sharp["verdict"]) == ("red", "cannot judge")
    (complaint,) = parity["complaints"]
    assert complaint == {
        "kind": "difference",
        "sentence": first(red.judgements[0]).sentence,
        **first(red.judgements[0]).place._asdict(),
    }
    for field in (*plain, *parity, *complaint):
        assert f"`{field}`" in DOCUMENT


def test_the_reports_for_a_server_tell_red_from_unjudged(red: Outcome) -> None:
    text = as_junit(red)
    assert 'tests="2" failures="1" errors="1"' in text
    assert '<failure type="red" message="ragged, float64, by_hand:' in text
    assert '<error type="cannot judge" message="there is no baseline' in text
    markdown = as_markdown(red)
    assert markdown.startswith("## backproof gate: red (parity)")
    assert "| sharpness | cannot judge | there is no baseline" in markdown
    assert [line.split("::")[1] for line in annotations(red)] == [
        "error title=backproof gate%3A parity red",
        "error title=backproof gate%3A sharpness cannot judge",
    ]
