"""JUnit XML: its counts are right, every failure is in it, and nothing in it breaks a reader."""

import xml.dom.minidom
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from backproof.report.junit import rendered
from backproof.report.model import Report, environment
from backproof.verdict import Line, TargetReport, Verdict
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding, report_on
from parity_tests.meta.test_schema import KINDS

HOSTILE = "a|b`<i>&\"'\n::error::x\x00\x1b[31m\x85\u202e\ufffe\ud800]]>.py"
OUTCOMES = {"failures": "failure", "errors": "error", "skipped": "skipped"}
INSIDE = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped"},
}
DEMANDED = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "property": {"name", "value"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}


def faults(root: Element) -> list[str]:
    """Return what a strict reader of this dialect would object to."""
    found = []
    for element in root.iter():
        odd = {child.tag for child in element} - INSIDE.get(element.tag, set())
        found += [f"{element.tag} holds {tag}" for tag in odd]
        lacking = DEMANDED.get(element.tag, set()) - set(element.keys())
        found += [f"{element.tag} lacks {name}" for name in lacking]
    for parent in (root, *root.iter("testsuite")):
        counts = {"tests": len(list(parent.iter("testcase")))}
        counts |= {name: len(list(parent.iter(tag))) for name, tag in OUTCOMES.items()}
        found += [f"{name} is not {n}" for name, n in counts.items() if parent.get(name) != str(n)]
    for suite in root.iter("testsuite"):
        names = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
        found += ["two test cases have one name"] * (len(names) != len(set(names)))
    return found


def parsed(report: Report) -> Element:
    """Return the tree, once another parser has read it too."""
    text = rendered(report)
    xml.dom.minidom.parseString(text.encode())
    return ElementTree.fromstring(text.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_the_structure_is_right_and_fails_exactly_where_the_verdict_does(kind: str) -> None:
    report = KINDS[kind][0]()
    root = parsed(report)
    assert faults(root) == []
    for suite, target in zip(root.iter("testsuite"), report.targets, strict=True):
        bad = [*suite.iter("failure"), *suite.iter("error")]
        assert bool(bad) == (target.verdict != "agree")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda root: root[0].set("failures", "7"), "failures is not"),
        (lambda root: root[0].append(Element("failure")), "testsuite holds failure"),
        (lambda root: root[0].append(root[0][1]), "two test cases have one name"),
        (lambda root: root[0][1].attrib.pop("classname"), "testcase lacks classname"),
    ],
)
def test_the_check_of_the_structure_catches_what_it_is_for(spoil: Any, words: str) -> None:
    root = parsed(KINDS["all at once"][0]())
    spoil(root)
    assert words in str(faults(root))


def case_named(root: Element, name: str) -> Element:
    (found,) = (case for case in root.iter("testcase") if case.get("name") == name)
    return found


def test_a_failure_says_what_a_person_reads() -> None:
    verdict = Verdict(
        *("net.py", [finding(name="Z1"), finding("differ")], [finding("differ", name="W1")]),
        [CAUGHT],
        "the mean is forgotten",
        ("mean-forgotten",),
        (("dW = 1/m dZ A^T", "dW = dZ A^T"),),
    )
    lines = {"dW1": Line("src/net.py", 12, "dW1 = dZ @ X.T")}
    target = TargetReport("net.py", [case_report(verdicts=[verdict])], "functions", lines=lines)
    root = parsed(Report([target]))
    case = case_named(root, "dW1, float64")
    assert case.get("classname") == "net.py/notebook-2-4-1"
    assert (case.get("file"), case.get("line")) == ("src/net.py", "12")
    (failure,) = case
    assert failure.get("type") == "differ"
    assert str(failure.get("message")).startswith("differ dW1[2, 0] actual -0.01048872 expected")
    starts = [line.split()[0] for line in str(failure.text).splitlines()]
    assert {"because", "right", "wrong", "agrees", "look", "again"} <= set(starts)
    assert len(case_named(root, "Z1, float64")) == 0
    assert len(case_named(root, "W1, float64, trajectory")) == 1
    properties = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert properties == environment() | {"verdict": "differ", "reading": "functions"}


def test_a_line_of_a_notebook_has_no_number_in_a_file() -> None:
    lines = {"dW1": Line("net.ipynb", 3, "dW1 = dZ @ X.T", cell=2)}
    case = case_named(parsed(report_on(case_report(), lines=lines)), "dW1, float64")
    assert (case.get("file"), case.get("line")) == ("net.ipynb", None)


def test_what_was_not_judged_is_an_error_or_skipped() -> None:
    cases = [
        case_report(),
        case_report(name="dead", verdicts=[], refused="It raised KeyError."),
        case_report(name="digits", verdicts=[], skipped="there is no scikit-learn"),
    ]
    root = parsed(Report([TargetReport("a.py", cases), TargetReport("b.py", [], refused="Gone.")]))
    found = [
        (case.get("classname"), child.tag, child.get("message"))
        for case in root.iter("testcase")
        for child in case
    ]
    assert found == [
        ("a.py/dead", "error", "It raised KeyError."),
        ("a.py/digits", "skipped", "there is no scikit-learn"),
        ("b.py", "error", "Gone."),
    ]


def test_a_fault_that_passed_is_an_error_that_names_it() -> None:
    (error,) = parsed(report_on(case_report(controls=(MISSED,)))).iter("error")
    assert error.get("type") == "nothing judged"
    assert error.text == "dW1: zeroed"


def hostile() -> Report:
    """Return a report in which a stranger has chosen every text."""
    verdict = Verdict(HOSTILE, [finding("differ", reason=HOSTILE, size=0)], [], [], HOSTILE)
    cases = [
        case_report(name=HOSTILE, why=HOSTILE, verdicts=[verdict, verdict]),
        case_report(name=HOSTILE, verdicts=[], refused=HOSTILE),
        case_report(name=HOSTILE, verdicts=[], skipped=HOSTILE, dtype="float32"),
    ]
    lines = {"dW1": Line(HOSTILE, 1, HOSTILE)}
    target = TargetReport(HOSTILE, cases, HOSTILE, (HOSTILE, HOSTILE), lines=lines)
    return Report([target, TargetReport(HOSTILE, [], refused=HOSTILE)])


def test_hostile_texts_break_no_reader_and_stay_in_their_places() -> None:
    root = parsed(hostile())
    assert [f for f in faults(root) if "one name" not in f] == []
    texts = [text for element in root.iter() for text in element.attrib.values()]
    texts += [line for found in root.iter("failure") for line in str(found.text).split("\n")]
    assert all(text.isprintable() for text in texts)
    assert any("<i>&" in text for text in texts)
