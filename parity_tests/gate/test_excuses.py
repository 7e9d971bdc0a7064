"""Excuses: a known difference is green, an unknown one is not, and none outlives its reason."""

from pathlib import Path

import pytest

from backproof.errors import BackproofError
from backproof.gate.baseline import found
from backproof.gate.excuses import Excuse, read_excuses
from backproof.gate.gate import Gate, asked_of
from backproof.gate.judgement import GREEN, RED, Judgement, Place
from backproof.report.model import Report
from parity_tests.gate.planted import FILE, first, named
from parity_tests.meta.reports import case_report, finding, report_on

WHOLE = """
[[excuse]]
case = "dig*"
dtype = "float32"
array = "later W*"
reason = "on purpose"

[[excuse]]
candidate = "impl_numpy"
reason = "see #12"
"""


def read(tmp_path: Path, text: str) -> tuple[Excuse, ...]:
    path = tmp_path / "excuses.toml"
    path.write_text(text, "utf-8")
    return read_excuses(path)


def excuse(**patterns: str) -> Excuse:
    return Excuse(Place(**(dict.fromkeys(Place._fields, "*") | patterns)), "known", 3)


def judged(report: Report, *excuses: Excuse, cases: tuple[str, ...] = ()) -> Judgement:
    gate = Gate(FILE, None, asked_of([""], cases), excuses)
    return named(gate.judged(report, found(report)), "parity")


def differing(*names: str, case: str = "ragged") -> Report:
    return report_on(
        case_report(finding(name="Z1"), *(finding("differ", n) for n in names), name=case)
    )


# --- the file ---------------------------------------------------------------------------------


def test_excuses_are_read_with_their_lines(tmp_path: Path) -> None:
    one, other = read(tmp_path, WHOLE)
    assert (one.line, one.reason) == (2, "on purpose")
    assert one.patterns == ("*", "dig*", "float32", "*", "later W*")
    assert other.words == "the excuse in line 8 (impl_numpy)"
    assert read(tmp_path, "# none\n") == ()
    assert read_excuses(tmp_path / "nothing.toml") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[excuse]]\ncase = 'x'\n", "line 1: the excuse gives no reason"),
        ("[[excuse]]\nreason = ''\n", "line 2: reason is to be a text that is not empty"),
        ("[[excuse]]\nreason = '  '\n", "line 2: reason is to be"),
        ("[[excuse]]\nreason = 3\n", "line 2: reason is to be a text"),
        ("[[excuse]]\nreason = 'a'\nfile = 'b'\n", "line 3: an excuse has no 'file'; it has rea"),
        (WHOLE + "\n[[excuse]]\nreson = 'a'\n", "line 13: an excuse has no 'reson'"),
        ("[excuse]\nreason = 'a'\n", "line 1: 'excuse' is unknown: each excuse begins with [[exc"),
        ("\n[[excuses]]\nreason = 'a'\n", "line 2: 'excuses' is unknown"),
        ("excuse = [{reason = 'a'}]\n", "are to be written as [[excuse]]"),
        ("excuse = 3\n", "'excuse' is unknown"),
        ("[[excuse]]\nreason = 'a\n", "are no TOML: "),
    ],
)
def test_a_bad_file_is_a_sentence_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BackproofError) as complaint:
        read(tmp_path, text)
    assert words in str(complaint.value)
    assert "\n" not in str(complaint.value).strip()


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="Cannot read the excuses"):
        read_excuses(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(BackproofError, match="are no TOML"):
        read_excuses(tmp_path / "bytes.toml")


# --- what they excuse -------------------------------------------------------------------------


def test_a_known_difference_is_green_and_counted() -> None:
    parity = judged(differing("dW1", "W1"), excuse(case="ragged", array="*W1"))
    assert (parity.verdict, parity.reason) == (GREEN, "1 array of 1 case agree; 2 arrays excused")


@pytest.mark.parametrize(
    "patterns",
    [
        {"array": "dW2"},
        {"case": "softmax"},
        {"dtype": "float32"},
        {"candidate": "impl_torch*"},
        {"target": "my_net.py"},
    ],
)
def test_another_difference_is_not_excused(patterns: dict[str, str]) -> None:
    parity = judged(differing("dW1"), excuse(**patterns))
    assert (parity.verdict, first(parity).kind) == (RED, "difference")


def test_a_new_difference_beside_a_known_one_is_blamed() -> None:
    parity = judged(differing("dW1", "db1"), excuse(array="dW1"))
    assert first(parity).place.array == "db1"
    assert len(parity.complaints) == 1


def test_an_excuse_that_is_no_longer_needed_is_red() -> None:
    parity = judged(differing(), excuse(array="Z1"))
    assert (parity.verdict, first(parity).kind) == (RED, "excuse")
    assert parity.reason == (
        "the excuse in line 3 (Z1) is no longer needed: all that it covers agrees; remove it"
    )


def test_an_excuse_for_nothing_is_red_in_a_whole_run_only() -> None:
    report, unknown = differing(), excuse(case="raged")
    assert "there is nothing that it covers" in judged(report, unknown).reason
    assert judged(report, unknown, cases=("ragged",)).verdict == GREEN
    assert judged(report, excuse(target="my_net.py")).verdict == GREEN


def test_an_undecided_array_needs_an_excuse_as_well() -> None:
    report = report_on(case_report(finding("undecided"), name="ragged"))
    assert judged(report).verdict == RED
    assert "dW1 is undecided" in judged(report).reason
    assert judged(report, excuse(array="dW1")).verdict == GREEN


def test_an_excused_difference_that_grows_is_red_on_sharpness() -> None:
    known = excuse(array="dW1")
    small, large = (report_on(case_report(finding("differ", z=z), name="ragged")) for z in (20, 90))
    held = Gate(FILE, found(small), asked_of([""], []), [known])
    assert held.judged(small, found(small)).verdict == GREEN
    outcome = held.judged(large, found(large))
    assert [j.verdict for j in outcome.judgements] == [GREEN, RED]
    assert "dW1 is less precise: z = 90, and in the baseline 20" in outcome.judgements[1].reason
