"""The report for a person: plain lines off a terminal, a table on one, sentences that help."""

import functools
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

from backproof.cases import case_named
from backproof.drift import Drift
from backproof.judge import judge_case
from backproof.report.model import Report
from backproof.report.text import print_report
from backproof.twins import numpy_candidate, torch_candidate
from backproof.verdict import CaseReport, Verdict
from parity_tests.meta.faults import steps
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding, report, report_on

BOXES = re.compile("[\u2500-\u259f|]")
ANSI = "\x1b["


def printed(run: Report, terminal: bool = False, width: int = 100) -> str:
    file = io.StringIO()
    colours = "standard" if terminal else None
    print_report(
        run,
        Console(file=file, force_terminal=terminal, width=width, color_system=colours, _environ={}),
    )
    return file.getvalue()


def lines(run: Report) -> list[str]:
    return printed(run).splitlines()


def line_with(start: str, run: Report) -> str:
    found = [line for line in lines(run) if line.startswith(start)]
    assert len(found) == 1, found
    return found[0]


@functools.cache
def wrong() -> Report:
    wrong_and_right = steps(weight_gradient=lambda dZ, A: dZ @ A.T), torch_candidate("cpu")
    return report_on(judge_case(case_named("notebook-2-4-1"), "float64", 3, wrong_and_right))


@functools.cache
def right() -> Report:
    names = "dead", "random-0-0", "random-0-1", "random-0-2"
    twins = numpy_candidate(), torch_candidate("cpu")
    return report_on(*(judge_case(case_named(name), "float32", 0, twins) for name in names))


@pytest.mark.parametrize("made", [wrong, right])
@pytest.mark.parametrize("width", [20, 100])
def test_off_a_terminal_there_are_only_plain_lines(made: Callable[[], Report], width: int) -> None:
    run = made()
    text = printed(run, width=width)
    assert ANSI not in text
    assert not BOXES.search(text)
    assert text == printed(run, width=1000), "a line is never broken where the output is a file"
    assert all(line.isprintable() for line in text.splitlines())


def test_on_a_terminal_there_is_a_table_in_colour() -> None:
    text = printed(right(), terminal=True)
    assert ANSI in text
    header = text.splitlines()[0]
    titles = ("verdict", "case", "precision", "iterations", "largest z", "sensitivity")
    assert [title in header for title in titles] == [True] * 6
    assert "agree" in text.splitlines()[1]


def test_the_last_line_is_the_verdict() -> None:
    assert lines(right())[-1] == "agree"
    assert lines(wrong())[-1] == "differ"
    assert lines(report("undecided"))[-1] == "undecided"
    assert lines(report("agree", controls=(MISSED,)))[-1] == "nothing judged"


# --- a failure is a sentence somebody can act on ------------------------------------------------


def test_a_failure_says_what_where_and_how_much() -> None:
    sentence = line_with("differ    dW1[2, 0]", report_on(case_report(finding("differ"))))
    assert "actual -0.01048872" in sentence
    assert "expected -0.00349624 ± 2e-16" in sentence
    assert "z = 4.1e+13 (8 allowed)" in sentence
    assert "8 of 8 elements" in sentence


def test_a_real_failure_shows_its_numbers_in_order_of_computation() -> None:
    blamed = [
        line.split()[1] for line in lines(wrong()) if re.match(r"differ +[a-zA-Z]+\d*\[", line)
    ]
    assert [name.split("[")[0] for name in blamed] == ["dW2", "dW1", "W1", "W2"]
    worst = wrong().cases[0].verdicts[0].findings[5]
    assert worst.name == "dW2"
    sentence = line_with(f"differ    dW2{list(worst.index)}", wrong())
    assert f"actual {worst.actual:.8g}" in sentence
    assert f"expected {worst.expected:.8g}" in sentence
    assert worst.actual == pytest.approx(3 * worst.expected)


def test_a_failure_names_what_agrees() -> None:
    assert line_with("agrees", wrong()) == "agrees    Z1, A1, Z2, A2, cost, db2, db1, b1, b2"


def test_a_failure_says_who_and_on_what() -> None:
    who = [
        line for line in lines(wrong()) if line.startswith("impl_numpy on notebook-2-4-1, float64")
    ]
    assert len(who) == 1
    assert case_named("notebook-2-4-1").why in who[0]
    assert not any(line.startswith("impl_torch") for line in lines(wrong())), "the innocent one"


