"""Gradescope's results.json: the score is just, and nothing but a submission gets one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backproof.errors import BackproofError
from backproof.report.gradescope import FOLLOWS, rendered
from backproof.report.model import Report
from backproof.verdict import CaseReport, TargetReport, Verdict
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding, report_on
from parity_tests.meta.test_command_line import called, complained
from parity_tests.meta.test_junit import HOSTILE, hostile
from parity_tests.meta.test_schema import KINDS, wrong_twins

ORDER = ("Z1", "A1", "cost", "dW1", "db1", "W1", "b1")
TOP = {"score", "output", "output_format", "test_output_format", "test_name_format", "tests"}
TEST = {"name", "status", "score", "max_score", "output"}


def results(*cases: CaseReport, **fields: Any) -> Any:
    return json.loads(rendered(report_on(*cases, **fields)))


def submission(wrong: str = "", mistakes: tuple[str, ...] = (), **fields: Any) -> CaseReport:
    """Return a case on which the arrays named in `wrong` differ."""
    findings = [finding("differ" if name in wrong.split() else "agree", name) for name in ORDER]
    formulas = tuple(("right", "wrong") for _ in mistakes)
    because = "two slips" if mistakes else ""
    verdict = Verdict("net.py", findings, [], [CAUGHT], because, mistakes, formulas)
    return case_report(verdicts=[verdict], **fields)


def scored(case: CaseReport) -> tuple[float, list[str]]:
    """Return the score, and the arrays that fail."""
    found = results(case)
    return found["score"], [t["name"] for t in found["tests"] if t["status"] == "failed"]


# --- the score ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "mistakes", "score", "failed"),
    [
        ("", (), 100, ""),
        ("dW1", (), 85.71, "dW1"),
        ("dW1 W1", (), 71.42, "dW1 W1"),
        ("dW1 W1", ("mean-forgotten",), 85.71, "dW1"),
        ("Z1 A1 cost dW1 db1 W1 b1", (), 0, "Z1 A1 cost dW1 db1 W1 b1"),
        ("Z1 A1 cost dW1 db1 W1 b1", ("x",), 85.71, "Z1"),
        ("cost dW1 db1 W1", ("x", "y"), 71.42, "cost dW1"),
        ("dW1", ("x", "y"), 85.71, "dW1"),
    ],
)
def test_a_named_mistake_costs_one_array_and_an_unnamed_one_all_that_differ(
    wrong: str, mistakes: tuple[str, ...], score: float, failed: str
) -> None:
    assert scored(submission(wrong, mistakes)) == (score, failed.split())


def test_what_only_follows_is_passed_and_says_so() -> None:
    tests = {t["name"]: t for t in results(submission("dW1 W1", ("x",)))["tests"]}
    assert tests["W1"]["output"] == f"notebook-2-4-1, float64: {FOLLOWS}"
    assert tests["dW1"]["output"].startswith("notebook-2-4-1, float64: differ    dW1[2, 0]")
    assert tests["Z1"]["output"] == ""


def test_a_real_mistake_of_one_twin_costs_one_array() -> None:
    found = json.loads(rendered(wrong_twins()))
    failed = [t["name"] for t in found["tests"] if t["status"] == "failed"]
    assert failed[0] == "dW2"
    assert len(failed) == 1
    assert 90 < found["score"] < 100


def test_each_case_counts_by_its_arrays() -> None:
    cases = [submission(), submission("dW1", name="dead"), submission("dW1", name="ragged")]
    found = results(*cases)
    assert found["score"] == 90.47  # 19 of 21, rounded down
    tests = {t["name"]: (t["score"], t["max_score"]) for t in found["tests"]}
    assert tests == {name: (1 if name == "dW1" else 3, 3) for name in ORDER}
    assert list(tests) == list(ORDER)


def test_a_single_wrong_array_among_many_is_not_rounded_to_all() -> None:
    right = [submission(name=f"random-0-{number}") for number in range(5000)]
    assert results(*right, submission("b1"))["score"] == 99.99


def test_undecided_and_later_iterations_count() -> None:
    late = Verdict("net.py", [finding()], [finding("undecided", "W1")], [CAUGHT])
    found = results(case_report(verdicts=[late]))
    assert found["score"] == 50
    assert [t["name"] for t in found["tests"]] == ["dW1", "W1 of every iteration"]


def test_a_case_that_fails_costs_one_comparison_and_one_that_is_skipped_none() -> None:
    failed = case_report(name="dead", verdicts=[], refused="It raised KeyError.")
    skipped = case_report(name="digits", verdicts=[], skipped="not its kind")
    found = results(submission(), failed, skipped)
    assert found["score"] == 87.5  # 7 of 8
    assert found["tests"][-1]["output"] == "dead, float64: It raised KeyError."


def test_many_failures_of_an_array_are_counted_and_a_few_shown() -> None:
    cases = [submission("dW1", name=f"random-0-{number}") for number in range(10)]
    (failed,) = (t for t in results(*cases)["tests"] if t["status"] == "failed")
    assert [line.split(",")[0] for line in failed["output"].splitlines()] == [
        *("random-0-0", "random-0-1", "random-0-2", "and 7 more cases")
    ]


def test_what_cannot_be_judged_scores_nothing_with_the_reason() -> None:
    found = json.loads(rendered(Report([TargetReport("a.py", [], refused="a.py is empty.")])))
    assert found["score"] == 0
    assert found["output"].splitlines() == ["cannot judge: 0 of 100 points", "a.py is empty."]
    found = results(case_report(verdicts=[], skipped="a.py does not do it"))
    assert found["score"] == 0
    assert found["tests"][0]["output"] == "Nothing was judged; a.py does not do it"


# --- what has no score ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (lambda: Report([TargetReport("a.py", [])] * 2), "one submission, and there are 2"),
        (lambda: report_on(case_report(controls=(MISSED,))), "A planted fault passed"),
    ],
)
def test_there_is_no_score_for_several_nor_from_a_blind_judge(
    report: Callable[[], Report], words: str
) -> None:
    with pytest.raises(BackproofError, match=words):
        rendered(report())


def test_several_files_are_refused_before_anything_is_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code = called(monkeypatch, "check", "a.py", "b.py", "--gradescope", "results.json")
    complained(code, *capsys.readouterr(), "--gradescope FILE is the score of one submission")
    assert not list(tmp_path.iterdir())


# --- the format -----------------------------------------------------------------------------------


def faults(found: Any) -> list[str]:
    """Return what the published specification of results.json does not allow."""
    bad = ["the top"] * (set(found) != TOP) + ["the score"] * (not 0 <= found["score"] <= 100)
    bad += ["a format"] * any(found[name] != "text" for name in found if "format" in name)
    for test in found["tests"]:
        bad += [f"the fields of {test['name']}"] * (set(test) != TEST)
        bad += ["a score"] * (not 0 <= test["score"] <= test["max_score"])
        passed = test["score"] == test["max_score"]
        bad += ["a status"] * (test["status"] != ("passed" if passed else "failed"))
    texts = [found["output"], *(t[f] for t in found["tests"] for f in ("name", "output"))]
    return bad + ["a character"] * any(
        not line.isprintable() for text in texts for line in text.split("\n")
    )


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("all at once", "missed")])
def test_every_kind_of_report_has_the_form(kind: str) -> None:
    report = KINDS[kind][0]()
    found = json.loads(rendered(report))
    assert faults(found) == []
    assert found["output"].startswith(f"{report.verdict}: ")
    assert (found["score"] == 100) == (report.verdict == "agree")


def test_hostile_texts_are_printable() -> None:
    for target in hostile().targets:
        assert faults(json.loads(rendered(Report([target])))) == []
    named = results(case_report(finding(name=HOSTILE)))
    assert faults(named) == []


def test_the_check_of_the_form_catches_what_it_is_for() -> None:
    for spoil in (
        lambda found: found.update(score=101),
        lambda found: found.update(grade=1),
        lambda found: found.update(output_format="html"),
        lambda found: found["tests"][0].update(status="failed"),
        lambda found: found["tests"][0].update(score=2),
        lambda found: found["tests"][0].update(output="\x1b[31m"),
    ):
        found = results(submission())
        assert faults(found) == []
        spoil(found)
        assert faults(found)
