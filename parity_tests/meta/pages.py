"""HTML pages for tests: reports with pictures, and a page taken apart into tags and text."""

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np

import impl_numpy
from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.report.model import Report
from backproof.twins import numpy_candidate
from backproof.verdict import CaseReport, Line, TargetReport

VOID = {"br", "hr", "img", "meta", "link"}
HEADINGS = {f"h{n}": n for n in range(1, 7)}
OUTSIDE = re.compile(r"(?:https?:)?//|@import|url\((?!#)", re.IGNORECASE)


def not_averaged(dZ: np.ndarray, A_prev: np.ndarray) -> np.ndarray:
    return dZ @ A_prev.T


@cache
def wrong_case() -> CaseReport:
    """Return a case in which 1/m is forgotten, with pictures."""
    candidate = numpy_candidate(replace(impl_numpy.STEPS, weight_gradient=not_averaged))
    return judge_case(case_named("notebook-2-4-1"), "float64", 0, [candidate], pictured=True)


@cache
def right_case() -> CaseReport:
    """Return a case that two candidates do alike, with pictures."""
    candidates = [numpy_candidate(), replace(numpy_candidate(), name="other")]
    return judge_case(case_named("notebook-2-4-1"), "float32", 0, candidates, pictured=True)


def one_file() -> Report:
    """Return a report of one file, which is wrong in one of two cases."""
    line = {"dW2": Line("my_net.py", 41, "dW2 = dZ2 @ A1.T")}
    cases = [wrong_case(), right_case()]
    return Report([TargetReport("my_net.py", cases, "class Net", ("a note",), lines=line)])


def several_files() -> Report:
    """Return a report of files with different verdicts, one of them with a long name."""
    long = f"{'submissions/' * 8}a_name_without_any_space_that_a_line_could_break_at.py"
    return Report(
        [
            *one_file().targets,
            TargetReport(long, [right_case()], "functions over a dict"),
            TargetReport("broken.py", [], refused="broken.py holds no network."),
            TargetReport("", []),
        ]
    )


class Document(HTMLParser):
    """Reads a page; every tag must be closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        """The text, with every stretch of white space as one space."""
        return " ".join(" ".join(self.text).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def faults_of(html: str) -> list[str]:
    """Return what is wrong with the structure of a page, a sentence each."""
    document = Document(html)
    ids = [value for _, attributes in document.tags if (value := attributes.get("id"))]
    faults = [f"the id {name} is there twice" for name in {i for i in ids if ids.count(i) > 1}]
    links = [value[1:] for _, a in document.tags if (value := a.get("href"))]
    links += re.findall(r"url\(#([^)]*)\)", html)
    links += [value for _, a in document.tags if (value := a.get("aria-labelledby"))]
    faults += [f"{link} leads nowhere" for link in links if link not in ids]
    faults += [f"it needs {found}" for found in OUTSIDE.findall(html)]
    faults += [f"it has a {tag}" for tag, _ in document.tags if tag in ("script", "link", "iframe")]
    faults += [f"a figure says nothing: {a}" for a in document.all("svg") if not a["aria-label"]]
    faults += ["a heading cell has no scope" for a in document.all("th") if not a.get("scope")]
    levels = [HEADINGS[tag] for tag, _ in document.tags if tag in HEADINGS]
    if levels[:1] != [1] or levels.count(1) > 1:
        faults.append("there is not one first heading")
    steps = pairwise(levels)
    faults += [f"h{after} follows h{before}" for before, after in steps if after > before + 1]
    return faults
