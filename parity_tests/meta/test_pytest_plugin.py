"""The plugin of pytest: one test for each check, known deviations with a reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backproof import api
from backproof.pytest_plugin import _checks
from backproof.report.model import Report
from backproof.verdict import CaseReport, TargetReport, Verdict
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding
from parity_tests.meta.strangers import Stranger

pytest_plugins = ["pytester"]

TEST = """
import backproof

@backproof.parametrize_with_checks({arguments})
def test_my_net(check):
    check()
"""
Judge = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _judged_anew() -> None:
    _checks.cache_clear()


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Make up what every network is judged to be; returns the list of what was judged."""

    def judge(*cases: CaseReport, **fields: Any) -> list[str]:
        asked: list[str] = []

        def check(network: str, *, seed: int = 0) -> Report:
            asked.append(f"{network} {seed}")
            return Report([TargetReport(network, list(cases), **fields)])

        monkeypatch.setattr(api, "check", check)
        return asked

    return judge


def run(pytester: pytest.Pytester, arguments: str, *words: str) -> pytest.RunResult:
    pytester.makepyfile(TEST.format(arguments=arguments))
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-ra", *words)


GOOD, BAD = finding(), finding("differ", "db1")
MIXED = case_report(GOOD, BAD, name="one"), case_report(BAD, name="two")


# --- a network of the real world --------------------------------------------------------------


def test_one_test_for_each_check_of_a_file_beside_it(pytester: pytest.Pytester) -> None:
    text = Stranger("tanh", "sigmoid", "mask dropped", update="none").text()
    (pytester.mkdir("deep") / "my_net.py").write_text(text)
    test = pytester.path / "deep" / "test_it.py"
    test.write_text(TEST.format(arguments="'my_net.py', known={'db1': 'see #12'}"))
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-v")
    result.assert_outcomes(passed=14, failed=2, xfailed=2)
    result.stdout.fnmatch_lines(
        [
            "*::test_my_net[[]2-layers-1-output-Z1] PASSED*",
            "*::test_my_net[[]2-layers-1-output-dW1] FAILED*",
            "*::test_my_net[[]2-layers-1-output-db1] XFAIL*",
            "*::test_my_net[[]2-layers-1-output-larger-dW1] FAILED*",
            "E  *AssertionError: differ*dW1[[]*actual*expected*z = *",
        ]
    )
    assert "checks.py:" not in result.stdout.str()  # nobody is shown the inside of the check


def test_what_is_no_file_beside_it_is_handed_on(pytester: pytest.Pytester, judge: Judge) -> None:
    asked = judge(*MIXED)
    pytester.makepyfile(there="")
    run(pytester, "'nets.mine:Net'").assert_outcomes(passed=1, failed=2)
    run(pytester, "'there.py:Net'").assert_outcomes(passed=1, failed=2)
    assert [Path(words).is_absolute() for words in asked] == [False, True]
    assert [Path(words).name for words in asked] == ["nets.mine:Net 0", "there.py:Net 0"]


# --- ids --------------------------------------------------------------------------------------


def test_ids_can_be_chosen(pytester: pytest.Pytester, judge: Judge) -> None:
    judge(*MIXED)
    run(pytester, "'my_net.py'").assert_outcomes(passed=1, failed=2)
    run(pytester, "'my_net.py'", "-k", "one-dW1").assert_outcomes(passed=1, deselected=2)
    run(pytester, "'my_net.py'", "-k", "two").assert_outcomes(failed=1, deselected=2)


def test_precisions_and_second_calls_have_ids_of_their_own(
    pytester: pytest.Pytester, judge: Judge
) -> None:
    second = Verdict("my_net.py, called again", [BAD], [BAD], [CAUGHT])
    twice = case_report(GOOD, name="one", verdicts=[case_report(GOOD).verdicts[0], second])
    judge(twice, case_report(GOOD, name="one", dtype="float32"))
    result = run(pytester, "'my_net.py'", "-v")
    result.assert_outcomes(passed=2, failed=2)
    for name in (
        "one-float64-dW1] PASSED",
        "one-float32-dW1] PASSED",
        "one-float64-db1-called-again] FAILED",
        "one-float64-db1-trajectory-called-again] FAILED",
    ):
        assert f"test_my_net[{name}" in result.stdout.str()


