"""The report as a notebook shows it: well-formed, escaped, and saying what the text says."""

from html.parser import HTMLParser

import pytest

from backproof.report.model import Report
from backproof.report.notebook import SIGNS, as_html
from backproof.verdict import RANKS, TargetReport
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding, report_on

HOSTILE = "<script>alert(\"1\")</script> & 'x' </div>"
VOID = {"br", "hr", "img"}


class Page(HTMLParser):
    """Reads a piece of HTML; every tag must be closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.classes: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert self.open == [], html

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)
            name = self.tags[-1][1].get("class")
            if name:
                self.classes.setdefault(data, name)

    @property
    def words(self) -> str:
        return "\n".join(self.text)


def page(report: Report) -> Page:
    return Page(as_html(report))


def test_the_page_notices_what_is_not_closed() -> None:
    for html in ("<p>", "<p><b></p></b>", "</p>"):
        with pytest.raises((AssertionError, IndexError)):
            Page(html)


# --- strangers' words -------------------------------------------------------------------------


def test_nothing_of_a_stranger_becomes_a_tag() -> None:
    case = case_report(finding(), finding("differ", "dW1"), name=HOSTILE, why=HOSTILE)
    named = TargetReport(HOSTILE, [case], HOSTILE, (HOSTILE, HOSTILE))
    refused = TargetReport(HOSTILE, [], refused=HOSTILE)
    shown = page(Report([named, refused]))
    assert "script" not in {tag for tag, _ in shown.tags}
    assert {name for _, attributes in shown.tags for name in attributes} <= {"class"}
    assert shown.words.count(HOSTILE) >= 8


def test_without_strangers_words_the_tags_are_the_same() -> None:
    hostile, tame = (
        page(report_on(case_report(name=word), reading=word)).tags for word in (HOSTILE, "tame")
    )
    assert hostile == tame


# --- verdicts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["agree", "differ", "undecided"])
def test_a_verdict_has_its_sign_and_its_colour(verdict: str) -> None:
    shown = page(report_on(case_report(finding(verdict))))
    words = f"{SIGNS[verdict]} {verdict}"
    assert shown.classes[words] == verdict
    assert shown.words.count(words) == 2  # of the target, and of the case
    assert f".backproof .{verdict} {{ color: #" in as_html(report_on(case_report()))


def test_every_verdict_has_a_sign() -> None:
    assert set(SIGNS) == set(RANKS)
    assert len({SIGNS[name] for name in ("agree", "differ", "undecided")}) == 3


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (report_on(case_report(controls=(CAUGHT, MISSED))), "nothing judged"),
        (report_on(), "nothing judged"),
        (Report([TargetReport("a.py", [], refused="no network.")]), "cannot judge"),
    ],
)
def test_what_was_not_judged_is_not_green(report: Report, verdict: str) -> None:
    shown = page(report)
    assert f"{SIGNS[verdict]} {verdict}" in shown.words
    assert shown.classes[f"{SIGNS[verdict]} {verdict}"] != "agree"


# --- what is said -----------------------------------------------------------------------------


def test_how_it_was_read_and_what_should_be_known() -> None:
    shown = page(report_on(case_report(), reading="class Net with W1", notes=("one.", "two.")))
    assert "read as: class Net with W1" in shown.words
    assert [tag for tag, _ in shown.tags].count("li") == 2
    assert "one.\ntwo." in shown.words


def test_a_difference_is_said_as_the_text_says_it() -> None:
    report = report_on(case_report(finding(name="A1"), finding("differ", "dW1")))
    shown = page(report)
    assert "differ    dW1[2, 0]   actual -0.01048872   expected -0.00349624" in shown.words
    assert "look at   the line that computes dW1: nothing before it differs" in shown.words


def test_where_all_agrees_no_failure_is_shown() -> None:
    assert "pre" not in {tag for tag, _ in page(report_on(case_report())).tags}
    assert "pre" in {tag for tag, _ in page(report_on(case_report(finding("differ")))).tags}


def test_the_table_has_a_row_for_each_case_and_a_cell_for_each_title() -> None:
    cases = [case_report(name=f"case {k}") for k in range(3)]
    tags = [tag for tag, _ in page(report_on(*cases)).tags]
    assert (tags.count("tr"), tags.count("th"), tags.count("td")) == (4, 6, 18)


def test_a_row_says_how_far_and_how_sharp() -> None:
    findings = finding(z=1.5, sensitivity=2e-14), finding("differ", "db1", z=4.1e13)
    shown = page(report_on(case_report(*findings)))
    for word in ("4.1e+13", "2e-14", "db1", "float64", "notebook-2-4-1"):
        assert word in shown.words.split("\n")


def test_an_array_of_the_wrong_shape_has_no_z() -> None:
    wrong = finding("differ", size=0, shape=(0,), reason="its shape is (0,)", z=float("nan"))
    shown = page(report_on(case_report(wrong)))
    assert "nan" in shown.words
    assert "its shape is (0,)" in shown.words


def test_planted_faults_are_counted() -> None:
    assert (
        "2 faults planted, 1 caught"
        in page(report_on(case_report(controls=(CAUGHT, MISSED)))).words
    )
    assert "1 fault planted, 1 caught" in page(report_on(case_report())).words


def test_a_case_that_could_not_be_judged_is_said() -> None:
    report = report_on(
        case_report(), case_report(name="two", verdicts=[], refused=f"It raised {HOSTILE}")
    )
    for words in (str(report), page(report).words):
        assert f"It raised {HOSTILE}"[:20] in words
    assert "script" not in {tag for tag, _ in page(report).tags}
