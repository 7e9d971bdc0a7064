"""What a run of the gate found, kept in a file that is committed: the next run is held against it.

The file is JSON with one array a line, in a fixed order and with few digits, so that the difference
of two of them can be read.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backproof.errors import MALFORMED, BackproofError
from backproof.gate.judgement import LATER, TWINS, Place
from backproof.gate.question import Question, question_of
from backproof.report.model import Report, environment
from backproof.verdict import Verdict

SCHEMA, VERSION = "backproof-baseline", 1


@dataclass(frozen=True)
class Entry:
    """What is kept of one array: as in backproof.compare.Finding."""

    verdict: str
    z: float
    sensitivity: float


@dataclass(frozen=True)
class Baseline:
    """What a run found.

    questions  what each case asked, by its Place
    arrays     what came of each array
    conduct    of the twins, where they were judged: what their functions do unasked
    """

    date: str
    environment: Mapping[str, str]
    questions: Mapping[Place, Question] = field(default_factory=dict)
    arrays: Mapping[Place, Entry] = field(default_factory=dict)
    conduct: Mapping[str, str] = field(default_factory=dict)

    def within(self, asked: "Asked") -> "Baseline":
        """Return the part that a run asks for."""
        return self._kept(lambda place: place in asked, asked.targets)

    def without(self, asked: "Asked") -> "Baseline":
        """Return the other part."""
        targets = {place.target for place in self.questions} - asked.targets
        return self._kept(lambda place: place not in asked, targets)

    def joined(self, newer: "Baseline") -> "Baseline":
        """Return both together; where they overlap, and in date and environment, the newer one."""
        return Baseline(
            newer.date,
            newer.environment,
            {**self.questions, **newer.questions},
            {**self.arrays, **newer.arrays},
            {**self.conduct, **newer.conduct},
        )

    def _kept(self, keeps: Callable[[Place], bool], targets: Iterable[str]) -> "Baseline":
        return Baseline(
            self.date,
            self.environment,
            {place: asked for place, asked in self.questions.items() if keeps(place)},
            {place: entry for place, entry in self.arrays.items() if keeps(place)},
            self.conduct if TWINS in targets else {},
        )


@dataclass(frozen=True)
class Asked:
    """What a run asks for: some targets, and of the cases all or some."""

    targets: frozenset[str]
    cases: frozenset[str] = frozenset()

    def __contains__(self, place: Place) -> bool:
        """Tell whether an array or a case belongs to what is asked for."""
        return place.target in self.targets and (not self.cases or place.case in self.cases)


def found(report: Report) -> Baseline:
    """Return what a run found, ready to be kept."""
    from backproof.gate.conduct import conduct_of_twins  # which imports torch

    questions: dict[Place, Question] = {}
    arrays: dict[Place, Entry] = {}
    for target in report.targets:
        name = target.target or TWINS
        for case in target.judged:
            questions[Place(name, case.case, case.dtype)] = question_of(case)
            for verdict in case.verdicts:
                place = Place(name, case.case, case.dtype, verdict.candidate)
                arrays.update(_entries(place, verdict))
    twins = any(target.target == "" and not target.refused for target in report.targets)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Baseline(now, environment(), questions, arrays, conduct_of_twins() if twins else {})


def _entries(place: Place, verdict: Verdict) -> Iterator[tuple[Place, Entry]]:
    for late, findings in (("", verdict.findings), (LATER, verdict.trajectory)):
        for f in findings:
            entry = Entry(f.verdict, _rounded(f.z), _rounded(f.sensitivity))
            yield place._replace(array=late + f.name), entry


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")


def rendered(baseline: Baseline) -> str:
    """Return the text of the file."""
    head = {
        "schema": SCHEMA,
        "version": VERSION,
        "date": baseline.date,
        "environment": dict(baseline.environment),
        "conduct": dict(baseline.conduct),
    }
    lines = json.dumps(head, indent=1).removesuffix("\n}") + ',\n "targets": '
    return lines + _nested(_tree(baseline), 1) + "\n}\n"


def _tree(baseline: Baseline) -> dict[str, Any]:
    """Return target -> case -> precision -> question and candidate -> array -> entry."""
    tree: dict[str, Any] = {}
    for place, question in sorted(baseline.questions.items()):
        cases = tree.setdefault(place.target, {})
        cases.setdefault(place.case, {})[place.dtype] = {"question": dict(question), "arrays": {}}
    for place, entry in baseline.arrays.items():
        arrays = tree[place.target][place.case][place.dtype]["arrays"]
        words = [entry.verdict, _finite(entry.z), _finite(entry.sensitivity)]
        arrays.setdefault(place.candidate, {})[place.array] = words
    return tree


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _nested(value: Any, depth: int) -> str:
    """Return JSON in which every object is indented, and everything else stands on its line."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value)
    pad = " " * (depth + 1)
    items = [f"{pad}{json.dumps(key)}: {_nested(item, depth + 1)}" for key, item in value.items()]
    return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"


def read_baseline(path: Path) -> Baseline | None:
    """Return the baseline in a file; None where there is no such file.

    Raises BackproofError where it cannot be read, is no baseline, or is one of another version.
    """
    try:
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BackproofError(f"Cannot read the baseline {path}: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise BackproofError(
            f"{path} is no baseline: line {error.lineno} is no JSON; take the committed one again, "
            "or write it with backproof gate --update."
        ) from error
    except MALFORMED as error:
        raise BackproofError(
            f"{path} is no baseline: it lacks what backproof gate --update writes ({error})."
        ) from error


def _parsed(text: Any) -> Baseline:
    if text["schema"] != SCHEMA:
        raise ValueError(f"its schema is {text['schema']!r}")
    if text["version"] != VERSION:
        raise BackproofError(
            f"The baseline has version {text['version']}, and this backproof reads version "
            f"{VERSION}: write it anew with backproof gate --update."
        )
    questions, arrays = {}, {}
    for target, cases in text["targets"].items():
        for case, dtypes in cases.items():
            for dtype, kept in dtypes.items():
                questions[Place(target, case, dtype)] = dict(kept["question"])
                for candidate, entries in kept["arrays"].items():
                    for array, (verdict, z, sensitivity) in entries.items():
                        place = Place(target, case, dtype, candidate, array)
                        entry = Entry(
                            str(verdict), _number(z, math.nan), _number(sensitivity, math.inf)
                        )
                        arrays[place] = entry
    return Baseline(
        str(text["date"]), dict(text["environment"]), questions, arrays, dict(text["conduct"])
    )


def _number(value: float | None, missing: float) -> float:
    return missing if value is None else float(value)
