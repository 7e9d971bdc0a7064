"""Who may import whom, seen from outside: a fresh process imports one and tells what it got."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import impl_numpy
import impl_torch

ROOT = Path(__file__).parents[1]
TWINS = (impl_numpy, impl_torch)
TELL = "\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
HOUSE = {"torch", "impl_numpy", "impl_torch", "backproof"}
WITHOUT_TORCH = ("case", "compare", "controls", "drift", "precision", "trace", "verdict")
WITH_TORCH = ("errorbars", "reference")
COMMAND = """
import runpy, sys
sys.argv = {arguments}
try:
    runpy.run_module("backproof", run_name="__main__", alter_sys=True)
except SystemExit as done:
    assert not done.code, done
else:
    raise AssertionError("it did not exit")
"""


def modules_after(code: str) -> set[str]:
    """Return the modules a fresh interpreter has loaded after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", code + TELL], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def strangers(code: str, welcome: set[str]) -> set[str]:
    """Return which packages of the house, or torch, were loaded besides the welcome ones."""
    loaded = modules_after(code) & HOUSE
    assert welcome <= loaded, f"{code!r} was to load {welcome}, and loaded {loaded}"
    return loaded - welcome


def test_manual_network_needs_numpy_only() -> None:
    assert strangers("import impl_numpy", {"impl_numpy"}) == set()


def test_torch_network_knows_nobody() -> None:
    assert strangers("import impl_torch", {"impl_torch", "torch"}) == set()


def test_judge_starts_without_torch() -> None:
    assert strangers("import backproof", {"backproof"}) == set()


@pytest.mark.parametrize(
    "arguments",
    [["backproof", "--help"], ["backproof", "check", "--help"], ["backproof", "check", "--list"]],
    ids=" ".join,
)
def test_help_comes_without_torch(arguments: list[str]) -> None:
    """`backproof` and `python -m backproof` are the same module, run as __main__."""
    assert strangers(COMMAND.format(arguments=arguments), {"backproof"}) == set()


@pytest.mark.parametrize("module", WITHOUT_TORCH)
def test_core_module_needs_numpy_only(module: str) -> None:
    assert strangers(f"import backproof.{module}", {"backproof"}) == set()


def test_the_catalogue_of_mistakes_needs_the_manual_network_only() -> None:
    code = "import backproof.mistakes, backproof.diagnosis"
    assert strangers(code, {"backproof", "impl_numpy"}) == set()


@pytest.mark.parametrize(
    "arguments", [["backproof", "mistakes"], ["backproof", "explain", "adam"]], ids=" ".join
)
def test_mistakes_are_told_without_torch(arguments: list[str]) -> None:
    code = COMMAND.format(arguments=arguments)
    assert strangers(code, {"backproof", "impl_numpy"}) == set()


def test_core_knows_neither_twin() -> None:
    code = "\n".join(f"import backproof.{module}" for module in WITHOUT_TORCH + WITH_TORCH)
    assert strangers(code, {"backproof", "torch"}) == set()


# --- the test, tested ------------------------------------------------------------------------


def test_a_trespasser_is_caught() -> None:
    """Three ways in: on top, inside a function that is called, and behind another module."""
    inside = "def late():\n    import torch\nlate()"
    assert strangers(f"import impl_numpy\n{inside}", {"impl_numpy"}) == {"torch"}
    assert strangers("import backproof.twins", {"backproof"}) == HOUSE - {"backproof"}


def test_a_process_that_fails_is_no_proof() -> None:
    with pytest.raises(AssertionError, match="ModuleNotFoundError"):
        strangers("import impl_numpy.nothing_of_the_kind", {"impl_numpy"})
    with pytest.raises(AssertionError, match="was to load"):
        strangers("pass", {"impl_numpy"})


# --- the twins mirror each other -------------------------------------------------------------


def test_twins_mirror_each_other() -> None:
    """The same module names where the thing exists in both, and the same public names in them."""
    rooms = [{m.name for m in pkgutil.iter_modules(twin.__path__)} for twin in TWINS]
    assert rooms[0] & rooms[1] >= {"losses", "training"}
    shared = set(impl_numpy.__all__) & set(impl_torch.__all__)
    assert shared >= {"Iteration", "OUTPUT_OF_LOSS", "iterate"}
    for name in shared - {"OUTPUT_OF_LOSS"}:
        homes = {getattr(twin, name).__module__.split(".")[1] for twin in TWINS}
        assert len(homes) == 1, f"{name} lives in {homes}"
    assert impl_numpy.OUTPUT_OF_LOSS == impl_torch.OUTPUT_OF_LOSS
