"""Hostile text in what the gate, the bench and the records write: it stays text there too.

As in test_hostile_text.py everything is written twice, once with harmless words.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from rich.console import Console

from backproof.bench.report import html as bench_html
from backproof.bench.report import json as bench_json
from backproof.bench.result import Result, Settings, Timing
from backproof.bench.text import print_result
from backproof.bench.workload import square
from backproof.gate import report as gate
from backproof.gate.history import page, picture
from backproof.gate.history.runs import Run as GateRun
from backproof.gate.judgement import CANNOT, RED, Complaint, Judgement, Place
from backproof.gate.outcome import Outcome
from backproof.gate.report import github, junit, markdown
from backproof.gate.report import json as gate_json
from backproof.gate.report.text import print_outcome
from backproof.records import json as records_json
from backproof.records.comparing import compared
from backproof.records.record import Record, read_record, rendered
from backproof.records.record import Run as RecordRun
from backproof.records.text import print_comparison
from backproof.report import html, lines
from backproof.report.model import Report
from backproof.report.page import drawing
from backproof.scan import Expected
from parity_tests.meta.hostile import (
    FRAGMENTS,
    HARMLESS,
    NASTY,
    WORDS,
    Tags,
    blocks_of,
    commands_of,
    lines_of,
    shape_of,
    tree_of,
)


def printed(show: Callable[[Console], None]) -> str:
    console = Console(file=StringIO(), width=400)
    show(console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


# --- what is written -------------------------------------------------------------------------


def outcome(words: str) -> Outcome:
    place = Place(words, words, words, words, words)
    several = tuple(Complaint("changed", place, words) for _ in range(7))
    judgements = (Judgement("parity", RED, words, several), Judgement("speed", CANNOT, words))
    return Outcome(judgements, Report([]), (words,))


def result(words: str) -> Result:
    wiggle = 1e-5 * np.linspace(1, 1.1, 12)
    timings = [
        Timing(name, square(width, 64), tuple((k * width * wiggle).tolist()), memory=2048)
        for k, name in enumerate(("numpy", f"mine {words}", "matrix products"), 1)
        for width in (4, 16, 64, 256)
    ]
    timings.append(Timing("late", square(4, 64), refused=words))
    timings.append(Timing("gone", square(4, 64), absent=words))
    machine = {"cpu": words, "cores": "2", "torch": words, "numpy": words, "blas": words}
    return Result(tuple(timings), Settings(), machine, "2026-01-01")


def run(words: str) -> RecordRun:
    value = {"dW1": np.ones((2, 3)), "W1": np.ones((2, 3))}
    expected = {name: Expected(one, one * 1e-16) for name, one in value.items()}
    asked = {"loss": words}
    return RecordRun(words, words, words, "float64", asked, {"X": np.ones(2)}, value, expected)


def records(words: str) -> tuple[Record, Record]:
    one = run(words)
    wrong = replace(one, actual=one.actual | {"dW1": 2 * one.actual["dW1"]})
    first = Record("2026-01-01", {"torch": words}, [one, replace(one, case=f"{words} again")])
    return first, Record("2026-01-02", {"torch": f"{words} 2"}, [wrong])


def history(words: str) -> list[GateRun]:
    """Twenty runs, in the middle of which everything changes: what changes is named."""
    verdicts = {"parity": "green", words: words}

    def run(day: int) -> GateRun:
        now = {words: 1.0 + 8 * (day > 10), f"{words} 2": 2.0}
        series = {"z": now, "sensitivity": now, "ratio": now}
        return GateRun(f"2026-01-{day:02}", words, verdicts, series, {})

    return [run(day) for day in range(1, 21)]


def comparison_in_words(words: str) -> str:
    both = records(words)
    return printed(lambda console: print_comparison(compared(*both), both, console))


Format = tuple[ModuleType | None, Callable[[str], str], Callable[[str], Any]]
FORMATS: dict[str, Format] = {
    "gate, text": (
        gate.text,
        lambda words: printed(lambda console: print_outcome(outcome(words), console)),
        lines_of,
    ),
    "gate, json": (
        None,
        lambda words: gate_json.rendered(outcome(words)),
        lambda text: shape_of(json.loads(text)),
    ),
    "gate, junit": (junit, lambda words: junit.rendered(outcome(words)), tree_of),
    "gate, markdown": (None, lambda words: markdown.rendered(outcome(words)), blocks_of),
    "gate, github": (
        None,
        lambda words: "\n".join(github.annotations(outcome(words))),
        commands_of,
    ),
    "history, page": (html, lambda words: page.rendered(history(words)), lambda t: Tags(t).found),
    "history, picture": (drawing, lambda words: picture.rendered(history(words)), tree_of),
    "bench, text": (
        lines,
        lambda words: printed(lambda console: print_result(result(words), console)),
        lines_of,
    ),
    "bench, json": (
        None,
        lambda words: bench_json.rendered(result(words)),
        lambda text: shape_of(json.loads(text)),
    ),
    "bench, html": (
        html,
        lambda words: bench_html.rendered(result(words)),
        lambda t: Tags(t).found,
    ),
    "records, text": (lines, comparison_in_words, lines_of),
    "records, json": (
        None,
        lambda words: records_json.rendered(compared(*records(words))),
        lambda text: shape_of(json.loads(text)),
    ),
}


def is_neutral(kind: str, words: str) -> None:
    """Assert that these words change nothing of a format but the words, and are all text."""
    _, written, shape = FORMATS[kind]
    text = written(words)
    assert text.replace("\n", "").isprintable()
    text.encode()
    assert shape(text) == shape(written(HARMLESS))


@pytest.mark.parametrize("kind", FORMATS)
@example(NASTY)
@given(words=WORDS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_is_neutral_to_whatever_it_quotes(kind: str, words: str) -> None:
    is_neutral(kind, words)


@pytest.mark.parametrize("words", [NASTY, *FRAGMENTS])
def test_a_record_of_hostile_words_is_read_again(words: str, tmp_path: Path) -> None:
    path = tmp_path / "one.record"
    first, _ = records(words)
    path.write_bytes(rendered(first))
    again = read_record(path)
    assert [run.candidate for run in again.runs] == [run.candidate for run in first.runs]


@pytest.mark.parametrize("kind", [kind for kind, (module, *_) in FORMATS.items() if module])
def test_a_writer_that_lets_characters_through_is_seen(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FORMATS[kind][0], "printable", lambda text: text)
    with pytest.raises((AssertionError, ElementTree.ParseError, UnicodeEncodeError)):
        is_neutral(kind, NASTY)
