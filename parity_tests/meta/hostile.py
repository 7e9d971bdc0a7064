"""Hostile words, and what of a format they must not change."""

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

from hypothesis import strategies as st

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


def lines_of(text: str) -> Any:
    return text.count("\n")


def tree_of(text: str) -> Any:
    return [(e.tag, sorted(e.attrib)) for e in ElementTree.fromstring(text.encode()).iter()]


def shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in value.items()}
    return [shape_of(item) for item in value] if isinstance(value, list) else type(value).__name__


def blocks_of(text: str) -> Any:
    """Return Markdown without what is in fences, and without the words."""
    bare = re.sub(r"^(`{3,})text\n.*?^\1\n", "fence\n", text, flags=re.M | re.S)
    return lines_of(bare), re.findall(r"[<>|`#*\[\]]", re.sub(r"&#\d+;", "", bare))


def commands_of(text: str) -> Any:
    return [re.sub(r"=[^,:]*|::[^\n]*$", "", line) for line in text.splitlines()]


def strings_of(value: Any) -> list[str]:
    """Return all strings in what came out of JSON, as a page would show them."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings_of(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings_of(item)]
    return [value] if isinstance(value, str) else []
