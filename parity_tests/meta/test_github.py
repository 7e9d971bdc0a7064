"""What a run says on GitHub: the summary of the step, annotations on lines, and no more."""

import re
from pathlib import Path

import pytest

from backproof.report.github import SHOWN, annotations, announce, unheard
from backproof.report.markdown import CUT, LIMIT, rendered
from backproof.report.model import Report
from backproof.verdict import CaseReport, Line, TargetReport, Verdict
from parity_tests.meta.reports import MISSED, case_report, finding, report_on
from parity_tests.meta.test_command_line import DEAD, called, finding_of
from parity_tests.meta.test_junit import HOSTILE, hostile

WRONG = case_report(finding("differ"), finding("differ", name="db1"))
COMMAND = re.compile(r"::(error|notice) ([^:]*)::([^\r\n]*)")


@pytest.fixture
def summary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make this look like a step on GitHub, whose workspace is tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    path = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def unescaped(text: str) -> str:
    """Undo what GitHub's runner undoes."""
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def heard(line: str) -> tuple[str, dict[str, str], str]:
    """Return what the runner makes of a line: command, properties, message."""
    found = COMMAND.fullmatch(line)
    assert found, line
    words = dict(word.split("=", 1) for word in found[2].split(","))
    return found[1], {n: unescaped(v) for n, v in words.items()}, unescaped(found[3])


def target(name: str = "net.py", case: CaseReport = WRONG, **lines: Line) -> TargetReport:
    return TargetReport(name, [case], lines=lines)


# --- annotations ----------------------------------------------------------------------------------


def test_the_first_array_that_differs_is_annotated_on_its_line(
    summary: Path, tmp_path: Path
) -> None:
    lines = {
        "dW1": Line(str(tmp_path / "src" / "net.py"), 12, "dW1 = dZ @ X.T"),
        "db1": Line("net.py", 13, "db1 = dZ.sum()"),
    }
    (line,) = annotations(Report([target(**lines)]))
    command, words, message = heard(line)
    assert command == "error"
    title = "backproof: dW1 differs on notebook-2-4-1, float64"
    assert words == {"file": "src/net.py", "line": "12", "title": title}
    assert message.startswith("differ dW1[2, 0] actual -0.01048872 expected -0.00349624")
    assert not summary.exists()


def test_the_reason_comes_first() -> None:
    verdict = Verdict("net.py", [finding("differ")], [], [], "it is 3 times too large: 50 %")
    (line,) = annotations(report_on(case_report(verdicts=[verdict])))
    message = heard(line)[2].splitlines()
    assert message[0] == "because it is 3 times too large: 50 %"
    assert message[1].startswith("differ dW1[2, 0] actual")
    assert "50 %25%0Adiffer" in line


@pytest.mark.usefixtures("summary")
def test_where_no_line_is_known_the_file_is_annotated(tmp_path: Path) -> None:
    (tmp_path / "my net.py").write_text("")
    cell = Line("net.ipynb", 3, "dW1 = dZ @ X.T", cell=2)
    report = Report(
        [
            target("'my net.py'"),
            target("'my net.py:Net'"),
            target("net.ipynb", dW1=cell),
            target("package.module:Net"),
            target("--cmd './my net.py'"),
            target(""),
            target("/elsewhere.py", dW1=Line("/elsewhere.py", 3, "")),
        ]
    )
    found = [heard(line)[1] for line in annotations(report)]
    assert [words.get("file") for words in found] == [
        *("my net.py", "my net.py", "net.ipynb", None, None, None, "/elsewhere.py")
    ]
    assert [words.get("line") for words in found] == [*[None] * 6, "3"]


def test_what_does_not_differ_has_its_own_words_and_what_agrees_has_none() -> None:
    failed = case_report(verdicts=[], refused="It raised KeyError.")
    report = Report(
        [
            target(case=case_report()),
            target(case=case_report(finding("undecided"))),
            target(case=case_report(controls=(MISSED,))),
            target(case=failed),
            target(case=case_report(verdicts=[], skipped="not its kind")),
            TargetReport("x.py", [], refused="x.py is not there."),
        ]
    )
    found = [heard(line) for line in annotations(report)]
    assert [(words["title"], message.split(" actual")[0]) for _, words, message in found] == [
        (
            "backproof: dW1 is undecided on notebook-2-4-1, float64",
            "net.py\nundecided dW1[2, 0]",
        ),
        ("backproof: nothing judged", "a planted fault passed"),
        ("backproof: cannot judge", "notebook-2-4-1, float64: It raised KeyError."),
        ("backproof: nothing judged", "no case was judged"),
        ("backproof: cannot judge", "x.py is not there."),
    ]


