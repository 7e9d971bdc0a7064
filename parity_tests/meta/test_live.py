"""Live objects: what a notebook holds is judged, and stays as it was."""

import copy
import os
import select
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.candidate import live
from backproof.candidate.loading import execute, read_source
from backproof.candidate.sandbox import Limits
from backproof.errors import BackproofError
from backproof.own import judging
from backproof.own.trials import trials
from parity_tests.meta.strangers import Stranger

RIGHT = Stranger("tanh", "sigmoid").text()
WRONG = Stranger("tanh", "sigmoid", "no mean").text()
CLASS = Stranger("tanh", "sigmoid", held="class").text()
OTHER = Stranger("tanh", "sigmoid", "no mean", held="class").text().replace("Network", "Other")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="live objects need a fork")


@pytest.fixture(autouse=True)
def _two_layers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "trials", lambda seed: [t for t in trials(seed) if t.depth == 2])


def cells(folder: Path, *texts: str) -> dict[str, Any]:
    """Return what a notebook holds after some cells."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, text in enumerate(texts):
        path = folder / f"cell{number}.py"
        path.write_text(text)
        namespace |= execute(read_source(path)).namespace
    return namespace


def test_globals(tmp_path: Path) -> None:
    assert backproof.check(cells(tmp_path, RIGHT)).targets[0].verdict == "agree"
    (target,) = backproof.check(cells(tmp_path, WRONG)).targets
    assert (target.target, target.verdict) == ("globals()", "differ")


def test_what_else_a_notebook_holds_does_not_matter(tmp_path: Path) -> None:
    namespace = cells(tmp_path, RIGHT)
    more = {"_": 3, "In": [""], 7: "seven", "np": np, "X": np.ones((3, 3)), "exit": sys.exit}
    assert backproof.check(more | namespace).targets[0].verdict == "agree"


def test_a_class(tmp_path: Path) -> None:
    Network = cells(tmp_path, CLASS)["Network"]
    (target,) = backproof.check(Network).targets
    assert target.verdict == "agree"
    assert target.reading.startswith("class Network with")


def test_a_module(tmp_path: Path) -> None:
    module = ModuleType("mine")
    vars(module).update(cells(tmp_path, RIGHT))
    assert backproof.check(module).targets[0].verdict == "agree"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path(kind: Any, tmp_path: Path) -> None:
    (tmp_path / "my_net.py").write_text(WRONG)
    (target,) = backproof.check(kind(tmp_path / "my_net.py")).targets
    assert target.verdict == "differ"
    assert target.target.endswith("my_net.py")


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (3, "was given a int; give globals(), a class, a module, or the path of a file"),
        (None, "was given a NoneType"),
        (len, "was given a builtin_function_or_method"),
        ([1], "was given a list"),
        ("missing.py", "missing.py is not there"),
        ({}, "globals(): nothing looks like a network"),
        ({"x": 1}, "found no function and no class"),
    ],
)
def test_anything_else_gets_a_sentence(thing: Any, words: str) -> None:
    with pytest.raises(BackproofError) as caught:
        backproof.check(thing)
    assert words in str(caught.value)


def test_two_networks_are_named_and_one_is_chosen(tmp_path: Path) -> None:
    namespace = cells(tmp_path, CLASS, OTHER)
    with pytest.raises(BackproofError) as caught:
        backproof.check(namespace)
    assert "2 networks: Network and Other" in str(caught.value)
    assert 'backproof.check(globals(), "Network")' in str(caught.value)
    verdicts = [
        backproof.check(namespace, name).targets[0].verdict for name in ("Network", "Other")
    ]
    assert verdicts == ["agree", "differ"]


# --- nothing of it is changed -----------------------------------------------------------------

VANDAL = """
import os, sys, warnings
import numpy as np
STATE = {"calls": 0, "array": np.zeros(3)}

def trap(X):
    STATE["calls"] += 1
    STATE["array"] += 1
    np.random.seed(7)
    np.seterr(all="ignore")
    np.exp = np.tanh
    sys.stdout = sys.stderr = None
    sys.path.clear()
    os.environ["VANDAL"] = "was here"
    os.chdir("/")
    print("noise")
