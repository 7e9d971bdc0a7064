"""The report on many targets: a row each, in the order asked for; then what is wrong with some."""

import io
from typing import Any

import pytest
from rich.console import Console

from backproof.report.model import Report
from backproof.report.text import print_report
from backproof.verdict import CaseReport, TargetReport
from parity_tests.meta.reports import MISSED, case_report, finding

READING = (
    "functions over a dict of W1, b1; features first; relu, sigmoid; binary cross-entropy, mean"
)
REFUSED = "holds two networks, Net and Other: choose one with ':Net' or ':Other', as in c.py:Net"


def target(name: str, *cases: CaseReport, **fields: Any) -> TargetReport:
    return TargetReport(name, list(cases), **fields)


def some() -> Report:
    wrong = case_report(finding(), finding("differ", name="db1"), finding("differ", name="dW1"))
    later = case_report(finding("differ", name="W1"), name="ragged")
    failed = case_report(name="dead", verdicts=[], refused="It raised KeyError: 'W2' (d.py:7).")
    return Report(
        [
            target("a.py", case_report(), reading=READING, notes=("lambd was set to 0",)),
            target("b.py", case_report(), wrong, later, reading=READING, notes=("a note",)),
            target("c.py", refused=f"c.py {REFUSED}"),
            target("d.py", case_report(), failed, reading=READING),
            target("e.py", case_report(finding("undecided")), reading="layers"),
            target("f.py", case_report(controls=(MISSED,)), reading="layers"),
            target("g.py", case_report(verdicts=[], skipped="no"), reading="its function"),
            target("h.py", case_report()),
        ]
    )


def printed(report: Report, width: int = 100, terminal: bool = False) -> list[str]:
    file = io.StringIO()
    print_report(
        report,
        Console(file=file, force_terminal=terminal, width=width, color_system=None, _environ={}),
    )
    return file.getvalue().splitlines()


def test_a_row_says_verdict_file_what_was_found_and_how_it_was_read() -> None:
    assert printed(some())[:8] == [
        "agree           a.py  lambd was set to 0              functions over a dict of W1, b1; "
        "features fir…",
        "differ          b.py  db1 on notebook-2-4-1, float64  functions over a dict of W1, b1; "
        "features fir…",
        "cannot judge    c.py  holds two networks, Net and Other: choose one with ':Net' or "
        "':Other', as in…",
        "cannot judge    d.py  dead: It raised KeyError: 'W2' (d.py:7).  functions over a dict of "
        "W1, b1; fe…",
        "undecided       e.py  dW1 on notebook-2-4-1, float64  layers",
        "nothing judged  f.py  a planted fault passed          layers",
        "nothing judged  g.py  no case was judged              its function",
        "agree           h.py",
    ]


def test_rows_fit_and_are_the_same_off_any_terminal() -> None:
    lines = printed(some())
    assert max(map(len, lines[:8])) <= 100
    assert lines == printed(some(), width=30) == printed(some(), width=1000)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_rows_fit_a_terminal(width: int) -> None:
    lines = printed(some(), width, terminal=True)[:8]
    assert [line[:16].strip() for line in lines] == [t.verdict for t in some().targets]
    assert max(map(len, lines)) <= width
    assert width < 200 or READING in lines[0]


def block(lines: list[str], name: str) -> list[str]:
    first = lines.index(name)
    return lines[first : lines.index("", first)]


def test_details_follow_for_what_does_not_agree() -> None:
    lines = printed(some())
    assert block(lines, "b.py: differ")[1:4] == [
        f"read as: {READING}",
        "note: a note",
        "by_hand on notebook-2-4-1, float64: printed in the notebook",
    ]
    last = "again     backproof check b.py --case notebook-2-4-1 --dtype float64 --seed 7"
    assert block(lines, "b.py: differ")[-2:] == [
        last, "and       1 more case: backproof check b.py"
    ]  # fmt: skip
    assert block(lines, "c.py: cannot judge")[1:] == [f"because   {REFUSED}"]
    assert block(lines, "d.py: cannot judge")[2:] == [
        "failed    dead, float64: It raised KeyError: 'W2' (d.py:7)."
    ]
    assert block(lines, "f.py: nothing judged")[2:] == [
        "missed    dW1: zeroed, so that nothing was judged"
    ]
    assert block(lines, "g.py: nothing judged")[2:] == ["skipped   no"]
    assert "a.py: agree" not in lines
    assert "h.py: agree" not in lines


def test_the_end_counts_each_verdict() -> None:
    lines = printed(some())
    assert "8 files: 2 agree, 2 nothing judged, 2 cannot judge, 1 undecided, 1 differ" in lines
    assert "1 case could not be judged" in lines
    assert "1 case skipped" in lines
    assert lines[-1] == "differ"


@pytest.mark.parametrize(
    ("gone", "verdict", "code"),
    [
        ("", "differ", 1),
        ("b", "undecided", 1),
        ("be", "cannot judge", 2),
        ("becd", "nothing judged", 2),
        ("becdfg", "agree", 0),
    ],
)
def test_the_whole_is_as_bad_as_its_worst(gone: str, verdict: str, code: int) -> None:
    report = Report([t for t in some().targets if t.target[0] not in gone])
    assert (report.verdict, report.exit_code) == (verdict, code)


def test_a_missed_fault_undoes_only_its_own_target() -> None:
    bad = target("f.py", case_report(finding("differ")), case_report(controls=(MISSED,)))
    assert bad.verdict == "nothing judged"
    assert target("d.py", case_report(finding("differ"))).verdict == "differ"


def test_nothing_in_a_name_or_a_sentence_moves_the_cursor() -> None:
    odd = target("a\x1b[2Jb\n.py", refused="[bold]no\r[/bold]\x1b[1m", notes=("x\x07",))
    report = Report([odd, target("h.py", case_report(), reading="[red]\x1b[1m")])
    for lines in (printed(report), printed(report, terminal=True)):
        text = "\n".join(line.rstrip() for line in lines)
        assert "\x1b[2J" not in text
        assert "\r" not in text
        assert "\x07" not in text
        assert "a?[2Jb?.py" in text
        assert "[bold]no?[/bold]" in text
        assert "[red]" in text


def test_of_a_long_path_the_end_is_shown_and_no_name_is_said_twice() -> None:
    name = "submissions/2026/autumn/a_network_with_a_long_name.py"
    reasons = ("It ran for 60 seconds.", "nothing looks like a network", "is binary", "b.py's")
    report = Report(
        [
            target(name, refused=f"{name}: {reasons[0]}"),
            target("x/b.py", refused=f"b.py: {reasons[1]}"),
            target("x/c.py", refused=f"x/c.py {reasons[2]}"),
            target("x/b.py:Net", refused=reasons[3]),
        ]
    )
    lines = printed(report)
    assert lines[0] == f"cannot judge    …{name[-39:]}  {reasons[0]}"
    assert [line.split(maxsplit=3)[3] for line in lines[:4]] == list(reasons)
    assert f"{name}: cannot judge" in lines
