"""The panel: a mistake that shows for some inputs only is caught, and its right twin agrees."""

from pathlib import Path

import pytest

from backproof.own import judging
from backproof.own.trials import trials
from parity_tests.meta.input_dependent import SNIPPETS, STYLES, Snippet
from parity_tests.meta.strangers import judged

NAMES = [snippet.name for snippet in SNIPPETS]


@pytest.fixture(autouse=True)
def _two_layers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "trials", lambda seed: [t for t in trials(seed) if t.depth == 2])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("snippet", SNIPPETS, ids=NAMES)
def test_what_is_wrong_for_some_inputs_is_caught(
    snippet: Snippet, style: str, tmp_path: Path
) -> None:
    report = judged(STYLES[style](snippet, 1.5), tmp_path)
    assert report.verdict == "differ", report.covers


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("snippet", SNIPPETS, ids=NAMES)
def test_its_right_twin_agrees(snippet: Snippet, style: str, tmp_path: Path) -> None:
    report = judged(STYLES[style](snippet, 1.0), tmp_path)
    assert report.verdict == "agree", report.unjudged
    assert any(case.group == "panel trial" for case in report.judged)
