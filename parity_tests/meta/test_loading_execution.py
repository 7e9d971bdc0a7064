"""Execution: of imports, definitions and constants only, and where one fails the others stay."""

import ast
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.candidate.loading import execute
from parity_tests.meta.sources import FUNCTION, load, read


@pytest.mark.parametrize(
    "statement",
    [
        "raise SystemExit",
        "import sys\nsys.exit(3)",
        "exit()",
        'open("missing.csv")',
        'data = open("missing.csv").read()',
        'with open("missing.csv") as file:\n    data = file.read()',
        'import numpy as np\ndata = np.loadtxt("missing.csv")',
        'from numpy import loadtxt\ndata = loadtxt("missing.csv")',
        'from numpy import *\ndata = genfromtxt("missing.csv")',
        'import numpy as np\nX = np.array([1]) + np.load("missing.npy")',
        "while True: pass",
        "for i in iter(int, 1): pass",
        "import matplotlib.pyplot as plt\nplt.show()",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()",
        'name = input("Your name: ")',
        "input()",
        'print("training")',
        "assert False",
        "del missing",
        "train()",
        "history = train()",
        "history = [train() for _ in range(3)]",
        "history = list(map(lambda n: train(), range(3)))",
        "history = {'loss': train()}['loss']",
        "first, *rest = train(), 1",
        "layer = Net()",
        "layer = Net().fit(1)",
        "if train():\n    x = 1",
        "try:\n    train()\nexcept ValueError:\n    pass",
        "try:\n    train()\n    def g(): pass\nfinally:\n    train()",
        'if __name__ == "__main__":\n    train()\n    late = 1',
        'if "__main__" == __name__ and True:\n    train()',
        "async def g(): pass\nimport asyncio\nasyncio.run(train())",
        "class A:\n    train()\n    print('x')\n    while True: pass",
        "class A:\n    if True:\n        train()",
        "class A:\n    class B:\n        train()",
        'class A:\n    data = open("missing.csv")',
        'class A:\n    import numpy as np\n    data: list = np.load("missing.npy")',
        "np = 3\nimport os\nos.environ['BACKPROOF_TOUCHED'] = '1'",
        "f.touched = train()",
        "f.touched = 1",
    ],
)
def test_nothing_at_top_level_is_executed(
    tmp_path: Path,
    statement: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All that would be seen: a note (it raised), output, a name, a loop left in the tree."""
    for module in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)  # which another test has imported
    text = (
        "def train():\n    raise RuntimeError('trained')\n"
        "class Net:\n    def __init__(self):\n        train()\n"
        f"{FUNCTION}{statement}\ndef after(): return f(21)\n"
    )
    source = read(tmp_path, text)
    for node in ast.walk(source.tree):
        assert not isinstance(node, ast.While | ast.For | ast.With | ast.Raise) or _inside(
            source.tree, node
        )
    loaded = execute(source)
    assert loaded.notes == []
    assert capsys.readouterr() == ("", "")
    assert loaded.namespace["after"]() == 42
    assert not {"data", "history", "layer", "late", "name", "rest", "file"} & set(loaded.namespace)
    assert not hasattr(loaded.namespace["f"], "touched")
    assert "BACKPROOF_TOUCHED" not in os.environ
    assert "matplotlib" not in sys.modules


def _inside(tree: ast.Module, node: ast.AST) -> bool:
    functions = [part for part in ast.walk(tree) if isinstance(part, ast.FunctionDef)]
    return any(part is node for function in functions for part in ast.walk(function))


def test_a_default_that_reads_leaves_its_function_out(tmp_path: Path) -> None:
    loaded = load(tmp_path, f"def g(x=open('missing.csv')): pass\n{FUNCTION}")
    note = "my_net.py:1: g is left out: a decorator or a default reads a file or asks for input"
    assert loaded.notes == [note]
    assert "g" in loaded.missing
    assert loaded.namespace["f"](1) == 2


def test_the_random_numbers_stay_where_they_were(tmp_path: Path) -> None:
    np.random.seed(1)  # noqa: NPY002 - the candidate's generator
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    text = (
        "import numpy as np\nfrom numpy.random import randn\nfrom numpy import random\n"
        "np.random.seed(7)\nW = np.random.randn(3, 2)\nV = randn(3)\nU = random.rand(2)\n"
        "rng = np.random.default_rng(0)\nT = rng.normal(size=3)\n"
    )
    loaded = load(tmp_path, text)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002
    assert {"W", "V", "U", "T"} <= set(loaded.missing)
    assert not {"W", "V", "U", "T"} & set(loaded.namespace)
    expected = np.random.default_rng(0).random()
    assert loaded.namespace["rng"].random() == expected  # made, and nothing drawn from it


def test_what_is_left_out_says_where_and_why(tmp_path: Path) -> None:
    text = (
        "import pandas as pd\n"
        'data = pd.read_csv("x.csv")\n'
        "m, n = data.shape\n"
        "def back_prop(dZ): return 1 / m * dZ\n"
        'if __name__ == "__main__":\n    rate = 0.1\n'
        "m = 3\n"
    )
    source = read(tmp_path, text)
    assert source.left_out["n"].startswith("my_net.py:3: m, n = data.shape is not executed (")
    assert source.left_out["rate"].endswith('(it is under if __name__ == "__main__")')
    loaded = execute(source)
    assert loaded.missing["n"] == source.left_out["n"]
    assert "m" not in loaded.missing  # bound later after all
    assert loaded.namespace["back_prop"](6) == 2


HEAD = (
    "import numpy as np, math, os, sys, logging, random\nfrom collections import namedtuple\n"
    "from functools import partial\nN = 3\ndef relu(z): return np.maximum(0, z)\n"
    "class Mode:\n    FAST = 'fast'\n"
)


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("x = 0.01", 0.01),
        ("x = y = -1e-3", -1e-3),
        ("x: float = 0.5", 0.5),
        ("x, y = 1, [2, 4]", 1),
        ("(x, *y) = [5, 6, 7]", 5),
        ("x = [2, N + 1, 1]", [2, 4, 1]),
        ("x = 1\nx += N", 4),
        ("x = [1]\nx += [N]", [1, 3]),
        ("x = {}\nx['lr'] = N", {"lr": 3}),
        ("x = {'a': (1, None, True), **{'b': 2}}", {"a": (1, None, True), "b": 2}),
        ("x = f'layer {N:03d}'", "layer 003"),
        ("x = [n ** 2 for n in range(N) if n]", [1, 4]),
        ("x = {str(n): m for n in range(2) for m in (n,)}", {"0": 0, "1": 1}),
        ("x = 'relu tanh'.upper().split()", ["RELU", "TANH"]),
        ("x = max(1, N) if N > 2 else None", 3),
        ("x = np.finfo(float).eps", np.finfo(float).eps),
        ("x = np.array([[0, 1], [1, 0]]).T.shape[0] + math.floor(np.pi)", 5),
        ("x = int(np.prod(np.zeros((2, N)).shape))", 6),
        ("x = np.linalg.norm(np.array([3.0, 4.0])).item()", 5.0),
        ("from numpy import array\nx = array([1, 2]).sum()", 3),
        ("from numpy import *\nx = int(zeros(3).size + N)", 6),
        ("from math import *\nx = floor(pi)", 3),
        ("x = Mode.FAST", "fast"),
        ("x = (lambda z: z)\ny = x", None),
        ("x = relu", None),
        ("x = {'relu': relu, 'none': None}['none']", None),
        ("x = partial(relu, 2)", None),
        ("P = namedtuple('P', 'W b')\nx = P._fields", ("W", "b")),
        ("x = logging.getLogger('x').name if 0 else N", 3),
        ("x = sys.maxsize > N", True),
        ("x = __name__.startswith('candidate')", True),
        ("import os.path as p\nx = p.sep", os.sep),
        ("if True:\n    x = 1\nelse:\n    x = 2", 1),
        ("if sys.version_info[0] < 3:\n    x = 1\nelse:\n    x = 2", 2),
        ('if __name__ == "__main__":\n    x = 1\nelse:\n    x = 2', 2),
    ],
)
def test_constants_and_definitions_are_executed(tmp_path: Path, statement: str, value: Any) -> None:
    loaded = load(tmp_path, HEAD + statement + FUNCTION)
    assert loaded.notes == []
    assert loaded.missing == {}
    if value is None and "none" not in statement:
        assert callable(loaded.namespace["x"])
    else:
        assert loaded.namespace["x"] == value


def test_a_chain_of_calls_is_read_in_linear_time(tmp_path: Path) -> None:
    chain = "x = np.array([1])" + ".reshape(1).copy()" * 100
    assert load(tmp_path, f"import numpy as np\n{chain}\n").namespace["x"].shape == (1,)


def test_future_imports_are_in_order(tmp_path: Path) -> None:
    text = "from __future__ import annotations, print_function, division\nx = 1 / 2\n"
    loaded = load(tmp_path, text)
    assert (loaded.namespace["x"], loaded.notes, loaded.missing) == (0.5, [], {})


def test_annotations_are_not_evaluated(tmp_path: Path) -> None:
    text = (
        "import torch\nfrom dataclasses import dataclass, field\nfrom typing import NamedTuple\n"
        "def f(x: torch.Tensor, y: nowhere.Type = 1) -> 1 / 0: return x + y\n"
        "@dataclass\nclass Layer:\n    W: gone.Array\n    b: list = field(default_factory=list)\n"
        "class Pair(NamedTuple):\n    a: int\n    b: int = 2\n"
    )
    loaded = load(tmp_path, text)
    assert loaded.notes == []
    assert loaded.namespace["f"](1) == 2
    assert loaded.namespace["Layer"](3).b == []
    assert loaded.namespace["Pair"](1).b == 2


def test_warnings_of_the_file_are_its_own_affair(tmp_path: Path) -> None:
    """The suite turns warnings into errors; an invalid escape or an overflow is none of ours."""
    loaded = load(
        tmp_path, "import numpy as np\ns = '\\d'\nb = 1 is 1\nx = np.exp(np.array(1e3))\n"
    )
    assert loaded.notes == []
    assert loaded.namespace["x"] == np.inf


def test_one_failing_definition_harms_no_other(tmp_path: Path) -> None:
    text = (
        "import numpy as np\n"
        "@no_such_decorator\ndef a(): pass\n"
        "def b(x=1 / 0): pass\n"
        "class C(NoSuchBase): pass\n"
        "def twice(x, x): pass\n"
        "EPS = np.no_such_thing\n"
        "def f(): return 1\n"
        "class D:\n    boom = [][1]\n"
        f"def broken(): return 1\n@no_such\ndef broken(): return 2\n{FUNCTION}"
    )
    loaded = load(tmp_path, text)
    assert loaded.namespace["f"](4) == 8
    assert set(loaded.missing) == {"a", "b", "C", "twice", "EPS", "D", "broken"}
    assert not set(loaded.missing) & set(loaded.namespace)  # not the older `broken` either
    assert "my_net.py:4: b left out: ZeroDivisionError: division by zero" in loaded.notes
    assert "my_net.py:3: a left out: NameError: name 'no_such_decorator' is not defined" in (
        loaded.notes
    )
    assert len(loaded.notes) == 7


@pytest.mark.parametrize("error", ["SystemExit(3)", "RecursionError()", "Rude()"])
def test_a_decorator_may_raise_anything(tmp_path: Path, error: str) -> None:
    text = (
        "class Rude(Exception):\n    def __str__(self): raise ValueError\n"
        f"def stop(f): raise {error}\n@stop\ndef g(): pass\n{FUNCTION}"
    )
    loaded = load(tmp_path, text)
    assert loaded.namespace["f"](1) == 2
    assert list(loaded.missing) == ["g"]
