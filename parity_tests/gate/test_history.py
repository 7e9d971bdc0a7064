"""The history: runs kept and read again, changes found where they are, pages that stand alone."""

import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from backproof.errors import BackproofError
from backproof.gate.history import Run, append, change_points, drawings, page, picture, runs_in
from backproof.gate.history.trends import trends


def noise(n: int, seed: int = 0) -> list[float]:
    rng = Random(seed)
    return [rng.gauss(0, 1) for _ in range(n)]


def run(number: int, z: float = 1.4, slower: float = 0.0) -> Run:
    return Run(
        f"2026-01-01T00:00:{number:02}.000+00:00",
        f"rev{number}",
        {"parity": "green", "speed": "red" if slower else "green"},
        {"z": {"twins, float64": z}, "sensitivity": {}, "ratio": {"<step>": slower}},
        {"numpy": "2"},
    )


# --- changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [10, 20, 30])
def test_a_change_is_found_where_it_is(at: int) -> None:
    values = [value + (6 if k >= at else 0) for k, value in enumerate(noise(40))]
    assert change_points(values) == [at]


def test_two_changes_are_found() -> None:
    values = [v + (8 if 20 <= k < 40 else 0) for k, v in enumerate(noise(60))]
    assert change_points(values) == [20, 40]


def test_numbers_that_never_vary_but_once() -> None:
    assert change_points([1.0] * 10 + [2.0] * 10) == [10]
    assert change_points([1.0] * 30) == []


def test_noise_hardly_ever_seems_to_change() -> None:
    assert sum(bool(change_points(noise(40, seed))) for seed in range(300)) <= 6


def test_one_outlier_is_no_change() -> None:
    assert change_points([*noise(20), 1e9, *noise(20, 1)]) == []
    assert change_points([*noise(20), float("nan"), *noise(20, 1)]) == []


def test_too_few_to_tell() -> None:
    assert change_points([]) == change_points([1.0]) == change_points([1.0, 9.0]) == []


# --- files -----------------------------------------------------------------------------------


def test_runs_come_back_as_they_were_in_order(tmp_path: Path) -> None:
    drawings(tmp_path / "new" / "folder")
    for number in (2, 1, 3):
        append(tmp_path / "new" / "folder", run(number))
    runs, notes = runs_in(tmp_path / "new" / "folder")
    assert runs == [run(1), run(2), run(3)]
    assert notes == []


def test_two_runs_of_one_moment_do_not_meet(tmp_path: Path) -> None:
    assert append(tmp_path, run(1)) != append(tmp_path, run(1))
    assert len(runs_in(tmp_path)[0]) == 2
    assert all(path.name.endswith(".run.json") for path in tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1}', "\x00"])
def test_a_file_that_is_no_run_is_left_out_and_named(text: str, tmp_path: Path) -> None:
    append(tmp_path, run(1))
    (tmp_path / "bad.run.json").write_text(text)
    runs, notes = runs_in(tmp_path)
    assert len(runs) == 1
    assert len(notes) == 1
    assert notes[0].startswith("bad.run.json is no run of the gate")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackproofError, match="give --history a folder"):
        drawings(tmp_path / "file" / "folder")


# --- pages -----------------------------------------------------------------------------------

RUNS = [run(k, slower=0.1 if k >= 10 else 0.0) for k in range(20)]


def test_a_change_is_marked_and_told() -> None:
    found = {trend.kind: trend for trend in trends(RUNS)}
    assert found["ratio"].changes == {"<step>": [11]}
    assert "changes: <step> at run 11" in found["ratio"].sentence
    assert found["z"].changes == {}
    assert "nothing changes" in found["z"].sentence
    assert "sensitivity" not in found  # of which there is nothing to draw


def test_the_picture_is_xml_of_its_own() -> None:
    root = ElementTree.fromstring(picture.rendered(RUNS))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall("{*}svg")) == 2
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))


class Links(HTMLParser):
    """Everything that a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {value}" for key, value in attrs if key in ("src", "href") if value]


def test_the_page_needs_nothing_else_and_escapes_what_it_says() -> None:
    text = page.rendered(RUNS)
    links = Links()
    links.feed(text)
    assert all(link.partition(" ")[2].startswith("#") for link in links.found)
    assert "<step>" not in text
    assert "&lt;step&gt; at run 11" in text
    assert len(re.findall(r"rev\d+", text)) == len(RUNS)


def test_one_run_is_no_trend() -> None:
    assert "With two runs there is something to draw" in page.rendered(RUNS[:1])


def test_numbers_too_large_for_a_picture_are_left_out() -> None:
    runs = [run(number, z=1e308 if number % 2 else 2.0) for number in range(1, 7)]
    assert "over 6 runs" in trends(runs)[0].sentence
    assert picture.rendered(runs).startswith("<svg")
