"""Hostile text: whatever a file, a message or a printed line holds, a report stays what it is.

The same report is written twice, once with harmless words. Nothing may differ between the two but
the words: no line, no element, no entry more, and nothing that a terminal or a browser would obey.
"""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backproof import cli
from backproof.report import github, gradescope, html, junit, markdown, notebook
from backproof.report import json as as_json
from backproof.report.lines import printable
from backproof.report.model import Report
from backproof.verdict import Line, TargetReport, Verdict
from parity_tests.meta.reports import CAUGHT, case_report, finding

FRAGMENTS = (
    *("\x1b[2J", "\x1b]0;title\x07", "\x00", "\x7f", "\x9b31m"),
    *("\r", "\n", "\r\n", "\v", "\f", "\x85"),
    *("\u2028", "\u202e", "\u2066", "\u200b", "\ufeff", "\ufffe", "\ud800", "\U000e0001"),
    *("::error file=a::b", "::stop-commands::x", "##[error]", "%0A::warning::", "::add-mask::*"),
    *("<script>alert(1)</script>", "</pre>", "<!--", "]]>", "<![CDATA[", "&lt;", "&#27;", "'\""),
    *("`", "```", "~~~", "</details>", "| a |", "[x](javascript:1)", "![](x)"),
    *("# x", "@all", "$x$"),
    *("{{ 7 * 7 }}", "{% raw %}", "[bold red]", "[/]", "\\", "%s", "agree", "x" * 5000),
)
PIECES = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), min_size=1, max_size=6)
WORDS = PIECES.map("".join).filter(bool)
NASTY = "".join(FRAGMENTS)
HARMLESS = "word"


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


class Tags(HTMLParser):
    """The elements of a page, each with the names of its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}",))

    def handle_comment(self, _: str) -> None:
        self.found.append(("!",))


def _lines(text: str) -> Any:
    return text.count("\n")


def _tree(text: str) -> Any:
    return [(e.tag, sorted(e.attrib)) for e in ElementTree.fromstring(text.encode()).iter()]


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items()}
    return [_shape(item) for item in value] if isinstance(value, list) else type(value).__name__


def _blocks(text: str) -> Any:
    """Return Markdown without what is in fences, and without the words."""
    bare = re.sub(r"^(`{3,})text\n.*?^\1\n", "fence\n", text, flags=re.M | re.S)
    return _lines(bare), re.findall(r"[<>|`#*\[\]]", re.sub(r"&#\d+;", "", bare))


def _commands(text: str) -> Any:
    return [re.sub(r"=[^,:]*|::[^\n]*$", "", line) for line in text.splitlines()]


FORMATS: dict[str, tuple[ModuleType | None, Callable[[Report], str], Callable[[str], Any]]] = {
    "text": (None, str, _lines),
    "json": (None, as_json.rendered, lambda text: _shape(json.loads(text)["targets"][0]["cases"])),
    "junit": (junit, junit.rendered, _tree),
    "markdown": (markdown, markdown.rendered, _blocks),
    "html": (html, html.rendered, lambda text: Tags(text).found),
    "gradescope": (gradescope, gradescope.rendered, lambda text: _shape(json.loads(text))),
    "notebook": (notebook, notebook.as_html, lambda text: Tags(text).found),
    "github": (github, lambda report: "\n".join(github.annotations(report)), _commands),
}


def _strings(value: Any) -> list[str]:
    """Return all strings in what came out of JSON, as a page would show them."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []


def is_neutral(kind: str, words: str) -> None:
    """Assert that these words change nothing of a format but the words, and are all text."""
    _, rendered, shape = FORMATS[kind]
    for hostile, harmless in zip(reports(words), reports(HARMLESS), strict=True):
        text = rendered(hostile)
        seen = _strings(json.loads(text)) if kind == "gradescope" else [text]
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
