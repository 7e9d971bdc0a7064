"""A report as JUnit XML, in the dialect of Jenkins and pytest: one test case an array.

A suite holds a failure or an error exactly where the verdict of its target is not "agree".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from backproof.compare import Finding
from backproof.report.failure import sentence
from backproof.report.lines import printable
from backproof.report.markdown import told
from backproof.report.model import Report, environment
from backproof.verdict import CaseReport, Line, TargetReport, Verdict

TWINS = "twins"  # what the target without a name is called
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


@dataclass(frozen=True)
class Demand:
    """One demand on a target, and what came of it.

    outcome  "failure", "error" or "skipped"; "" where the demand is met
    kind     of a failure or an error, in one word
    message  one sentence
    text     all that is known, over several lines
    line     of the file that computes the array, where that was seen
    """

    place: str
    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""
    line: Line | None = None


def rendered(report: Report) -> str:
    """Return the text of the file."""
    root = Element("testsuites", {"name": "backproof"})
    for target in report.targets:
        root.append(_suite(target))
    _count(root)
    ElementTree.indent(root)
    return ElementTree.tostring(root, "utf-8", xml_declaration=True).decode() + "\n"


def _suite(target: TargetReport) -> Element:
    suite = Element("testsuite", {"name": printable(target.target or TWINS)})
    properties = SubElement(suite, "properties")
    told_of = environment() | {"verdict": target.verdict, "reading": target.reading}
    told_of |= {f"note {number}": note for number, note in enumerate(target.notes, 1)}
    told_of |= {f"guard {number}": words for number, words in enumerate(target.guard_lines, 1)}
    told_of |= {f"not judged: {what}": why for what, why in target.unjudged.items()}
    told_of |= {"covers": target.covers} if target.covers else {}
    for name, value in told_of.items():
        SubElement(properties, "property", {"name": name, "value": printable(value)})
    for test in _tests(target):
        suite.append(_element(test))
    _count(suite)
    return suite


def _count(parent: Element) -> None:
    """Write into an element how many test cases it holds, and of which outcome."""
    parent.set("tests", str(len(list(parent.iter("testcase")))))
    for attribute, outcome in COUNTED.items():
        parent.set(attribute, str(len(list(parent.iter(outcome)))))


def _element(test: Demand) -> Element:
    words = {"classname": printable(test.place), "name": printable(test.name)}
    if test.line:
        words["file"] = printable(test.line.path)
        words |= {} if test.line.cell else {"line": str(test.line.number)}
    case = Element("testcase", words)
    if test.outcome:
        kind = {"type": test.kind} if test.kind else {}
        outcome = SubElement(case, test.outcome, kind | {"message": printable(test.message)})
        outcome.text = "\n".join(map(printable, test.text.splitlines())) or None
    return case


def _tests(target: TargetReport) -> Iterator[Demand]:
    where = target.target or TWINS
    if target.refused:
        yield Demand(where, "readable", "error", "cannot judge", target.refused)
        return
    for case in target.cases:
        place = f"{where}/{case.case}"
        if case.refused:
            yield Demand(place, f"runs, {case.dtype}", "error", "cannot judge", case.refused)
        elif case.skipped:
            yield Demand(place, f"runs, {case.dtype}", "skipped", message=case.skipped)
        else:
            for verdict in case.verdicts:
                yield from _of_verdict(place, verdict, case, target)
    yield _controls(where, target)


def _of_verdict(
    place: str, verdict: Verdict, case: CaseReport, target: TargetReport
) -> Iterator[Demand]:
    """Yield a test case for each array; those that fail tell all about the candidate."""
    whose = f"{verdict.candidate}, " if len(case.verdicts) > 1 else ""
    text = "\n".join(told(verdict, case, target)) if verdict.verdict != "agree" else ""
    for late, findings in (("", verdict.findings), (", trajectory", verdict.trajectory)):
        for finding in findings:
            name = f"{whose}{finding.name}, {case.dtype}{late}"
            yield _of_finding(place, name, finding, text, target.lines.get(finding.name))


def _of_finding(place: str, name: str, finding: Finding, text: str, line: Line | None) -> Demand:
    if finding.agrees:
        return Demand(place, name, line=line)
    message = " ".join(sentence(finding).split())
    return Demand(place, name, "failure", finding.verdict, message, text, line)


def _controls(where: str, target: TargetReport) -> Demand:
    """Return the demand that every planted fault is caught, and that something was judged."""
    if target.missed:
        text = "\n".join(f"{control.name}: {control.fault}" for control in target.missed)
        message = "A planted fault passed, so that nothing was judged."
        return Demand(where, "planted faults", "error", "nothing judged", message, text)
    if target.verdict == "nothing judged":
        return Demand(where, "planted faults", "error", "nothing judged", "Nothing was judged.")
    return Demand(where, "planted faults")
