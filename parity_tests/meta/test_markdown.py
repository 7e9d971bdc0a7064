"""The Markdown summary, read by a parser: what was found is in it; strangers' texts are text."""

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from backproof.report.lines import printable
from backproof.report.markdown import CUT, LIMIT, escaped, fenced, rendered, within
from backproof.report.model import Report
from backproof.verdict import TargetReport, Verdict
from parity_tests.meta.reports import MISSED, case_report, finding, report_on
from parity_tests.meta.test_junit import HOSTILE, hostile
from parity_tests.meta.test_schema import KINDS, wrong_twins

PARSER = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])
TITLES = "verdict case precision iterations largest z sensitivity first that does not agree"


def tokens(text: str) -> list[Token]:
    return PARSER.parse(text)


def shown(inline: Token) -> str:
    """Return what a reader sees of a line; anything but text in it is a failure."""
    kinds = {child.type for child in inline.children or []}
    assert kinds <= {"text", "text_special", "softbreak", "hardbreak"}, kinds
    return "".join(child.content or "\n" for child in inline.children or [])


def table(text: str) -> list[list[str]]:
    """Return the rows of all tables."""
    rows: list[list[str]] = []
    inside = False
    for token in tokens(text):
        if token.type == "tr_open":
            rows.append([])
        inside = token.type in ("td_open", "th_open") or (inside and token.type == "inline")
        if inside and token.type == "inline":
            rows[-1].append(shown(token))
    return rows


