"""The HTML page: sound in structure, true to the numbers, safe from strangers' words."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backproof.errors import BackproofError
from backproof.pictures import Picture
from backproof.report.files import reserved
from backproof.report.html import rendered
from backproof.report.json import as_json
from backproof.report.model import Report, environment
from backproof.report.page.heatmap import heatmap
from backproof.report.page.histogram import sentence
from backproof.report.page.matrix import matrix
from backproof.report.page.scale import band, legend, short
from backproof.verdict import CaseReport, Line, TargetReport
from parity_tests.meta.pages import (
    Document,
    faults_of,
    one_file,
    right_case,
    several_files,
    wrong_case,
)
from parity_tests.meta.reports import CAUGHT, MISSED, case_report, finding, report_on

HOSTILE = "</style><script>alert(\"1\")</script> & 'x' {{ 7 * 7 }} \x1b[2J\u202e"


@pytest.fixture(scope="module")
def wrong() -> CaseReport:
    return wrong_case()


@pytest.fixture(scope="module")
def right() -> CaseReport:
    return right_case()


@pytest.fixture(scope="module")
def reports(right: CaseReport) -> dict[str, Report]:
    bare = case_report(finding("undecided", reason="zeros would pass too"), finding(size=0))
    refused = TargetReport("broken.py", [], refused="broken.py holds no network.")
    return {
        "wrong": one_file(),
        "right": Report([TargetReport("", [right])]),
        "several": several_files(),
        "without pictures": report_on(bare, case_report(controls=(CAUGHT, MISSED))),
        "refused": Report([refused]),
    }


@pytest.fixture(scope="module")
def pages(reports: dict[str, Report]) -> dict[str, str]:
    return {name: rendered(report) for name, report in reports.items()}


KINDS = ["wrong", "right", "several", "without pictures", "refused"]


# --- structure --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_sound(pages: dict[str, str], kind: str) -> None:
    assert faults_of(pages[kind]) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<main id=", '<p id="environment"></p><main id=', "the id environment is there twice"),
        ('href="#content"', 'href="#contents"', "contents leads nowhere"),
        ("<footer>", '<footer><img src="https://a.b/c.png">', "it needs https://"),
        ("<footer>", "<footer><script></script>", "it has a script"),
        ('class="map" role="img" aria-label="', 'class="map" aria-label="" a="', "a figure says"),
        ("<h2", "<h4></h4><h2", "h4 follows h1"),
        ('<th scope="row">', "<th>", "a heading cell has no scope"),
        ("</h1>", "</h1><h1></h1>", "there is not one first heading"),
    ],
)
def test_an_unsound_page_is_noticed(pages: dict[str, str], old: str, new: str, fault: str) -> None:
    assert old in pages["wrong"]
    assert any(found.startswith(fault) for found in faults_of(pages["wrong"].replace(old, new, 1)))
    with pytest.raises(AssertionError):
        faults_of(pages["wrong"].replace("</section>", "", 1))


def test_the_same_report_gives_the_same_page(
    reports: dict[str, Report], pages: dict[str, str]
) -> None:
    assert rendered(reports["right"]) == pages["right"]


def test_nothing_of_a_stranger_becomes_a_tag() -> None:
    case = case_report(
        finding(),
        finding("differ", "dW1", reason=HOSTILE),
        name=HOSTILE,
        why=HOSTILE,
        controls=(replace(CAUGHT, fault=HOSTILE),),
    )
    failed = case_report(verdicts=[], name=HOSTILE, refused=HOSTILE)
    line = {"dW1": Line(HOSTILE, 3, HOSTILE)}
    hostile = TargetReport(HOSTILE, [case, failed], HOSTILE, (HOSTILE,), lines=line)
    for report in (
        Report([hostile]),
        Report([hostile, TargetReport(HOSTILE, [], refused=HOSTILE)]),
    ):
        page = rendered(report)
        assert faults_of(page) == []
        assert "\x1b" not in page
        assert "\u202e" not in page
        assert Document(page).words.count("<script>alert(\"1\")</script> & 'x' {{ 7 * 7 }}") > 8


# --- what it says -----------------------------------------------------------------------------


def test_the_reason_the_formulas_and_the_line_come_first(pages: dict[str, str]) -> None:
    words = Document(pages["wrong"]).words
    parts = [
        "✗ differ my_net.py",
        "the weight gradients are not divided by the number of examples",
        "✓ right dW = 1/m dZ A_prev^T",
        "✗ wrong dW = dZ A_prev^T",
        "agrees Z1, A1, Z2, A2, cost, db2, db1, b1, b2",
        "my_net.py:41 dW2 = dZ2 @ A1.T",
        "again backproof check my_net.py --case notebook-2-4-1 --dtype float64 --seed 0",
        "Verdicts by layer",
    ]
    places = [words.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_every_number_that_differs_is_there(pages: dict[str, str], wrong: CaseReport) -> None:
    words = Document(pages["wrong"]).words
    bad = [f for f in wrong.verdicts[0].findings if not f.agrees]
    assert len(bad) == 4
    for f in bad:
        row = f"{f.name}{list(f.index)} {f.z:.2g} {f.differing} of {f.size} {f.actual:.8g}"
        assert row in words


def test_each_layer_has_its_worst_z(wrong: CaseReport, right: CaseReport) -> None:
    table = matrix([wrong, right])
    assert table.kinds == ["Z", "A", "dW", "db", "W", "b"]
    for layer, cells in table.layers:
        for kind, cell in zip(table.kinds, cells, strict=True):
            of_it = [
                f
                for case in (wrong, right)
                for v in case.verdicts
                for f in v.findings
                if f.name == f"{kind}{layer}"
            ]
            assert cell is not None
            assert cell.z == max(f.z for f in of_it)
            assert cell.verdict == ("differ" if kind in ("dW", "W") else "agree")
    assert [kind for kind, _ in table.whole] == ["cost", "all"]


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (report_on(case_report(controls=(CAUGHT, MISSED))), "a planted fault passed"),
        (Report([TargetReport("a.py", [], refused="no network.")]), "no network."),
        (report_on(), "no case was judged"),
        (report_on(case_report(), case_report(skipped="no", verdicts=[])), "skipped"),
    ],
)
def test_what_was_not_judged_is_said(report: Report, words: str) -> None:
    assert words in Document(rendered(report)).words


def test_the_environment_is_told(pages: dict[str, str]) -> None:
    words = Document(pages["refused"]).words
    for name, value in environment().items():
        assert f"{name}{value}" in words or f"{name} {value}" in words
    assert {"numpy", "torch", "python", "cpu", "blas"} <= set(environment())


def untrained(case: CaseReport) -> CaseReport:
    """Return a case without the training, whose figures take time."""
    return replace(case, drift=[], verdicts=[replace(v, trajectory=[]) for v in case.verdicts])


def test_of_many_cases_and_files_only_some_are_shown_in_full(wrong: CaseReport) -> None:
    wrong = untrained(wrong)
    one = rendered(Report([TargetReport("a.py", [wrong] * 30)]))
    assert "10 more that do not agree" in Document(one).words
    assert "24 more cases" in Document(one).words
    many = rendered(Report([TargetReport(f"{n}.py", [wrong] * 3) for n in range(100)]))
    assert len(many) < 5_000_000
    assert faults_of(many) == []


def test_random_cases_that_agree_share_a_row(right: CaseReport) -> None:
    alike = replace(untrained(right), group="random case")
    cases = [replace(alike, case=f"random-{n}") for n in range(5)]
    words = Document(rendered(Report([TargetReport("", cases)]))).words
    assert "5 random cases 32" in words


# --- the pictures are true --------------------------------------------------------------------


def bands(svg: str) -> dict[str, int]:
    """Return how many cells of a map have each colour."""
    found = {}
    for name, path in re.findall(r'<path class="(z\w)" d="([^"]*)"', svg):
        found[name] = sum(int(width) for width in re.findall(r"M\d+ \d+h(\d+)v1", path))
    return found


def assert_true(svg: str, picture: Picture) -> None:
    """Demand that a map has as many cells of each colour as there are elements of such a z."""
    wanted = [band(z) for z in picture.cells.ravel().tolist()]
    assert bands(svg) == {name: wanted.count(name) for name in wanted}


def test_a_map_shows_every_cell_and_the_worst_element(wrong: CaseReport) -> None:
    for f in wrong.verdicts[0].findings:
        assert f.picture is not None
        svg = heatmap(f, f.picture, f.index)
        assert_true(svg, f.picture)
        assert max(bands(svg)) == band(f.z)
        assert f"largest z {short(f.z)} at {list(f.index)}" in svg
        assert ('class="worst z6"' in svg) == (not f.agrees)
        faked = replace(f.picture, cells=np.where(f.picture.cells > 8, 0.0, 100.0))
        with pytest.raises(AssertionError):
            assert_true(heatmap(f, faked, f.index), f.picture)


def test_the_worst_element_is_outlined_where_it_is() -> None:
    cells = np.zeros((32, 32))
    cells[16, 31] = 99
    picture = Picture(cells, np.zeros(66), 0, np.empty(0), np.empty((0, 3)))
    worst = finding("differ", shape=(64, 320), index=(33, 319), size=64 * 320)
    assert '<rect class="worst z6" x="31" y="16"' in heatmap(worst, picture, worst.index)
    assert "M31 16h1v1" in heatmap(worst, picture, worst.index)


def test_every_array_has_its_map(pages: dict[str, str], wrong: CaseReport) -> None:
    labels = [a["aria-label"] or "" for a in Document(pages["wrong"]).all("svg")]
    for f in wrong.verdicts[0].all_findings:
        shape = " by ".join(map(str, f.shape)) or "one number"
        assert any(label.startswith(f"{f.name}, {shape}: ") for label in labels)


def test_the_histogram_counts_every_element(wrong: CaseReport) -> None:
    findings = wrong.verdicts[0].all_findings
    counts = sum(f.picture.counts for f in findings if f.picture is not None)
    assert counts.sum() == sum(f.size for f in findings)
    numbers = [
        int(n.replace(",", "")) for n in re.findall(r"(\d[\d,]*) (?!allowed)", sentence(counts))
    ]
    assert numbers[0] == counts.sum() == sum(numbers[1:2]) + counts[[0, -1]].sum()
    off = sum(f.differing for f in findings)
    assert counts[[0, -1]].sum() == off
    assert f"{int(counts[-1]):,} above 8" in sentence(counts)


def test_the_curves_are_drawn_where_there_is_a_training(pages: dict[str, str]) -> None:
    trained, twins = ["The cost of", "Each iteration of"], "impl_numpy and other, each on its own"
    for kind, curves in (("wrong", 5), ("right", 3), ("several", 0), ("without pictures", 0)):
        figures = [a for a in Document(pages[kind]).all("svg") if a["class"] == "figure"]
        labels = [a["aria-label"] or "" for a in figures if "elements: " not in str(a)]
        assert len(labels) == curves
        assert all(label.startswith((*trained, twins)) for label in labels)


@pytest.mark.parametrize(
    ("z", "name"),
    [
        (0.0, "z0"),
        (0.5, "z0"),
        (0.6, "z1"),
        (8.0, "z5"),
        (8.1, "z6"),
        (np.inf, "z6"),
        (np.nan, "zu"),
    ],
)
def test_the_scale_has_one_colour_for_each_z(z: float, name: str) -> None:
    assert band(z) == name
    assert name in dict(legend())


@pytest.mark.parametrize(
    ("z", "words"), [(0.04, "0.0"), (9.96, "10"), (4.1e13, "4e13"), (np.inf, "∞"), (np.nan, "–")]
)
def test_a_z_in_few_characters(z: float, words: str) -> None:
    assert short(z) == words


# --- the file ---------------------------------------------------------------------------------


def test_other_formats_leave_the_pictures_out(reports: dict[str, Report]) -> None:
    def keys(value: object) -> set[str]:
        items = value.values() if isinstance(value, dict) else value
        found = set(value) if isinstance(value, dict) else set()
        return found.union(*map(keys, items)) if isinstance(value, dict | list) else set()

    assert "sensitivity" in keys(as_json(reports["wrong"]))
    assert "picture" not in keys(as_json(reports["wrong"]))


def test_a_missing_extra_is_one_sentence_before_anything_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "backproof.report.html")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with (
        pytest.raises(
            BackproofError, match=r"jinja2 and matplotlib: pip install backproof\[html\]"
        ),
        reserved({"html": tmp_path / "page.html"}),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
