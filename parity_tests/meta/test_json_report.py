"""The report for a machine; test_schema.py has its fields."""

import json
import re
from pathlib import Path
from typing import Any

from backproof.drift import Drift
from backproof.report.json import as_json
from backproof.report.model import EXIT_CODES, Report
from backproof.verdict import TargetReport
from parity_tests.meta.reports import case_report, finding

DOCUMENT = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")


def whole() -> dict[str, Any]:
    """Return a report in which every list has an item."""
    drift = [Drift(1, (0.7, float("nan")), 1e-17, None, None)]
    differs = case_report(finding("differ", z=float("inf")), drift=drift)
    refused = case_report(verdicts=[], refused="It raised KeyError: 'W2'.")
    one = TargetReport("a.py", [differs, refused], "functions", ("a note",))
    report = Report([one, TargetReport("b.py", [], refused="b.py is not there.")])
    return json.loads(json.dumps(as_json(report), allow_nan=False))


def test_the_document_names_every_verdict_with_its_exit_code() -> None:
    row = next(line for line in DOCUMENT.splitlines() if line.startswith("| `verdict` | the worst"))
    verdicts = re.findall(r"`([^`]+)`", row.split("|")[2])
    codes = next(line for line in DOCUMENT.splitlines() if line.startswith("| `exit_code`"))
    assert dict(zip(verdicts, map(int, re.findall(r"\d", codes)), strict=True)) == EXIT_CODES


def test_targets_stand_in_order_with_all_that_was_found() -> None:
    report = whole()
    assert (report["format"], report["verdict"], report["exit_code"]) == (2, "differ", 1)
    one, other = report["targets"]
    assert (one["target"], one["verdict"], one["reading"]) == ("a.py", "differ", "functions")
    assert (one["notes"], one["refused"]) == (["a note"], "")
    assert [case["verdict"] for case in one["cases"]] == ["differ", "cannot judge"]
    assert one["cases"][1]["refused"] == "It raised KeyError: 'W2'."
    assert (other["verdict"], other["refused"]) == ("cannot judge", "b.py is not there.")


def test_a_number_that_is_not_finite_is_null() -> None:
    case = whole()["targets"][0]["cases"][0]
    assert case["verdicts"][0]["findings"][0]["z"] is None
    assert case["drift"][0]["costs"] == [0.7, None]