@pytest.mark.parametrize("bad", [SHOWN, SHOWN + 1, 5000])
def test_no_more_errors_than_are_shown_and_the_rest_is_counted(bad: int) -> None:
    found = [
        heard(line) for line in annotations(Report([target(case=case_report())] + [target()] * bad))
    ]
    assert [command for command, *_ in found].count("error") == SHOWN
    notices = [message for command, _, message in found if command == "notice"]
    assert [message.split()[0] for message in notices] == [f"{bad - SHOWN:,}"] * (bad > SHOWN)


def test_hostile_texts_make_one_command_each_and_no_other() -> None:
    report = hostile()
    found = [heard(line) for line in annotations(report)]
    assert len(found) == len(report.targets)
    assert {name for _, words, _ in found for name in words} == {"file", "line", "title"}
    odd = TargetReport(HOSTILE, [], refused="x\r\n::error::y%0A::z")
    (line,) = annotations(Report([odd]))
    assert heard(line)[2] == "x?\n::error::y%0A::z"
    assert line.count("\n") == 0


# --- the summary ----------------------------------------------------------------------------------


def test_the_summary_is_appended_and_never_larger_than_is_taken(summary: Path) -> None:
    report = Report([target(f"{number}.py") for number in range(20)])
    summary.write_text("before\n")
    announce(report)
    assert summary.read_text("utf-8") == f"before\n{rendered(report)}\n"
    announce(report)
    assert summary.read_text("utf-8").count("## backproof: differ") == 2
    summary.write_text("x" * (LIMIT - 3000))
    announce(report)
    assert summary.stat().st_size <= LIMIT
    assert summary.read_text("utf-8").rstrip("\n").endswith(CUT.rstrip("\n"))
    summary.write_text("x" * LIMIT)
    announce(report)
    assert summary.read_text("utf-8") == "x" * LIMIT


def test_a_summary_that_cannot_be_written_is_a_warning(
    summary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary.parent))
    finding_of(monkeypatch, case_report())
    assert called(monkeypatch, *DEAD) == 0
    err = capsys.readouterr().err
    assert err.startswith(f"backproof: Cannot write the summary {summary.parent}: Is a directory")
    assert err.count("\n") == 1


# --- the command line -----------------------------------------------------------------------------


def test_a_run_on_github_reports_then_annotates(
    summary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding_of(monkeypatch, WRONG)
    assert called(monkeypatch, *DEAD) == 1
    lines = capsys.readouterr().out.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert lines[-3:-1] == ["differ", f"::{token}::"]
    assert heard(lines[-1])[1]["title"].startswith("backproof: dW1 differs")
    assert "## backproof: differ" in summary.read_text("utf-8")


def test_a_file_that_cannot_be_judged_is_announced_as_well(
    summary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = TargetReport("net.py", [], refused="net.py is empty.")
    monkeypatch.setattr("backproof.suite.tasks.run", lambda *_: iter([(0, refused)]))
    junit = summary.parent / "junit.xml"
    assert called(monkeypatch, *DEAD, "--junit", str(junit)) == 2
    out, err = capsys.readouterr()
    assert heard(out.strip())[2] == "net.py is empty."
    assert err == "backproof: net.py is empty.\n"
    assert "net.py is empty." in summary.read_text("utf-8")
    assert 'message="net.py is empty."' in junit.read_text("utf-8")


def test_elsewhere_nothing_of_this_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    finding_of(monkeypatch, WRONG)
    assert called(monkeypatch, *DEAD) == 1
    assert "::" not in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_the_token_is_new_each_time_and_given_back_whatever_happens(
    summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), unheard():
            raise ZeroDivisionError
    stop, go, stop_again, go_again = capsys.readouterr().out.splitlines()
    assert go == f"::{stop.removeprefix('::stop-commands::')}::"
    assert go_again == f"::{stop_again.removeprefix('::stop-commands::')}::"
    assert go != go_again
    assert not summary.exists()
