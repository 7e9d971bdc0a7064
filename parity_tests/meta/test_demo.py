"""backproof demo: every exercise holds its mistake, and says nothing of it."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest

from backproof.candidate.loading import execute, read_source
from backproof.demo import (
    DEMONSTRATED,
    RANDOM,
    RIGHT,
    STYLES,
    activations,
    biases,
    costs,
    exercise,
    outputs,
    scales,
    updates,
)
from backproof.demo.exercise import edited
from backproof.demo.fragments import right
from backproof.demo.lines import IMMEDIATE_DESCENT, STEPS
from backproof.demo.network import NETWORKS, Network
from backproof.demo.program import Program
from backproof.diagnosis import because, diagnose
from backproof.errors import BackproofError
from backproof.mistakes import CATALOGUE
from backproof.own import judging
from backproof.own.trials import trials
from parity_tests.meta.test_command_line import called

GROUPS = (scales, biases, activations, outputs, costs, updates)
KINDS = [(network, style) for network in NETWORKS for style in STYLES]
LONGEST = 88  # columns of a line that a student writes


def judged(text: str, network: Network, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Judge an exercise, on one batch of the depth and the outputs of its script."""

    def of_its_kind(seed: int) -> list:
        kind = [t for t in trials(seed) if t.depth == network.depth]
        return [t for t in kind if t.layer_dims[-1] == network.sizes[-1] and "larger" not in t.draw]

    monkeypatch.setattr(judging, "trials", of_its_kind)
    path = folder / "exercise.py"
    path.write_text(text)
    return judging.judge_live(execute(read_source(path)).namespace).verdict


def style_of(name: str) -> str:
    """Return the style in which a mistake is tried: every other one is a class."""
    return list(STYLES)[list(CATALOGUE).index(name) % 2]


def remarks(text: str) -> set[str]:
    """Return every comment and docstring."""
    return set(re.findall(r'# .*|""".*?"""', text))


def trained(path: Path, text: str) -> list[float]:
    """Run an exercise as a script and return the costs that it prints."""
    path.write_text(text)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(path), run_name="__main__")
    return [float(line.split()[-1]) for line in printed.getvalue().splitlines()]


@pytest.mark.parametrize("name", DEMONSTRATED)
def test_an_exercise_has_the_mistake(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, diagnoses: list[set[str]]
) -> None:
    text = exercise(name, style_of(name))
    assert verdict(text, edited(name).network, tmp_path, monkeypatch) == "differ"
    assert name in diagnoses[-1]


@pytest.mark.parametrize(("kind", "style"), KINDS)
def test_without_a_mistake_it_is_right_and_learns(
    kind: str,
    style: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    diagnoses: list[set[str]],
) -> None:
    text = STYLES[style](Program(NETWORKS[kind], right(NETWORKS[kind])))
    assert verdict(text, NETWORKS[kind], tmp_path, monkeypatch) == "agree"
    assert diagnoses == []
    first, *_, last = trained(tmp_path / "right.py", text)
    assert last < first / 3


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some mistakes train to infinity
@pytest.mark.parametrize("name", DEMONSTRATED)
def test_an_exercise_runs_and_betrays_nothing(name: str, tmp_path: Path) -> None:
    for style in STYLES:
        text, network = exercise(name, style), edited(name).network
        innocent = remarks(STYLES[style](Program(network, right(network))))
        assert remarks(text) - innocent <= {f'"""{IMMEDIATE_DESCENT}"""'}
        assert name not in text
        assert max(map(len, text.splitlines())) <= LONGEST
        shortened = text.replace(f"range({STEPS + 1})", "range(3)").replace(
            "step % 500", "step % 2"
        )
        assert len(trained(tmp_path / "short.py", shortened)) == 2


def test_at_least_a_hundred_mistakes_of_the_catalogue_each_once() -> None:
    names = [name for group in GROUPS for name in group.EDITS]
    assert sorted(names) == sorted(DEMONSTRATED)
    assert set(names) <= set(CATALOGUE)
    assert len(names) >= 100
    assert not {RIGHT, RANDOM} & set(CATALOGUE)


def test_an_edit_that_edits_nothing_would_be_noticed() -> None:
    for name in DEMONSTRATED:
        network = edited(name).network
        assert exercise(name) != STYLES["functions"](Program(network, right(network)))


def test_a_random_exercise_is_that_of_its_seed() -> None:
    drawn = [exercise(RANDOM, seed=seed) for seed in range(20)]
    assert drawn == [exercise(RANDOM, seed=seed) for seed in range(20)]
    assert len(set(drawn)) > 10
    assert set(drawn) <= {exercise(name) for name in DEMONSTRATED}


def test_what_there_is_no_exercise_of() -> None:
    with pytest.raises(
        BackproofError, match=r"'momentum' cannot be shown .* docs/mistakes.md marks"
    ):
        exercise("momentum")
    with pytest.raises(BackproofError, match="did you mean no-mean"):
        exercise("nomean")
    with pytest.raises(BackproofError, match="no style 'poem': choose functions or class"):
        exercise("no-mean", "poem")


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "demo") == 0
    assert capsys.readouterr().out == exercise(RIGHT)
    path = tmp_path / "net.py"
    assert called(monkeypatch, "demo", "random", "--seed", "7", "--output", str(path)) == 0
    assert path.read_text() == exercise(RANDOM, seed=7)
    assert capsys.readouterr().out == ""
    assert called(monkeypatch, "demo", "no-mean", "--output", str(path)) == 2
    assert "is there already, and is left as it is: give another name" in capsys.readouterr().err
    assert path.read_text() == exercise(RANDOM, seed=7)
    nowhere = tmp_path / "nowhere" / "net.py"
    assert called(monkeypatch, "demo", "--output", str(nowhere)) == 2
    assert "No such file or directory" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["net.py"]
