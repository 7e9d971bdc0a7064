"""backproof demo: every exercise holds its mistake, and says nothing of it."""

import contextlib
import io
import re
import runpy
from collections.abc import Sequence
from pathlib import Path

import pytest

from backproof.candidate.loading import execute, read_source
from backproof.demo import DEMONSTRATED, RANDOM, RIGHT, STYLES, exercise
from backproof.demo.exercise import GROUPS, edited
from backproof.demo.fragments import right
from backproof.demo.lines import IMMEDIATE_DESCENT, SHOWN, STEPS
from backproof.demo.network import NETWORKS, Network
from backproof.demo.program import Program
from backproof.diagnosis import search
from backproof.diagnosis.matching import Scene
from backproof.errors import BackproofError
from backproof.mistakes import CATALOGUE, Mistake
from backproof.own import judging
from backproof.own.trials import TEN, Trial, trials
from backproof.verdict import TargetReport
from parity_tests.meta.test_command_line import called

POSSIBLE = search.possible
KINDS = [(network, style) for network in NETWORKS for style in STYLES]
LONGEST = 88  # columns of a line that a student writes


class Bench:
    """Judges exercises quickly: on one batch, with one suspect instead of the whole catalogue."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.monkeypatch = folder / "exercise.py", monkeypatch

    def judge(self, text: str, network: Network, suspect: str = "") -> TargetReport:
        """Judge a text in the depth, and with at least the outputs, of its script."""

        def alike(seed: int) -> list[Trial]:
            kind = [t for t in trials(seed) if t.depth == network.depth and "larger" not in t.draw]
            return [t for t in kind if network.sizes[-1] <= t.layer_dims[-1] < TEN]

        def suspected(scenes: Sequence[Scene]) -> list[Mistake]:
            return [mistake for mistake in POSSIBLE(scenes) if mistake.name == suspect]

        self.monkeypatch.setattr(judging, "trials", alike)
        self.monkeypatch.setattr(search, "possible", suspected)
        self.path.write_text(text)
        return judging.judge_live(execute(read_source(self.path)).namespace)

    def train(self, text: str) -> list[float]:
        """Run a text as a script and return the costs that it prints."""
        self.path.write_text(text)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(self.path), run_name="__main__")
        return [float(line.split()[-1]) for line in printed.getvalue().splitlines()]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def named(report: TargetReport) -> set[str]:
    """Return every mistake that a report names."""
    return {name for case in report.cases for v in case.verdicts for name in v.mistakes}


def style_of(name: str) -> str:
    """Return the style in which a mistake is tried: every other one is a class."""
    return list(STYLES)[list(CATALOGUE).index(name) % 2]


def remarks(text: str) -> set[str]:
    """Return every comment and docstring."""
    return set(re.findall(r'# .*|""".*?"""', text))


@pytest.mark.parametrize("name", DEMONSTRATED)
def test_an_exercise_has_the_mistake(name: str, bench: Bench) -> None:
    report = bench.judge(exercise(name, style_of(name)), edited(name).network, suspect=name)
    assert report.verdict == "differ"
    assert named(report) == {name}


def test_another_mistake_than_the_one_that_is_there_would_not_be_named(bench: Bench) -> None:
    report = bench.judge(exercise("mean-twice"), edited("mean-twice").network, suspect="no-mean")
    assert (report.verdict, named(report)) == ("differ", set())


@pytest.mark.parametrize(("kind", "style"), KINDS)
def test_without_a_mistake_it_is_right_and_learns(kind: str, style: str, bench: Bench) -> None:
    text = STYLES[style](Program(NETWORKS[kind], right(NETWORKS[kind])))
    assert bench.judge(text, NETWORKS[kind]).verdict == "agree"
    first, *_, last = bench.train(text.replace(f"({STEPS + 1})", "(1001)"))
    assert last < 0.7 * first


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some mistakes train to infinity
@pytest.mark.parametrize("name", DEMONSTRATED)
def test_an_exercise_runs_and_betrays_nothing(name: str, bench: Bench) -> None:
    for style in STYLES:
        text, network = exercise(name, style), edited(name).network
        innocent = remarks(STYLES[style](Program(network, right(network))))
        assert remarks(text) - innocent <= {f'"""{IMMEDIATE_DESCENT}"""'}
        assert name not in text
        assert max(map(len, text.splitlines())) <= LONGEST
    short = exercise(name, style_of(name)).replace(f"({STEPS + 1})", "(3)")
    assert len(bench.train(short.replace(f"% {SHOWN}", "% 2"))) == 2


def test_at_least_a_hundred_mistakes_of_the_catalogue_each_once() -> None:
    names = [name for group in GROUPS for name in group]
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