def blocks(text: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "fence"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_verdict_stands_on_top(kind: str) -> None:
    report = KINDS[kind][0]()
    first, inline, *_ = tokens(rendered(report))
    assert (first.type, first.tag) == ("heading_open", "h2")
    assert shown(inline) == f"backproof: {report.verdict}"


def test_a_real_failure_has_a_row_and_its_details() -> None:
    text = rendered(wrong_twins())
    head, row = table(text)
    assert " ".join(head) == TITLES
    assert (row[:4], row[-1]) == (["differ", "notebook-2-4-1", "float64", "5"], "dW2")
    (block,) = blocks(text)
    starts = [line.split()[0] for line in block.splitlines()]
    assert starts[0] == "differ"
    assert {"because", "right", "wrong", "agrees", "look", "again"} <= set(starts)
    assert "<summary>impl&#95;numpy" not in text, "an underscore inside a word is left alone"
    assert "<details open><summary>impl_numpy on notebook-2-4-1, float64: the note" in text
    assert text.count("<details") == text.count("</details>") == 1


def test_many_targets_have_a_row_each_and_details_where_they_do_not_agree() -> None:
    wrong = case_report(finding("differ", name="db1"), name="dead")
    targets = [
        TargetReport("a.py", [case_report()]),
        TargetReport("b.py", [case_report(), wrong], "functions over W_1", ("a *note*",)),
        TargetReport("c.py", [], refused="c.py is not there."),
    ]
    text = rendered(Report(targets))
    assert table(text)[:4] == [
        ["verdict", "file", "first that does not agree"],
        ["agree", "a.py", ""],
        ["differ", "b.py", "db1 on dead, float64"],
        ["cannot judge", "c.py", "c.py is not there."],
    ]
    inline = [shown(t) for t in tokens(text) if t.type == "inline"]
    heads = [s for s in inline if s.startswith(("differ: ", "cannot judge: ", "agree: "))]
    assert heads == ["differ: b.py", "cannot judge: c.py"]
    assert "read as: functions over W_1" in inline
    assert "note: a *note*" in inline
    assert len(blocks(text)) == 1


def test_the_first_failure_is_unfolded_and_no_other() -> None:
    wrong = case_report(finding("differ"))
    text = rendered(report_on(wrong, case_report(), wrong, wrong))
    assert (text.count("<details open>"), text.count("<details>")) == (1, 2)
    assert text.index("<details open>") < text.index("<details>")


def test_what_was_not_judged_is_said() -> None:
    cases = [
        case_report(controls=(MISSED,)),
        case_report(verdicts=[], refused="It raised KeyError."),
        *[case_report(verdicts=[], skipped="no data")] * 3,
    ]
    inline = [shown(t) for t in tokens(rendered(report_on(*cases))) if t.type == "inline"]
    assert "cannot judge notebook-2-4-1, float64: It raised KeyError." in inline
    assert "3 cases skipped: no data" in inline
    assert "missed dW1: zeroed" in inline


# --- strangers' texts -----------------------------------------------------------------------------

WICKED = [
    *(
        "a|b",
        "a\\|b",
        "a\\\\|b",
        "`|`",
        "``x`",
        "<script>alert(1)</script>",
        "<!-- x",
        "&lt;",
        "&#124;",
    ),
    *("*x*", "_x_", "__init__", "~~x~~", "[x](y)", "![x](y)", "<http://x>", "a@b", "#1", "$x$"),
    *("::error::x", "</summary></details>", "\n\n# x", "\\", "a_b_c.py", "~/net.py", HOSTILE),
]


@pytest.mark.parametrize("text", WICKED)
def test_an_escaped_text_reads_the_same_and_is_only_text(text: str) -> None:
    line = next(t for t in tokens(f"a {escaped(text)} b") if t.type == "inline")
    assert shown(line) == f"a {printable(text)} b"
    assert table(f"| x | y |\n|---|---|\n| {escaped(text)} | c |\n")[1] == [
        printable(text).strip(),
        "c",
    ]
    assert unescape(escaped(text)) == printable(text), "in a <summary> as well"
    assert not re.search(r"[<>|`]|::|://|\bwww\.", escaped(text))


def test_an_ordinary_name_is_left_as_it_is() -> None:
    name = "parity_tests/networks/mean_twice.py, (4, 2); z = 4.1e+13: dW1 - 'x'"
    assert escaped(name) == name


@pytest.mark.parametrize("text", [*WICKED, "```", "````\n```", "  ::x"])
def test_a_fenced_text_stays_inside_and_is_no_command(text: str) -> None:
    (fence, after) = tokens(f"{fenced([text, 'end'])}\nafter\n")[0:2]
    assert fence.type == "fence"
    assert fence.content.splitlines()[-1] == "end"
    assert after.type == "paragraph_open"
    assert not re.search(r"^\s*::", fence.content, re.MULTILINE)


def test_a_hostile_report_is_tables_and_text() -> None:
    text = rendered(hostile())
    rows = table(text)
    assert {len(row) for row in rows} == {3, 7}
    outside = "\n".join(t.content for t in tokens(text) if t.type.startswith("html"))
    for tag in ("<details open><summary>", "<details><summary>", "</summary>", "</details>"):
        outside = outside.replace(tag, "")
    assert not re.search("[<>]", outside)
    assert all(line.isprintable() for line in text.splitlines())


# --- bounds ---------------------------------------------------------------------------------------


def class_of(size: int) -> Report:
    wrong = case_report(finding("differ"))
    return Report([TargetReport(f"{number}.py", [wrong]) for number in range(size)])


def test_a_report_that_fits_is_whole_and_one_that_does_not_is_cut_with_a_sentence() -> None:
    report = class_of(3)
    text = rendered(report)
    assert CUT not in text
    assert within(len((text + CUT).encode()), report) == text
    for room in (2000, 900, 400, 200):
        cut = within(room, report)
        assert len(cut.encode()) <= room
        assert cut.endswith(CUT)
        assert text.startswith(cut.removesuffix(CUT))
    assert within(10, report) == ""
    assert within(-10, report) == ""


def test_a_large_class_fits_into_a_summary() -> None:
    text = rendered(class_of(2000))
    assert LIMIT / 2 < len(text.encode()) <= LIMIT
    assert text.endswith(CUT)
    assert text.count(".py | dW1 on notebook-2-4-1, float64 |") == 2000, "every file has its row"


def test_one_long_text_is_left_out_whole() -> None:
    long = Verdict("net.py", [finding("differ")], [], [], "é" * LIMIT)
    text = rendered(report_on(case_report(verdicts=[long])))
    assert len(text.encode()) < 1000
    assert text.endswith(CUT)
