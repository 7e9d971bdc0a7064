"""The outcome as JUnit XML: a test case for each judgement."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from backproof.gate.judgement import CANNOT, RED, Judgement
from backproof.gate.outcome import Outcome
from backproof.gate.report.text import complaints
from backproof.report.lines import printable
from backproof.report.model import environment

SUITE = "backproof gate"
OUTCOMES = {RED: "failure", CANNOT: "error"}


def rendered(outcome: Outcome) -> str:
    """Return the text of the file."""
    verdicts = [judgement.verdict for judgement in outcome.judgements]
    counts = {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(RED)),
        "errors": str(verdicts.count(CANNOT)),
    }
    root = Element("testsuites", {"name": "backproof"} | counts)
    suite = SubElement(root, "testsuite", {"name": SUITE} | counts)
    properties = SubElement(suite, "properties")
    for name, value in environment().items():
        SubElement(properties, "property", {"name": name, "value": printable(value)})
    for judgement in outcome.judgements:
        suite.append(_case(judgement))
    ElementTree.indent(root)
    return ElementTree.tostring(root, "utf-8", xml_declaration=True).decode() + "\n"


def _case(judgement: Judgement) -> Element:
    case = Element("testcase", {"classname": SUITE, "name": judgement.name})
    if tag := OUTCOMES.get(judgement.verdict):
        words = {"type": judgement.verdict, "message": printable(judgement.reason)}
        lines = map(printable, complaints(judgement))
        SubElement(case, tag, words).text = "\n".join(lines) or None
    return case
