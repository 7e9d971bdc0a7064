"""Nothing falls silently out: what a file shows is judged, or named as not judged, with why."""

import json
from pathlib import Path

import pytest

from backproof.report.html import rendered as html
from backproof.report.json import rendered as as_json
from backproof.report.markdown import rendered as markdown
from backproof.report.model import Report
from backproof.verdict import TargetReport
from parity_tests.meta.strangers import COSTS, Stranger, judged

TEXT = Stranger("tanh", "sigmoid", update="none").text()
COST = f"cost = {COSTS['sigmoid']}"
PLAIN = COSTS["sigmoid"]
MATRIX = "-(Y @ np.log(A2).T + (1 - Y) @ np.log(1 - A2).T)"
END = "    return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}\n"
BARE = "0.5 * np.mean((A2 - 2 * Y) ** 2) + 1"


def with_cost(expression: str) -> str:
    assert TEXT.count(COST) == 1
    return TEXT.replace(COST, f"cost = {expression}")


def cost_reasons(report: TargetReport) -> list[str]:
    findings = [f for case in report.judged for v in case.verdicts for f in v.findings]
    return [f.reason for f in findings if f.name == "cost"]


@pytest.mark.parametrize("cost", [PLAIN, f"{MATRIX} / m", f"np.squeeze({MATRIX}) / m"])
def test_a_right_cost_is_judged_whatever_its_shape(cost: str, tmp_path: Path) -> None:
    report = judged(with_cost(cost), tmp_path)
    assert report.verdict == "agree"
    reasons = cost_reasons(report)
    assert len(reasons) > 1
    assert not any(reasons)
    assert "cost" in report.covers


@pytest.mark.parametrize(
    ("cost", "ratios"),
    [
        (f"{MATRIX} / (2 * Y.shape[0])", ["4.5", "6.5"]),
        (f"1.37 * {PLAIN}", ["1.37", "1.37"]),
        (f"{PLAIN} * m / (m - 1)", ["1.125", "1.08333"]),
        (f"-({PLAIN})", ["-1", "-1"]),
    ],
)
def test_a_cost_that_is_none_differs_with_its_ratio(
    cost: str, ratios: list[str], tmp_path: Path
) -> None:
    report = judged(with_cost(cost), tmp_path)
    assert report.verdict == "differ"
    wanted = [f"it is {ratio} times what is expected" for ratio in ratios]
    assert cost_reasons(report) == wanted
    assert wanted[0] in str(Report([report]))


@pytest.mark.parametrize("cost", ["np.mean(A2)", "np.array([[np.mean(A2)]])", BARE, "0.0 * m"])
def test_a_cost_of_no_fixed_ratio_differs_too(cost: str, tmp_path: Path) -> None:
    report = judged(with_cost(cost), tmp_path)
    assert report.verdict == "differ"
    assert all(reason for reason in cost_reasons(report))


UNREAD = [
    (with_cost(PLAIN.replace("np.sum", "")), "compute_cost()", "with 1 output it gives an array"),
    (with_cost("{'mine': 1}"), "compute_cost()", "with 1 output it gives no number"),
    (with_cost("unheard_of(A2)"), "compute_cost()", "with 1 output it raised NameError"),
    (
        TEXT.replace(
            END, "    dA2 = 2 * dZ2" + END.replace("    return {", "\n    return {'dA2': dA2, ")
        ),
        "dA2",
        "a gradient on the way",
    ),
    (
        TEXT.replace("cache = {", "noise = A1 + 1\n    cache = {'noise': noise, "),
        "noise",
        "it is no Z",
    ),
]


@pytest.mark.parametrize(("text", "what", "why"), UNREAD)
def test_what_is_not_judged_is_named_in_every_report(
    text: str, what: str, why: str, tmp_path: Path
) -> None:
    assert text != TEXT
    report = judged(text, tmp_path)
    assert report.verdict == "agree"
    assert report.unjudged[what].startswith(why)
    whole = Report([report])
    assert f"not judged: {what}: {why}" in str(whole)
    assert json.loads(as_json(whole))["targets"][0]["unjudged"][what].startswith(why)
    assert f"not judged: {what}</dt><dd>{why}" in html(whole)
    assert f"not judged&#58; {what}" in markdown(whole) or f"not judged: {what}" in markdown(whole)
    assert what in whole._repr_html_()


def test_agree_says_what_it_covers(tmp_path: Path) -> None:
    report = judged(TEXT, tmp_path)
    assert report.covers.startswith("Z1, A1, Z2, A2, cost, dW2, db2, dW1, db1; ")
    assert f"covers    {report.covers}" in str(Report([report]))
    assert json.loads(as_json(Report([report])))["targets"][0]["covers"] == report.covers
    assert report.covers in html(Report([report]))
    assert not report.unjudged
