"""Hostile text: whatever a file, a message or a printed line holds, a report stays what it is.

The same report is written twice, once with harmless words. Nothing may differ between the two but
the words: no line, no element, no entry more, and nothing that a terminal or a browser would obey.
"""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings

from backproof import cli
from backproof.report import github, gradescope, html, junit, markdown, notebook
from backproof.report import json as as_json
from backproof.report.lines import printable
from backproof.report.model import Report
from backproof.verdict import Line, TargetReport, Verdict
from parity_tests.meta.hostile import (
    HARMLESS,
    NASTY,
    WORDS,
    Tags,
    blocks_of,
    commands_of,
    lines_of,
    shape_of,
    strings_of,
    tree_of,
)
from parity_tests.meta.reports import CAUGHT, case_report, finding


def reports(words: str) -> tuple[Report, Report]:
    """Return a report whose every stranger's word is this one: judged, and refused."""
    bad = finding("differ", reason="4 of 8 elements are off")
    verdict = Verdict(words, [bad], [], [CAUGHT], because=words, formulas=(("a", "b"),))
    case = case_report(name="ragged", why="sizes", verdicts=[verdict])
    failed = case_report(name="wide", verdicts=[], refused=words)
    skipped = case_report(name="deep", verdicts=[], skipped=words)
    lines = {"dW1": Line(words, 3, words, None)}
    cases = [case, failed, skipped]
    judged = TargetReport(words, cases, words, (words, words), lines=lines)
    return Report([judged]), Report([TargetReport(words, [], refused=words)])


FORMATS: dict[str, tuple[ModuleType | None, Callable[[Report], str], Callable[[str], Any]]] = {
    "text": (None, str, lines_of),
    "json": (
        None,
        as_json.rendered,
        lambda text: shape_of(json.loads(text)["targets"][0]["cases"]),
    ),
    "junit": (junit, junit.rendered, tree_of),
    "markdown": (markdown, markdown.rendered, blocks_of),
    "html": (html, html.rendered, lambda text: Tags(text).found),
    "gradescope": (gradescope, gradescope.rendered, lambda text: shape_of(json.loads(text))),
    "notebook": (notebook, notebook.as_html, lambda text: Tags(text).found),
    "github": (github, lambda report: "\n".join(github.annotations(report)), commands_of),
}


def is_neutral(kind: str, words: str) -> None:
    """Assert that these words change nothing of a format but the words, and are all text."""
    _, rendered, shape = FORMATS[kind]
    for hostile, harmless in zip(reports(words), reports(HARMLESS), strict=True):
        text = rendered(hostile)
        seen = strings_of(json.loads(text)) if kind == "gradescope" else [text]
        assert all(one.replace("\n", "").isprintable() for one in seen)
        assert shape(text) == shape(rendered(harmless))


@pytest.mark.parametrize("kind", FORMATS)
@example(NASTY)
@given(words=WORDS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_report_is_neutral_to_whatever_it_quotes(kind: str, words: str) -> None:
    is_neutral(kind, words)


@pytest.mark.parametrize("kind", [kind for kind, (module, *_) in FORMATS.items() if module])
def test_a_format_that_lets_characters_through_is_seen(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = FORMATS[kind][0]
    assert module is not None
    monkeypatch.setattr(module, "printable", lambda text: text)
    with pytest.raises((AssertionError, ElementTree.ParseError, UnicodeEncodeError)):
        is_neutral(kind, NASTY)


def test_printable_leaves_words_alone() -> None:
    assert printable("σ ± 1 – naïve 数") == "σ ± 1 – naïve 数"
    assert printable("a\x1b\u202eb\n") == "a??b?"


@pytest.mark.parametrize("path", ["\x1b[2Jnone.py", "a\n::error::b.py", "\u202enone.py"])
def test_a_sentence_about_a_path_is_one_line_of_text(
    path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["backproof", "check", path])
    monkeypatch.setattr(cli, "_stop_writing", lambda: 2)
    with pytest.raises(SystemExit):
        cli.main()
    said = capsys.readouterr().err
    assert said.startswith("backproof: ")
    assert said.removesuffix("\n").isprintable()
