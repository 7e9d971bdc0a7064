"""What came of comparing two records, for a machine; docs/record.md describes the format."""

import json
import math
from dataclasses import asdict
from typing import Any

from backproof.compare import Finding
from backproof.records.comparing import Comparison, Pair
from backproof.report.model import EXIT_CODES

FORMAT = 1  # raised whenever a field changes its meaning or goes away
KEPT = ("verdict", "reason", "index", "actual", "expected", "sigma", "z", "sensitivity")


def rendered(comparison: Comparison) -> str:
    """Return the text of the file."""
    plain = {
        "format": FORMAT,
        "verdict": comparison.verdict,
        "exit_code": EXIT_CODES[comparison.verdict],
        "cases": [_pair(pair) for pair in comparison.pairs],
        "alone": list(comparison.alone),
    }
    return json.dumps(plain, indent=1, allow_nan=False) + "\n"


def _pair(pair: Pair) -> dict[str, Any]:
    one, other = pair.runs
    return {
        "case": one.case,
        "dtype": one.dtype,
        "candidates": [one.candidate, other.candidate],
        "verdict": pair.verdict,
        "otherwise": list(pair.otherwise),
        "alone": list(pair.alone),
        "controls": [asdict(control) for control in pair.controls],
        "arrays": {
            apart.name: {"first": _kept(a), "second": _kept(b), "apart": _kept(apart)}
            for a, b, apart in zip(pair.one, pair.other, pair.apart, strict=True)
        },
    }


def _kept(finding: Finding) -> dict[str, Any]:
    return {name: _finite(getattr(finding, name)) for name in KEPT}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