def test_the_same_run_can_be_had_again() -> None:
    command = shlex.split(line_with("again", wrong()).removeprefix("again"))
    assert command == shlex.split("backproof check --case notebook-2-4-1 --dtype float64 --seed 3")
    code = "import sys; from backproof.__main__ import main; sys.argv[0] = 'backproof'; main()"
    again = subprocess.run(
        [sys.executable, "-c", code, *command[1:]], capture_output=True, text=True, check=True
    )
    assert again.stdout.splitlines()[0].split()[:3] == ["agree", "notebook-2-4-1", "float64"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"size": 0, "reason": "it is missing from the trace"}, "dW1   it is missing from the"),
        ({"index": (), "shape": (), "name": "cost"}, "differ    cost   actual -0.01"),
        ({"actual": float("nan"), "z": float("inf")}, "actual nan"),
        ({"z": float("inf")}, "z = inf (8 allowed)"),
        ({"differing": 1}, "1 of 8 elements"),
    ],
)
def test_failures_without_ordinary_numbers(fields: dict, words: str) -> None:
    text = printed(report_on(case_report(finding("differ", **fields))))
    assert words in text


def test_brackets_are_not_taken_for_markup() -> None:
    odd = finding("differ", name="W1", size=0, reason="[bold]its shape is [3][/bold]")
    assert "[bold]its shape is [3][/bold]" in printed(report_on(case_report(odd)), terminal=True)


def test_a_late_failure_says_that_it_is_late() -> None:
    late = Verdict("by_hand", [finding(name="W1")], [finding("differ", name="W1")], [CAUGHT])
    sentence = line_with("differ    W1", report_on(case_report(verdicts=[late])))
    assert sentence.endswith(", from its own previous parameters")


# --- what is not shown, and what is counted -------------------------------------------------------


def test_random_cases_that_agree_share_a_row() -> None:
    rows = [line for line in lines(right()) if line.startswith("agree ")]
    assert [row.split()[1] for row in rows] == ["dead", "3"]
    assert "3 random cases" in rows[1]
    largest = max(
        f.z for case in right().cases[1:] for v in case.verdicts for f in v.all_findings if f.size
    )
    assert f"z {largest:.2g}" in rows[1]


def test_a_random_case_that_differs_has_a_row_of_its_own() -> None:
    cases = [case_report(name=f"random-0-{k}") for k in range(4)]
    cases[2] = case_report(finding("differ"), name="random-0-2")
    text = lines(report_on(*cases))
    assert text[0].split()[:2] == ["differ", "random-0-2"]
    assert text[1].split()[:4] == ["agree", "3", "random", "cases"]
    assert "again     backproof check --case random-0-2 --dtype float64 --seed 7" in text


def test_a_single_random_case_keeps_its_name() -> None:
    assert lines(report_on(case_report(name="random-0-2")))[0].split()[1] == "random-0-2"


def test_precisions_do_not_share_a_row() -> None:
    names = [case_report(name="random-0-1", dtype=d) for d in ("float64", "float32") for _ in "ab"]
    rows = [line for line in lines(report_on(*names)) if line.startswith("agree ")]
    assert [row.split()[4] for row in rows] == ["float64", "float32"]


def test_the_closing_line_counts() -> None:
    run = report_on(*[case_report(finding(), finding(), controls=(CAUGHT, CAUGHT, MISSED))] * 2)
    text = printed(run)
    assert "2 cases judged, 4 arrays compared; 6 faults planted, 4 caught" in text
    assert text.count("missed    dW1: zeroed") == 2
    assert "has judged nothing" in text
    assert "No fault could be planted" in printed(report("agree", controls=()))


@pytest.mark.parametrize(("iterations", "shown"), [(999, False), (1000, True)])
def test_long_trajectories_are_shown_with_their_forecast(iterations: int, shown: bool) -> None:
    drift = [
        Drift(1, (0.7, 0.7), 1e-17, 2e-17, 0.5),
        Drift(iterations, (0.1, 0.2), 3e-5, 4e-5, 0.7),
    ]
    verdicts = [Verdict(name, [finding()], [], [CAUGHT]) for name in ("one", "two")]
    case: CaseReport = case_report(verdicts=verdicts, drift=drift, iterations=iterations)
    text = printed(report_on(case))
    assert ("each on its own: one and two" in text) == shown
    assert ("3.0e-05   4.0e-05" in text) == shown
