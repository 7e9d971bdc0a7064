"""The JSON Schema: it fits every kind of report, names every field, and docs/json.md says the same.

The published schema lets new fields in; the one used here does not, so that a field without a
description trips.
"""

import functools
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from backproof.cases import case_named
from backproof.drift import Drift
from backproof.judge import judge_case
from backproof.report.json import FORMAT, rendered
from backproof.report.model import EXIT_CODES, Report, environment
from backproof.twins import numpy_candidate, torch_candidate
from backproof.verdict import Line, TargetReport
from parity_tests.meta.faults import steps
from parity_tests.meta.reports import MISSED, case_report, finding, report_on
from parity_tests.meta.test_command_line import called

DOCUMENT = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
TEXT = files("backproof.report").joinpath("schema.json").read_text("utf-8")
SCHEMA = json.loads(TEXT)


def closed(schema: Any) -> Any:
    """Return a schema that lets no field in but those that it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: closed(value) for name, value in schema.items()}
    return {"additionalProperties": False} | strict if "properties" in schema else strict


def plain(report: Report) -> Any:
    return json.loads(rendered(report))


def complaints(report: Any, schema: Any = None) -> list[str]:
    validator = Draft202012Validator(closed(SCHEMA) if schema is None else schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(report)]


# --- every kind of report fits --------------------------------------------------------------------


@functools.cache
def wrong_twins() -> Report:
    """Return a real report with drift, in which one twin forgets the mean."""
    pair = steps(weight_gradient=lambda dZ, A: dZ @ A.T), torch_candidate("cpu")
    return report_on(judge_case(case_named("notebook-2-4-1"), "float64", 3, pair))


@functools.cache
def right_twins() -> Report:
    pair = numpy_candidate(), torch_candidate("cpu")
    return report_on(judge_case(case_named("notebook-2-4-1"), "float32", 3, pair))


def whole() -> Report:
    """Return a report in which every list has an item."""
    drift = [Drift(1, (0.7, float("nan")), 1e-17, None, None)]
    differs = case_report(
        finding("differ", z=float("inf")), finding("undecided", "db1"), drift=drift
    )
    refused = case_report(name="dead", verdicts=[], refused="It raised KeyError.")
    skipped = case_report(name="digits", verdicts=[], skipped="no data", iterations=0)
    lines = {"dW1": Line("b.ipynb", 7, "dW1 = dZ1 @ X.T", cell=2)}
    one = TargetReport("b.py", [differs, refused, skipped], "functions", ("note",), lines=lines)
    return Report([one, TargetReport("c.py", [], refused="c.py is not there.")])


KINDS: dict[str, tuple[Callable[[], Report], str]] = {
    "agree": (right_twins, "agree"),
    "differ, drift": (wrong_twins, "differ"),
    "all at once": (whole, "differ"),
    "refused": (
        lambda: Report([TargetReport("a.py", [], refused="a.py is empty.")]),
        "cannot judge",
    ),
    "missed": (lambda: report_on(case_report(controls=(MISSED,))), "nothing judged"),
    "all skipped": (lambda: report_on(case_report(verdicts=[], skipped="why")), "nothing judged"),
    "undecided": (lambda: report_on(case_report(finding("undecided"))), "undecided"),
    "a scalar": (lambda: report_on(case_report(finding(name="cost", shape=(), index=()))), "agree"),
    "no number": (lambda: report_on(case_report(finding("differ", size=0, index=()))), "differ"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_report_fits_and_no_field_is_unnamed(kind: str) -> None:
    made, verdict = KINDS[kind]
    report = plain(made())
    assert report["verdict"] == verdict
    assert complaints(report) == []
    assert complaints(report, SCHEMA) == []


def test_real_reports_have_what_the_schema_is_about() -> None:
    (case,) = plain(wrong_twins())["targets"][0]["cases"]
    assert case["drift"]
    assert case["verdicts"][0]["mistakes"]
    assert case["verdicts"][0]["trajectory"]
    assert case["verdicts"][0]["controls"]


# --- the check itself catches what it is for ------------------------------------------------------


def at(report: Any, path: str) -> Any:
    for step in path.split():
        report = report[int(step) if step.isdigit() else step]
    return report


@pytest.mark.parametrize(
    "path",
    [
        *("", "controls", "targets 0", "targets 0 lines dW1", "targets 0 cases 0"),
        *("targets 0 cases 0 verdicts 0", "targets 0 cases 0 verdicts 0 findings 0"),
        *("targets 0 cases 0 verdicts 0 controls 0", "targets 0 cases 0 drift 0"),
    ],
)
def test_a_new_field_trips_here_and_nowhere_else(path: str) -> None:
    report = plain(whole())
    at(report, path)["novel"] = 1
    assert len(complaints(report)) == 1
    assert "novel" in complaints(report)[0]
    assert complaints(report, SCHEMA) == []
    del at(report, path)["novel"]
    for field in list(at(report, path)):
        value = at(report, path).pop(field)
        if path or field != "environment":
            assert f"'{field}' is a required property" in str(complaints(report, SCHEMA)), field
        at(report, path)[field] = value


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("", "format", 1),
        ("", "verdict", "skipped"),
        ("", "exit_code", 3),
        ("", "targets", []),
        ("environment", "cores", 2),
        ("targets 0", "notes", "one"),
        ("targets 0 cases 0", "dtype", "float16"),
        ("targets 0 cases 0 verdicts 0 findings 0", "verdict", "skipped"),
        ("targets 0 cases 0 verdicts 0 findings 0", "name", "loss"),
        ("targets 0 cases 0 verdicts 0 findings 0", "z", "inf"),
        ("targets 0 cases 0 drift 0", "costs", [0.7]),
        ("targets 0 lines dW1", "number", 0),
    ],
)
def test_a_wrong_value_trips(path: str, field: str, value: Any) -> None:
    report = plain(whole())
    at(report, path)[field] = value
    assert complaints(report, SCHEMA)


# --- the schema itself, and the page that is made of it -------------------------------------------


def sections() -> dict[str, dict[str, Any]]:
    """Return the kinds of object that have fields, by title."""
    kinds = SCHEMA["$defs"].values()
    return {kind["title"]: kind for kind in kinds if kind.get("properties")}


def test_the_schema_is_one_and_has_the_number_of_the_format() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == f"urn:backproof:report:{FORMAT}"
    assert SCHEMA["$defs"]["report"]["properties"]["format"]["const"] == FORMAT
    assert set(SCHEMA["$defs"]["verdict_of_target"]["enum"]) == set(EXIT_CODES)


def test_every_field_has_a_description_and_every_part_of_the_environment_a_field() -> None:
    for title, kind in sections().items():
        bare = [name for name, field in kind["properties"].items() if not field.get("description")]
        assert (title, bare) == (title, [])
    assert set(environment()) <= set(SCHEMA["$defs"]["environment"]["properties"])


def test_the_page_is_that_of_the_schema() -> None:
    tables = {
        title: [f"| `{name}` | {f['description']} |" for name, f in kind["properties"].items()]
        for title, kind in sections().items()
    }
    found = {
        title: [line for line in rest.splitlines() if line.startswith("| `")]
        for title, _, rest in (part.partition("\n") for part in DOCUMENT.split("\n## ")[1:])
    }
    assert found == tables


def test_backproof_schema_prints_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "schema") == 0
    assert capsys.readouterr().out == TEXT
    assert not re.search(r"https?://(?!json-schema\.org/draft/)", TEXT), "it names no host"
