"""A report for a machine; docs/json.md describes the format."""

import json
import math
from dataclasses import asdict
from typing import Any

from backproof.report.model import Report, environment
from backproof.verdict import TargetReport

FORMAT = 2  # raised whenever a field changes its meaning or goes away


def rendered(report: Report) -> str:
    """Return the text of the file."""
    return json.dumps(as_json(report), indent=1, allow_nan=False) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain data; a number that is not finite becomes null."""
    return {
        "format": FORMAT,
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "environment": environment(),
        "controls": {"planted": len(report.controls), "missed": len(report.missed)},
        "targets": [_target(target) for target in report.targets],
    }


def _target(target: TargetReport) -> dict[str, Any]:
    cases = [
        _finite(asdict(case, dict_factory=_without_pictures)) | {"verdict": case.verdict}
        for case in target.cases
    ]
    return {
        "target": target.target,
        "verdict": target.verdict,
        "reading": target.reading,
        "notes": list(target.notes),
        "guards": [_finite(asdict(g)) | {"sentence": g.sentence} for g in target.guards],
        "refused": target.refused,
        "lines": {name: asdict(line) for name, line in target.lines.items()},
        "covers": target.covers,
        "unjudged": dict(target.unjudged),
        "cases": cases,
    }


def _without_pictures(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in fields if name != "picture"}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
