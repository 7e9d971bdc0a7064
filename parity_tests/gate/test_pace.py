"""What is measured, of whom: real processes, briefly, and files that became far slower."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backproof.commands.targets import targets_of
from backproof.errors import BackproofError
from backproof.gate import pace as pace_module
from backproof.gate import sampling
from backproof.gate.bounds import median
from backproof.gate.measuring import CHANGE, SAME, SLOWED, Order
from backproof.gate.pace import Pace, limit_of, not_measured
from backproof.gate.sampling import measured
from backproof.gate.timing import LIMIT, Ratios, Timing
from parity_tests.gate.test_revisions import git

ROOT = Path(__file__).parents[2]
NETWORK = ROOT / "examples" / "my_net.py"
STEP = "impl_numpy step 2-4-1/3/float64"
BRIEF = {"epochs": 1, "seconds": 0.05}
DOCSTRING = '"""Descend once."""'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a network and the twins in it."""
    git(tmp_path, "init", "-q", "-b", "main")
    shutil.copy(NETWORK, tmp_path / "my_net.py")
    for package in ("impl_numpy", "impl_torch"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_the_twins_of_a_tree_are_measured(repository: Path) -> None:
    tree = str(repository)
    order = Order(tree, tree, (STEP,), (STEP,), 2.0, **BRIEF)
    found = {str(one["kind"]): one["ratios"] for one in measured(order)}
    assert set(found) == {CHANGE, SAME, SLOWED}
    assert all(found.values())
    assert median(found[SLOWED]) > 0.5 > abs(median(found[SAME]))


def test_a_slower_tree_is_seen_to_be_slower(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("base")
    shutil.copytree(repository / "impl_numpy", base / "impl_numpy")
    steps = repository / "impl_numpy" / "training.py"
    text = steps.read_text()
    assert "        yield Iteration(" in text
    steps.write_text(
        text.replace(
            "        yield Iteration(", "        sum(range(20000))\n        yield Iteration("
        )
    )
    (found,) = measured(Order(str(base), str(repository), (STEP,), **BRIEF))
    assert median(found["ratios"]) > 0.5


def test_what_the_base_does_not_have_is_said(repository: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert list(measured(Order(str(empty), str(repository), (STEP,), **BRIEF))) == [
        {"name": STEP, "absent": "base"}
    ]
    assert list(measured(Order(str(repository), str(empty), (STEP,), **BRIEF))) == [
        {"name": STEP, "absent": "head"}
    ]


def test_the_training_step_of_a_file(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("base")
    shutil.copy(NETWORK, base)
    slower = repository / "my_net.py"
    text = slower.read_text()
    assert DOCSTRING in text
    slower.write_text(text.replace(DOCSTRING, f"{DOCSTRING}\n        sum(range(300000))"))
    order = Order(str(base), str(repository), ("step",), target="my_net.py", **BRIEF)
    (found,) = measured(order)
    assert median(found["ratios"]) > 0.5


def test_a_file_that_prints_does_not_disturb(repository: Path) -> None:
    file = repository / "my_net.py"
    file.write_text(file.read_text().replace(DOCSTRING, f"{DOCSTRING}\n        print('{{')"))
    order = Order(str(repository), str(repository), ("step",), target="my_net.py", **BRIEF)
    assert [one["name"] for one in measured(order)] == ["step"]


def test_a_file_that_cannot_be_timed_is_a_sentence(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "my_net.py").write_text("x = 1\n")
    order = Order(str(repository), str(repository), ("step",), target="my_net.py", **BRIEF)
    with pytest.raises(
        BackproofError, match=r"my_net\.py could not be timed: .*nothing looks like"
    ):
        list(measured(order))
    shutil.copy(NETWORK, repository)
    monkeypatch.setattr(sampling, "SLOWEST", 0.01)
    with pytest.raises(BackproofError, match="could not be timed"):
        list(measured(order))


# --- the judgement -----------------------------------------------------------------------------


def found(change: float) -> Timing:
    def ratios(kind: str, by: float) -> dict[str, Ratios]:
        spread = tuple(by + k / 4000 for k in range(-40, 41))
        return {"w": Ratios("w", kind, LIMIT, (spread,) * 3)}

    return Timing(LIMIT, ratios(CHANGE, change), ratios(SAME, 0.0), ratios(SLOWED, 0.06))


@pytest.fixture
def orders(repository: Path, monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """The orders that a judgement gives, in the repository; nothing is measured."""
    given: list[Order] = []

    def compared(order: Order, *_: object) -> Timing:
        given.append(order)
        assert (Path(order.base) / "my_net.py").is_file()
        return found(0.0)

    monkeypatch.chdir(repository)
    monkeypatch.setattr(pace_module, "compared", compared)
    return given


def test_the_base_is_the_revision_and_the_head_the_working_tree(
    orders: list[Order], repository: Path
) -> None:
    (repository / "impl_numpy" / "new.py").touch()
    timing, judgement = Pace("HEAD").judged(targets_of([], None, "cpu", written=False), print)
    assert judgement.verdict == "green"
    (order,) = orders
    assert Path(order.head) == repository.resolve()
    assert not Path(order.base).exists()  # any more
    assert STEP in order.names
    assert order.controls == order.names[:1]
    assert order.slowdown == 2 * LIMIT
    assert set(timing.changes) == {"w"}


def test_of_a_file_its_training_step_is_measured(orders: list[Order]) -> None:
    targets = targets_of(["my_net.py:NeuralNetwork"], None, "cpu", written=False)
    Pace("main", limit=0.05).judged(targets, print)
    (order,) = orders
    assert (order.target, order.chosen) == ("my_net.py", "NeuralNetwork")
    assert order.controls == order.names
    assert order.slowdown == 0.1


def test_a_program_or_a_file_elsewhere_cannot_be_timed(
    orders: list[Order], tmp_path_factory: pytest.TempPathFactory
) -> None:
    program = targets_of([], "true", "cpu", written=False)
    with pytest.raises(BackproofError, match="cannot be timed: leave out --base"):
        Pace("HEAD").judged(program, print)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "my_net.py"
    shutil.copy(NETWORK, elsewhere)
    with pytest.raises(BackproofError, match="lies outside the repository"):
        Pace("HEAD").judged(targets_of([str(elsewhere)], None, "cpu", written=False), print)
    assert orders == []


@pytest.mark.parametrize(
    ("text", "limit"), [("5%", 0.05), ("0.1", 0.1), (" 3 %", 0.03), ("50%", 0.5)]
)
def test_a_limit(text: str, limit: float) -> None:
    assert limit_of(text) == limit


@pytest.mark.parametrize("text", ["", "%", "1%", "0", "-5%", "nan", "100%", "fast", "2.9%"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(BackproofError, match="is no share from 3% on"):
        limit_of(text)


def test_what_is_wrong_is_not_timed() -> None:
    assert not_measured().verdict == "not measured"


# --- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--strict"], "--strict is about speed: give a revision with --base too."),
        (["--base", "HEAD", "--update"], "--update writes no times"),
        (["--limit", "1%"], "--limit 1% is no share from 3% on"),
        (["--base", "nowhere", "--case", "one-layer"], "There is no revision 'nowhere'"),
        (["--history", "my_net.py/runs"], "Cannot keep the history in my_net.py/runs"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str], sentence: str, repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backproof", "gate", *words],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
