"""The outcome for a machine; docs/gate.md describes the format."""

import json
from typing import Any

from backproof.gate.outcome import Outcome
from backproof.report.model import environment

FORMAT = 1  # raised whenever a field changes its meaning or goes away


def rendered(outcome: Outcome) -> str:
    """Return the text of the file."""
    return json.dumps(as_json(outcome), indent=1, allow_nan=False) + "\n"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain data."""
    report = outcome.report
    return {
        "format": FORMAT,
        "verdict": outcome.verdict,
        "exit_code": outcome.exit_code,
        "environment": environment(),
        "notes": list(outcome.notes),
        "arrays": report.arrays,
        "controls": {"planted": len(report.controls), "missed": len(report.missed)},
        "judgements": [
            {
                "name": judgement.name,
                "verdict": judgement.verdict,
                "reason": judgement.reason,
                "complaints": [
                    {"kind": c.kind, "sentence": c.sentence} | c.place._asdict()
                    for c in judgement.complaints
                ],
            }
            for judgement in outcome.judgements
        ],
    }