"""


def test_what_it_does_to_the_notebook_is_undone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = RIGHT.replace(
        "def forward(X, parameters):\n", "def forward(X, parameters):\n    trap(X)\n"
    )
    namespace = cells(tmp_path, VANDAL, text)
    namespace["forward"].__globals__["trap"] = namespace["trap"]
    np.random.seed(3)  # noqa: NPY002
    draws, exp, out, path, folder = (
        np.random.get_state()[1].copy(),  # noqa: NPY002
        np.exp,
        sys.stdout,
        list(sys.path),
        Path.cwd(),
    )
    before = copy.deepcopy(namespace["STATE"])
    assert backproof.check(namespace).targets[0].verdict == "differ"  # np.exp is tanh by then
    assert namespace["STATE"]["calls"] == before["calls"] == 0
    assert np.array_equal(namespace["STATE"]["array"], before["array"])
    assert np.array_equal(np.random.get_state()[1], draws)  # noqa: NPY002
    assert (np.exp, sys.stdout, sys.path, Path.cwd()) == (exp, out, path, folder)
    assert np.geterr()["over"] != "ignore"
    assert "VANDAL" not in os.environ
    assert capfd.readouterr() == ("", "")


def test_arrays_of_the_notebook_are_not_touched(tmp_path: Path) -> None:
    namespace = cells(tmp_path, Stranger("tanh", "sigmoid", update="in place").text())
    namespace["parameters"] = parameters = namespace["initialize_parameters"](4, 5, 1)
    before = copy.deepcopy(parameters)
    backproof.check(namespace)
    for name, value in before.items():
        assert np.array_equal(parameters[name], value)


def test_warnings_of_the_notebook_are_its_own(tmp_path: Path) -> None:
    text = RIGHT.replace(
        "    cache =", "    np.log(np.zeros(1) - 1); warnings.warn('x')\n    cache ="
    )
    namespace = cells(tmp_path, f"import warnings\n{text}")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        assert backproof.check(namespace).targets[0].verdict == "agree"
    assert caught == []


# --- harm -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("while True: pass", "it ran for more than 0.3 seconds and was stopped"),
        ("import os; os._exit(0)", "it ended itself before it was done"),
        (
            "import ctypes, faulthandler; faulthandler.disable(); ctypes.string_at(0)",
            "it ended itself before it was done",
        ),
        ("raise SystemExit(0)", "raised SystemExit"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "it ended itself before"),
    ],
)
def test_harm_stays_in_the_fork(
    code: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "0.3" in words:
        monkeypatch.setattr(live, "DEFAULT", Limits(seconds=0.3))
    text = RIGHT.replace("    Z1 = cache['Z1']\n", f"    {code}\n    Z1 = cache['Z1']\n")
    with pytest.raises(BackproofError) as caught:
        backproof.check(cells(tmp_path, text))
    assert words in str(caught.value)
    with pytest.raises(ChildProcessError):  # no child is left
        os.waitpid(-1, os.WNOHANG)


def test_what_it_forks_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipe is closed when the last process that holds its end is gone."""
    there, here = os.pipe()
    os.set_inheritable(here, True)
    once = "os.environ.pop('TO_FORK', '') and os.fork() == 0"
    fork = f"import os, time\n    if {once}: time.sleep(60)\n"
    monkeypatch.setenv("TO_FORK", "yes")
    text = WRONG.replace("    Z1 = cache['Z1']\n", f"    {fork}    Z1 = cache['Z1']\n", 1)
    try:
        namespace = cells(tmp_path, text)
        assert backproof.check(namespace).targets[0].verdict == "differ"
    finally:
        os.close(here)
    with os.fdopen(there, "rb") as end:
        ready, _, _ = select.select([end], [], [], 10)
        assert ready
        assert end.read() == b""


# --- how it shows itself ----------------------------------------------------------------------


def test_the_report_prints_and_shows_itself(tmp_path: Path) -> None:
    report = backproof.check(cells(tmp_path, WRONG))
    text = str(report)
    assert "globals()" in text
    assert "differ" in text
    assert "dW2" in text
    html = report._repr_html_()
    assert html.startswith('<div class="backproof">')
    assert "dW2" in html
