"""Benchmarks on paper: what is printed, the pictures, the page, the files of the command."""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from backproof.bench import pictures
from backproof.bench.folder import save_all, usable_folder
from backproof.bench.ink import DARK, LIGHT, STANDING_IN
from backproof.bench.pictures import _spread
from backproof.bench.report.html import rendered
from backproof.bench.result import PRODUCTS, Result, Settings, Timing
from backproof.bench.text import print_result
from backproof.bench.workload import Workload, square
from backproof.cli import app
from backproof.errors import BackproofError

WIDTHS = (16, 64, 256, 1024)
NET = Workload((5, 7, 1), 11, "float64")


def made_up() -> Result:
    lines = {
        "numpy": [60e-6, 140e-6, 900e-6, 8e-3],
        "numpy trainer": [10e-6, 40e-6, 440e-6, 6e-3],
        "torch eager": [230e-6, 300e-6, 940e-6, 5e-3],
        "mine <b>": [231e-6, 301e-6, 941e-6, 5.01e-3],
        PRODUCTS: [4e-6, 22e-6, 410e-6, 5e-3],
    }
    wiggle = 1 + 0.01 * np.linspace(-1, 1, 21)
    timings = [
        Timing(name, square(width, 64), tuple(seconds * wiggle), memory=2048)
        for name, line in lines.items()
        for width, seconds in zip(WIDTHS, line, strict=True)
    ]
    timings.append(Timing("cuda eager", NET, device="cuda", absent="no device <here>"))
    machine = {"cpu": "a <chip>", "cores": "2", "threads": "1"}
    return Result(tuple(timings), Settings(), machine, "2026-01-01", {"cpu float32": 1e11})


def test_what_is_printed() -> None:
    console = Console(record=True, width=160)
    print_result(made_up(), console)
    text = console.export_text()
    assert "PyTorch on CPU overtakes NumPy's trainer from width 1,024 at batch 64." in text
    assert "PyTorch on CPU overtakes NumPy from width 1,024 at batch 64." in text
    assert re.search(r"256-256-256-1, 64, float32 +900 +440 +940 +941 +410", text)
    assert "share of the peak rate" in text
    assert "cuda eager: no device <here>" in text
    assert "one thread for every implementation" in text


def test_pictures_come_in_both_forms() -> None:
    drawn = pictures.pictures(made_up())
    assert [p.name for p in drawn] == [
        "time-width-batch-64-float32",
        "share-width-batch-64-float32",
    ]
    for picture in drawn:
        assert picture.png.startswith(b"\x89PNG")
        root = ET.fromstring(picture.svg)
        words = " ".join(root.itertext())
        for name in ("numpy trainer", "torch eager", "mine <b>", "1,024"):
            assert name in words
    assert "matrix products" in drawn[0].svg


def test_an_svg_follows_light_and_dark() -> None:
    """Every colour that is drawn is a variable, which has a light and a dark value."""
    svg = pictures.pictures(made_up())[0].svg
    sheet, drawn = re.findall(r"<style>(.*?)</style>", svg, re.S)[0], svg
    assert "prefers-color-scheme: dark" in sheet
    for role in LIGHT:
        assert f"--bench-{role}: {LIGHT[role]}" in sheet
        assert f"--bench-{role}: {DARK[role]}" in sheet
    drawn = svg.replace(sheet, "")
    assert set(re.findall(r"#[0-9a-f]{6}\b", drawn)) == set()
    assert not any(colour in drawn for colour in STANDING_IN.values())
    assert "var(--bench-numpy)" in drawn


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_name_can_be_read(palette: dict[str, str]) -> None:
    """Contrast 4.5 : 1 of every colour that letters have."""
    paper = luminance(palette["paper"])
    for role in set(palette) - {"paper", "line"}:
        low, high = sorted((paper, luminance(palette[role])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, role


@pytest.mark.parametrize("seed", range(20))
def test_labels_lie_apart_in_order_and_inside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heights = {str(k): float(h) for k, h in enumerate(rng.uniform(0.5, 1.0, 10))}
    heights["low"] = 0.0
    found = _spread(heights)
    order = sorted(heights, key=lambda name: heights[name])
    values = [found[name] for name in order]
    assert min(np.diff(values)) >= pictures.GAP - 1e-9
    assert -1e-9 <= values[0] <= values[-1] <= 1 + 1e-9


class Reader(HTMLParser):
    """Collects tags that are left open, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone() -> None:
    page = rendered(made_up())
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert "PyTorch on CPU overtakes NumPy from width 1,024 at batch 64." in reader.text
    assert "cuda eager: no device <here>" in reader.text
    assert "mine <b>" in reader.text
    assert "a <chip>" in reader.text
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_files_are_whole(tmp_path: Path) -> None:
    paths = save_all(made_up(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in paths)
    assert {p.suffix for p in paths} == {".svg", ".png"}


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackproofError, match="Cannot write pictures to"):
        usable_folder(tmp_path / "file")


@pytest.fixture
def one_workload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backproof.bench.workload.quick", lambda: [NET])


@pytest.mark.usefixtures("one_workload")
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.json"
    page, folder = tmp_path / "bench.html", tmp_path / "pictures"
    words = ["bench", "--json", str(path), "--html", str(page), "--pictures", str(folder)]
    assert app(words, standalone_mode=False) == 0
    out = capsys.readouterr().out
    assert "5-7-1, 11, float64" in out
    assert "torch compiled: it takes many seconds to compile: --full" in out
    found = json.loads(path.read_text("utf-8"))
    names = {b["params"]["implementation"] for b in found["benchmarks"]}
    assert names >= {"numpy", "numpy trainer", "torch eager", PRODUCTS}
    assert found["machine_info"]["threads"] == "1"
    assert found["settings"]["warm_up"] > 0
    assert found["peaks"]["cpu float64"] > 1e8
    assert "5-7-1" in page.read_text("utf-8")
    assert list(folder.iterdir()) == []  # one size is no line


BAD = """
from backproof.bench.numpy_works import _Step
from backproof.bench.work import Implementation
class Bad(_Step):
    def result(self):
        return {name: 1.001 * value for name, value in super().result().items()}
IMPLEMENTATIONS = [Implementation("bad", lambda _, inputs: Bad(inputs))]
"""


@pytest.mark.usefixtures("one_workload")
def test_the_command_says_what_was_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.py"
    path.write_text(BAD, "utf-8")
    assert app(["bench", "--also", str(path)], standalone_mode=False) == 1
    out = capsys.readouterr().out
    assert "bad on 5-7-1, 11, float64, step: refused: dW2 is wrong" in out
