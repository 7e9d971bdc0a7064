"""What the panel says: the trial and its reason, why two answers differ, what was left out."""

import json
from pathlib import Path

import pytest

from backproof.own.judging import judge_file
from backproof.report.json import rendered
from backproof.report.model import Report
from backproof.verdict import TargetReport
from parity_tests.meta.input_dependent import SNIPPETS, STYLES, Snippet

BY_NAME = {snippet.name: snippet for snippet in SNIPPETS}
HARMLESS = Snippet("nothing", "grads", "dW1 = dW1 * {k}")


def judged(text: str, folder: Path, *cases: str) -> TargetReport:
    path = folder / "my_net.py"
    path.write_text(text)
    return judge_file(path, "", ("float64", "float32"), 0, cases)


def wrong(name: str, folder: Path) -> TargetReport:
    return judged(STYLES["functions"](BY_NAME[name], 1.5), folder)


def test_the_trial_is_named_with_its_reason_and_its_line(tmp_path: Path) -> None:
    report = wrong("batch above 64", tmp_path)
    bad = [case for case in report.judged if case.verdict == "differ"]
    assert [case.case.partition("output")[2] for case in bad] == ["-batch-65", "-batch-257"]
    because = "it is right on the usual trials; here: a batch of more than 64 examples"
    assert bad[0].verdicts[0].because == because
    text = str(Report([report]))
    assert f"because   {because}" in text
    assert "panel trials" in text
    assert f"--case {bad[0].case}" in text


def test_one_trial_of_the_panel_can_be_asked_for(tmp_path: Path) -> None:
    name = "2-layers-1-output-batch-65"
    (case,) = judged(STYLES["functions"](HARMLESS, 1.0), tmp_path, name).judged
    assert (case.case, case.verdict) == (name, "agree")


@pytest.mark.parametrize(
    ("snippet", "why"),
    [
        ("by a global stream", "it draws random numbers"),
        ("one call of twenty", "it keeps state"),
        ("from the second call", "it keeps state"),
    ],
)
def test_different_answers_to_one_question_are_named(
    snippet: str, why: str, tmp_path: Path
) -> None:
    report = wrong(snippet, tmp_path)
    assert report.verdict == "differ"
    said = f"the same question gets different answers: {why}"
    causes = [v.because for case in report.judged for v in case.verdicts]
    assert any(said in cause for cause in causes) or said in report.notes


def test_what_a_file_refuses_is_left_out_with_the_reason(tmp_path: Path) -> None:
    refusing = Snippet("refuses", "Z1", "assert X.shape[1] < 200, 'too many'")
    report = judged(STYLES["functions"](refusing, 1.0), tmp_path)
    assert report.verdict == "agree"
    why = report.unjudged["2-layers-1-output-batch-257"]
    assert why == "it raised AssertionError: too many"
    told = json.loads(rendered(Report([report])))["targets"][0]["unjudged"]
    assert told["2-layers-1-output-batch-257"] == why


def test_what_is_covered_is_said(tmp_path: Path) -> None:
    report = judged(STYLES["class"](HARMLESS, 1.0), tmp_path)
    assert report.verdict == "agree"
    for words in ("batches of 1, 2, 9, ", "65 and 257 examples", "layers 1 to 130 wide"):
        assert words in report.covers
    assert {case.case.rpartition("-update-")[2] for case in report.judged} >= {"2", "3"}


def test_an_array_that_is_missing_in_one_trial_differs(tmp_path: Path) -> None:
    """Above 64 examples it shows no db1: that is not passed over."""
    text = STYLES["functions"](HARMLESS, 1.0)
    end = "    return {'dW2'"
    assert text.count(end) == 1
    text = text.replace(end, "    if m > 64: return {'dW2': dW2, 'db2': db2, 'dW1': dW1}\n" + end)
    text = text.replace("grads['d' + n]", "grads.get('d' + n, 0)")
    report = judged(text, tmp_path)
    assert report.verdict == "differ"
    reasons = [f.reason for c in report.judged for v in c.verdicts for f in v.findings]
    assert "it is missing from the trace" in reasons