def test_two_networks_on_one_test(pytester: pytest.Pytester, judge: Judge) -> None:
    asked = judge(*MIXED)
    pytester.makepyfile(
        TEST.format(arguments="'a.py'").replace(
            "def", "@backproof.parametrize_with_checks('b.py', seed=7)\ndef"
        )
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2, failed=4)
    assert sorted(asked) == ["a.py 0", "b.py 7"]


def test_two_tests_of_a_network_judge_it_once(pytester: pytest.Pytester, judge: Judge) -> None:
    asked = judge(*MIXED)
    text = TEST.format(arguments="'once.py'")
    pytester.makepyfile(text + text.replace("test_my_net", "test_again"))
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2, failed=4)
    assert asked == ["once.py 0"]


# --- known deviations -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "outcomes"),
    [
        ("{'db1': 'see #12'}", {"passed": 1, "xfailed": 2}),
        ("{'one-db1': 'see #12'}", {"passed": 1, "xfailed": 1, "failed": 1}),
        ("{'one-db1': 'see #12', 'two-db1': 'see #13'}", {"passed": 1, "xfailed": 2}),
        ("{'one-dW1': 'it was wrong once'}", {"failed": 3}),
        ("{}", {"passed": 1, "failed": 2}),
        ("None", {"passed": 1, "failed": 2}),
    ],
)
def test_a_known_deviation_is_excused_until_it_is_gone(
    known: str, outcomes: dict[str, int], pytester: pytest.Pytester, judge: Judge
) -> None:
    judge(*MIXED)
    run(pytester, f"'my_net.py', known={known}").assert_outcomes(**outcomes)


def test_the_reason_is_shown(pytester: pytest.Pytester, judge: Judge) -> None:
    judge(*MIXED)
    result = run(pytester, "'my_net.py', known={'db1': 'summed twice; see #12'}")
    result.stdout.fnmatch_lines(["XFAIL *one-db1] - summed twice; see #12"])


def test_only_a_failing_check_is_excused(pytester: pytest.Pytester, judge: Judge) -> None:
    """Another exception in the test of the user is none of its business."""
    judge(*MIXED)
    body = TEST.format(arguments="'my_net.py', known={'db1': 'see #12'}")
    pytester.makepyfile(body.replace("check()", "check.no_such_thing"))
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(failed=3)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("{'db7': 'see #12'}", "known names 'db7', which is no check of *my_net.py; they are one-"),
        ("{'db1': ''}", "known excuses 'db1' without a reason: give one."),
        ("{'db1': '  '}", "known excuses 'db1' without a reason: give one."),
        ("{'': 'see #12'}", "known names ''"),
    ],
)
def test_an_excuse_must_name_a_check_and_a_reason(
    known: str, said: str, pytester: pytest.Pytester, judge: Judge
) -> None:
    judge(*MIXED)
    result = run(pytester, f"'my_net.py', known={known}")
    result.stdout.fnmatch_lines([f"*{said}*"])
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)


# --- what cannot be judged --------------------------------------------------------------------


def test_a_test_that_takes_no_check_is_told(pytester: pytest.Pytester, judge: Judge) -> None:
    judge(*MIXED)
    pytester.makepyfile(TEST.format(arguments="'my_net.py'").replace("(check)", "(x)"))
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*write def test_my_net(check).*"])
    result.assert_outcomes(errors=1)


def test_a_file_that_is_not_there_is_one_failing_check(pytester: pytest.Pytester) -> None:
    result = run(pytester, "'missing.py'", "-v")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_my_net[[]readable] FAILED*",
            "E  *AssertionError: missing.py is not there: give the path of a Python file*",
        ]
    )


@pytest.mark.parametrize(
    ("made", "check"),
    [
        (([], {"refused": "no network"}), "readable"),
        (([case_report(GOOD, name="one", refused="It crashed.")], {}), "one-float64"),
        (([case_report(GOOD, name="one", controls=(MISSED,))], {}), "controls"),
        (([case_report(name="one", verdicts=[], skipped="not done")], {}), "controls"),
    ],
)
def test_what_judges_nothing_passes_nothing(
    made: tuple[list[CaseReport], dict[str, Any]],
    check: str,
    pytester: pytest.Pytester,
    judge: Judge,
) -> None:
    judge(*made[0], **made[1])
    result = run(pytester, "'my_net.py'", "-v")
    assert f"test_my_net[{check}] FAILED" in result.stdout.str()
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_other_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_plain(): pass\n")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers")
    result.assert_outcomes(passed=1)
