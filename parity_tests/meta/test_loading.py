"""Loading someone's file: what is refused, executed, stood in for and quoted."""

import ast
import contextlib
import copy
import inspect
import json
import os
import pickle
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.candidate import loading
from backproof.candidate.loading import (
    Loaded,
    MissingImportError,
    Source,
    execute,
    is_stand_in,
    read_source,
)
from backproof.errors import BackproofError

FUNCTION = "\ndef f(x):\n    return 2 * x\n"


@pytest.fixture(autouse=True)
def _clean_modules() -> Any:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("candidate.", "pretend")):
            del sys.modules[name]


def written(folder: Path, text: str | bytes, name: str = "my_net.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, name: str = "my_net.py") -> Source:
    return read_source(written(folder, text, name))


def load(folder: Path, text: str | bytes, name: str = "my_net.py") -> Loaded:
    return execute(read(folder, text, name))


def notebook(*cells: str, language: str | None = "python", **more: Any) -> str:
    """Return a notebook of code cells; a cell that starts with `#md` is a markdown cell."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {"kernelspec": {"name": "k", "display_name": "k", "language": language}},
            "cells": [
                {"cell_type": "markdown", "metadata": {}, "source": cell}
                if cell.startswith("#md")
                else {
                    "cell_type": "code",
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": cell.splitlines(keepends=True),
                }
                for cell in cells
            ],
        }
        | more
    )


# --- what is refused, in one sentence ----------------------------------------------------------

OLD = "; convert it with 2to3 or python-modernize"
MEND = "; mend that line"
AGAIN = "save it again from Jupyter"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "x = 1", "is neither .py nor .ipynb: name a Python file or a notebook"),
        ("a.py", b"\x7fELF\0\0\1", "is not text but binary: name the Python file itself"),
        ("a.py", "x = 1".encode("utf-16"), "is UTF-16, which Python does not read"),
        ("a.py", b"x = 1\n\ny = '\xe9'\n", "is not text in the encoding it declares"),
        ("a.py", b"# coding: martian\nx = 1\n", "(unknown encoding: martian"),
        ("a.py", b"# coding: rot13\nk = 1\n", "is not text in the encoding it declares"),
        ("a.py", b"# coding: ascii\ny = '\xe9'\n", "save it as UTF-8"),
        ("a.py", "", "is empty: name the file that holds the network"),
        ("a.py", " \n\t\n", "is empty: name the file that holds the network"),
        ("a.py", "# nothing yet\n", "has no code in it: name the file"),
        ("a.py", '"""Soon."""\n', "has no code in it: name the file"),
        ("a.ipynb", "", "is empty: name the file that holds the network"),
        ("a.py", "x = 1\n\ndef f(x)\n    pass\n", "in line 3: def f(x) (expected ':')" + MEND),
        ("a.py", "def f():\n    g(1, \n\nx = 2\n", "in line 2: g(1, ('(' was never closed)" + MEND),
        ("a.py", "if 1:\n\tx = 1\n        y = 2\n", "has a syntax error in line 3: y = 2"),
        ("a.py", "x = (" * 3000, "a.py"),
        ("a.py", 'x = 1\nprint "x"\n', 'is written for Python 2 (line 2: print "x")' + OLD),
        ("a.py", "for i in r:\n    print i, e\n", "for Python 2 (line 2: print i, e)" + OLD),
        ("a.py", "if v: print 'x'\n", "for Python 2 (line 1: if v: print 'x')" + OLD),
        ("a.py", "try:\n  f()\nexcept E, e:\n  0\n", "Python 2 (line 3: except E, e:)" + OLD),
        ("a.py", "try:\n  f()\nexcept (E, F), e:\n  0\n", "(line 3: except (E, F), e:)" + OLD),
        ("a.py", 'raise ValueError, "x"\n', 'Python 2 (line 1: raise ValueError, "x")' + OLD),
        ("a.py", 'exec "x = 1"\n', 'for Python 2 (line 1: exec "x = 1")' + OLD),
        ("a.py", "exec code in space\n", "for Python 2 (line 1: exec code in space)" + OLD),
        ("a.py", "s = `x`\n", "is written for Python 2 (line 1: s = `x`)" + OLD),
        ("a.py", "if a <> b:\n    f()\n", "for Python 2 (line 1: if a <> b:)" + OLD),
        ("a.py", "n = 10L\n", "is written for Python 2 (line 1: n = 10L)" + OLD),
        ("a.ipynb", "PK\3\4", f"is not a notebook (it is not JSON): {AGAIN}"),
        ("a.ipynb", b"\xff\0\1", f"is not a notebook (it is not JSON): {AGAIN}"),
        ("a.ipynb", "[" * 100_000, f"is not a notebook (it is not JSON): {AGAIN}"),
        ("a.ipynb", "[1, 2]", f"is not a notebook (it has no cells): {AGAIN}"),
        ("a.ipynb", '{"a": 1}', f"is not a notebook (it has no cells): {AGAIN}"),
        ("a.ipynb", '{"nbformat": 4, "cells": 3}', "is not a notebook ("),
        ("a.ipynb", '{"nbformat": 4, "nbformat_minor": 0, "cells": [7]}', "is not a notebook ("),
        ("a.ipynb", notebook("x = 1", nbformat=99), "is not a notebook ("),
        ("a.ipynb", notebook(), "has no cell with code in it"),
        ("a.ipynb", notebook("#md # Title", ""), "has no cell with code in it"),
        ("a.ipynb", notebook("%%bash\nls"), "has no code in it"),
        ("a.ipynb", notebook("x <- 1", language="R"), "is a notebook in R, not in Python"),
        (
            "a.ipynb",
            notebook("#md t", "x = = 1"),
            ", cell 2, has a syntax error in line 1: x = = 1",
        ),
        (
            "a.ipynb",
            notebook("print 'x'", "print 'y'"),
            ", cell 1, is written for Python 2 (line 1",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, name: str, text: str | bytes, words: str
) -> None:
    path = written(tmp_path, text, name)
    with pytest.raises(BackproofError) as refusal:
        read_source(path)
    sentence = str(refusal.value)
    assert words in sentence
    assert sentence.startswith(str(path))
    assert "\n" not in sentence


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match=r"gone\.py: no such file; check its name$"):
        read_source(tmp_path / "gone.py")
    with pytest.raises(BackproofError, match=r"cannot be read \(File name too long\)"):
        read_source(tmp_path / ("n" * 400 + ".py"))


def test_what_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "net.py").mkdir()
    with pytest.raises(BackproofError, match=r"net\.py is a folder: name a \.py file"):
        read_source(tmp_path / "net.py")
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(BackproofError, match=r"pipe\.py is not an ordinary file"):
        read_source(tmp_path / "pipe.py")


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, notebook("x = 1"), "a.ipynb")
    monkeypatch.setitem(sys.modules, "nbformat", None)
    with pytest.raises(BackproofError, match=r"pip install 'backproof\[notebooks\]'$"):
        read_source(path)


@pytest.mark.parametrize(
    "text",
    [
        '"""How to:\nprint "x"\n"""\ndef f(x)\n    pass\n',
        "# print 'x'\n# `x` <> 10L\ndef f(x)\n    pass\n",
        "s = 'print x; `y` <> 1L'\ndef f(x)\n    pass\n",
        'def g():\n    """print the cost"""\n    print("x") ; print(2)\ndef f(x)\n    0\n',
        'def g():\n    """Open.\n\ndef f(x):\n    """\n    print the cost\n    """\n    0\n',
    ],
    ids=["docstring", "comment", "string", "calls", "unterminated"],
)
def test_python_3_is_not_taken_for_python_2(tmp_path: Path, text: str) -> None:
    with pytest.raises(BackproofError, match=r"has a syntax error in line \d+"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        b"# -*- coding: latin-1 -*-\ns = '\xe9'\n",
        b"\xef\xbb\xbfs = '\xc3\xa9'\n",
        "s = 'é'\n".encode(),
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '\xe9'\n",
        b"\r\n# coding: utf-8\r\ns = '\xc3\xa9'\r\n",
        b"# old Mac\rs = '\xc3\xa9'\r",
    ],
    ids=["latin-1", "BOM", "UTF-8", "second line", "CRLF", "CR"],
)
def test_encodings_and_line_ends_are_honoured(tmp_path: Path, text: bytes) -> None:
    assert load(tmp_path, text).namespace["s"] == "é"


# --- what is not executed ------------------------------------------------------------------------


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


# --- what is executed ----------------------------------------------------------------------------

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


def test_a_file_of_an_old_mac_has_lines(tmp_path: Path) -> None:
    source = read(tmp_path, "A = 1\rB = open('x')\r")
    assert source.left_out["B"].startswith("my_net.py:2: B = open('x') is not executed (")


def test_future_imports_are_in_order(tmp_path: Path) -> None:
    text = "from __future__ import annotations, print_function, division\nx = 1 / 2\n"
    loaded = load(tmp_path, text)
    assert (loaded.namespace["x"], loaded.notes, loaded.missing) == (0.5, [], {})


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


# --- modules that are not there ------------------------------------------------------------------


def missing_words(call: Any) -> str:
    with pytest.raises(MissingImportError) as raised:
        call()
    assert isinstance(raised.value, BackproofError)
    return str(raised.value)


def test_a_missing_helper_is_named_only_when_used(tmp_path: Path) -> None:
    text = (
        "from planar_utils import sigmoid, plot as draw\nimport planar_utils as pu, testCases\n"
        "def forward(z): return sigmoid(z)\ndef other(z): return pu.sigmoid(z)\n"
        "def third(): return testCases.case()\ndef fine(): return 1\n"
    )
    loaded = load(tmp_path, text)
    assert loaded.notes == []
    assert loaded.namespace["fine"]() == 1
    beside = "put the file beside yours"
    words = f"my_net.py needs 'sigmoid' from 'planar_utils', which is not there: {beside}"
    assert missing_words(lambda: loaded.namespace["forward"](1)) == words
    assert loaded.missing["sigmoid"] == words
    assert "'plot' from 'planar_utils'" in loaded.missing["draw"]
    module_words = f"my_net.py needs 'planar_utils', which is not there: {beside}"
    assert missing_words(lambda: loaded.namespace["other"](1)) == module_words
    assert "needs 'testCases'" in missing_words(loaded.namespace["third"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import nnfs", "needs 'nnfs', which is not there: pip install nnfs"),
        ("import cv2 as nnfs", "needs 'cv2', which is not there: pip install opencv-python"),
        ("import keras.datasets.mnist as nnfs", "'keras.datasets.mnist', which is not there: pip"),
        ("import cPickle as nnfs", "it is a module of Python 2; use its name in Python 3"),
        ("from . import nnfs", "needs 'nnfs' from '.', which"),
        ("from .layers import Dense as nnfs", "'Dense' from 'layers', which is not there: put"),
        ("from ... import nnfs", "needs 'nnfs' from '.', which"),
        ("import numpy.no_such as nnfs", "needs 'numpy.no_such', which is not there"),
        ("from numpy import float_ as nnfs", "'float_' from 'numpy', which has no such name"),
        ("from math import no_such as nnfs", "'no_such' from 'math', which has no such name"),
    ],
)
def test_the_remedy_fits_the_module(tmp_path: Path, line: str, words: str) -> None:
    loaded = load(tmp_path, f"{line}\ndef g(): return nnfs.anything\n")
    assert words in loaded.missing["nnfs"]
    assert words in missing_words(loaded.namespace["g"])


@pytest.mark.parametrize(
    "use",
    [
        *(
            "s(1)",
            "s + 1",
            "1 - s",
            "s @ s",
            "-s",
            "s[0]",
            "len(s)",
            "list(s)",
            "float(s)",
            "bool(s)",
        ),
        *("s < 1", "1 in s", "np.dot(s, np.ones(2))", "np.ones(2) * s", "isinstance(1, s)", "s.x"),
        *("range(s)", "s / 2", "2 ** s", "abs(s)"),
    ],
)
def test_any_use_of_a_missing_name_names_it(tmp_path: Path, use: str) -> None:
    loaded = load(tmp_path, f"import numpy as np\nfrom gone import s\ndef g(): return {use}\n")
    assert "'s' from 'gone'" in missing_words(loaded.namespace["g"])


def test_looking_at_a_missing_name_is_no_use_of_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, "from gone import s\nimport gone\nclass A:\n    s = s\n")
    assert loaded.notes == []
    for name in ("s", "gone"):
        value = loaded.namespace[name]
        assert is_stand_in(value)
        assert "which is not there" in repr(value)
        assert copy.deepcopy(value) is value
        assert copy.copy(value) is value
        assert not hasattr(value, "__wrapped__")
        assert not hasattr(value, "__array_interface__")
    assert not is_stand_in(loaded.namespace["A"])


@pytest.mark.parametrize(
    "definition",
    [
        "@s\ndef g(): pass",
        "@gone.jit(nopython=True)\ndef g(): pass",
        "def g(x=gone.value): pass",
        "class g(s): pass",
        "class g(gone.Module): pass",
        "class g:\n    rate = gone.rate",
        "g = s + 1",
    ],
)
def test_a_definition_that_needs_a_missing_module_is_skipped(
    tmp_path: Path, definition: str
) -> None:
    loaded = load(tmp_path, f"import gone\nfrom gone import s\n{definition}\n{FUNCTION}")
    assert loaded.namespace["f"](1) == 2
    assert "g" not in loaded.namespace
    assert "which is not there: put the file beside yours" in loaded.missing["g"]
    assert len(loaded.notes) == 1
    assert loaded.notes[0].startswith("my_net.py:")


def test_star_imports_of_missing_modules(tmp_path: Path) -> None:
    text = (
        "from testCases import *\nfrom planar_utils import *\nimport numpy as np\n"
        "TOTAL = 3\n"
        "def forward(z):\n    local = np.exp(z)\n    return sigmoid(local) + TOTAL + later\n"
        "later = 4\nold = np.load('x')\ndef g(): return old\n"
    )
    loaded = load(tmp_path, text)
    words = missing_words(lambda: loaded.namespace["forward"](1.0))
    assert words == (
        "my_net.py needs 'sigmoid', presumably from 'testCases' or 'planar_utils' (import *), "
        "which is not there: put the file beside yours"
    )
    assert set(loaded.missing) == {"sigmoid", "old"}  # not its locals or its own names
    with pytest.raises(NameError):
        loaded.namespace["g"]()


def test_a_missing_star_import_of_a_helper(tmp_path: Path) -> None:
    written(tmp_path, "from testCases import *\n", "helper.py")
    loaded = load(tmp_path, "from helper import *\ndef g(): return sigmoid(1)\n")
    assert "needs 'sigmoid', presumably from 'testCases'" in missing_words(loaded.namespace["g"])


def test_an_import_inside_a_function(tmp_path: Path) -> None:
    text = (
        "def g():\n    from dnn_utils import relu\n"
        "def h():\n    try:\n        import dnn_utils\n    except ImportError:\n        return 7\n"
    )
    loaded = load(tmp_path, text)
    assert "needs 'dnn_utils', which is not there" in missing_words(loaded.namespace["g"])
    assert loaded.namespace["h"]() == 7


@pytest.mark.parametrize(
    ("guard", "value"),
    [
        ("try:\n    import gone as x\nexcept ImportError:\n    import math as x", "math"),
        ("try:\n    from gone import x\nexcept:\n    import math as x", "math"),
        ("try:\n    import math as x\nexcept ImportError:\n    x = None", "math"),
        ("try:\n    import gone\nexcept ImportError:\n    x = 1\nelse:\n    x = 2", 1),
        ("try:\n    import gone\n    x = 1\nexcept ImportError:\n    def x(): pass", "x"),
        ("try:\n    from math import gone as x\nexcept ImportError:\n    x = 5", 5),
        ("if True:\n    try:\n        import gone\n    except ImportError:\n        x = 6", 6),
        ("try:\n    import gone\nexcept ImportError:\n    pass\nfinally:\n    x = 8", 8),
    ],
)
def test_a_guarded_import_takes_the_branch_it_would(tmp_path: Path, guard: str, value: Any) -> None:
    loaded = load(tmp_path, guard + FUNCTION)
    x = loaded.namespace["x"]
    assert (x if isinstance(value, int) else x.__name__) == value
    assert loaded.namespace["f"](1) == 2
    assert "x" not in loaded.missing
    assert loaded.notes == []


def test_a_handler_that_only_tells_leaves_a_stand_in(tmp_path: Path) -> None:
    text = (
        "try:\n    import gone as x\nexcept ImportError:\n    print('no gone')\n    exit(1)\n"
        "def g(): return x.y\n"
    )
    loaded = load(tmp_path, text)
    assert "needs 'gone'" in loaded.missing["x"]
    assert "needs 'gone'" in missing_words(loaded.namespace["g"])


# --- modules that are there ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expression"),
    [
        ("import numpy as np", "np.exp"),
        ("import numpy", "numpy.exp"),
        ("import numpy as xp, math", "xp.exp"),
        ("from numpy import exp", "exp"),
        ("from numpy import *", "exp"),
        ("import numpy.linalg", "numpy.exp"),
        ("if True:\n    import numpy as anything", "anything.exp"),
        ("try:\n    import cupy_gone as np\nexcept ImportError:\n    import numpy as np", "np.exp"),
    ],
)
def test_numpy_is_the_real_one(tmp_path: Path, line: str, expression: str) -> None:
    written(tmp_path, "raise SystemExit", "numpy.py")
    loaded = load(tmp_path, f"{line}\ndef g(): return {expression}\n")
    assert loaded.namespace["g"]() is np.exp


def test_the_standard_library_is_the_real_one(tmp_path: Path) -> None:
    """In a folder of two hundred submissions, somebody's random.py is not meant."""
    written(tmp_path, "raise SystemExit", "random.py")
    loaded = load(tmp_path, "import os.path\nimport random as r\nfrom copy import deepcopy as d\n")
    assert loaded.namespace["os"] is os
    assert loaded.namespace["r"].__file__ == sys.modules["random"].__file__
    assert loaded.namespace["d"] is copy.deepcopy


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that plots, say; nobody has imported it yet."""
    site = tmp_path / "site"
    written(site, "LOADED = []\nclass Base: kind = 'base'\nRATE = 3\n", "pretend/__init__.py")
    written(site, "def draw(): return 'drawn'\n", "pretend/plot.py")
    written(site, "def turn(): return 'turned'\n", "pretend/tools.py")
    written(site, "raise OSError('no libfoo')\n", "pretend_broken.py")
    monkeypatch.syspath_prepend(str(site))
    return tmp_path / "code"


def test_an_installed_package_waits_until_it_is_used(pretend: Path) -> None:
    text = (
        "import pretend.plot as plt\nimport pretend.tools\nimport pretend.plot\n"
        "from pretend import plot as p, RATE\nfrom pretend.tools import turn\n"
        "@property\ndef g(self): return plt.draw()\n"
        "def both(): return pretend.plot.draw(), pretend.tools.turn()\n"
        "def names(): return p.draw(), turn(), RATE + 1\n"
        "def check(x): return isinstance(x, pretend.Base)\n"
    )
    loaded = load(pretend, text)
    assert loaded.notes == []
    assert loaded.missing == {}
    assert not [name for name in sys.modules if name.startswith("pretend")]
    assert loaded.namespace["both"]() == ("drawn", "turned")
    assert loaded.namespace["names"]() == ("drawn", "turned", 4)
    assert loaded.namespace["check"](3) is False
    assert loaded.namespace["plt"].draw() == "drawn"


def test_an_installed_package_is_taken_where_a_definition_needs_it(pretend: Path) -> None:
    loaded = load(pretend, "from pretend import Base\nimport pretend as q\nclass Net(Base): pass\n")
    assert loaded.namespace["Net"].kind == "base"
    assert loaded.namespace["q"].RATE == 3


def test_a_star_import_of_an_installed_package_waits_too(pretend: Path) -> None:
    text = "from pretend import *\ndef g(): return RATE\ndef h(): return absent + 1\n"
    loaded = load(pretend, text)
    assert not [name for name in sys.modules if name.startswith("pretend")]
    assert loaded.missing == {}
    assert loaded.namespace["g"]() + 1 == 4
    assert "needs 'absent', presumably from 'pretend'" in missing_words(loaded.namespace["h"])


def test_an_installed_package_that_breaks_says_so(pretend: Path) -> None:
    loaded = load(pretend, "import pretend_broken as b\nfrom pretend import nope\n")
    words = missing_words(lambda: loaded.namespace["b"].x)
    assert "is installed but does not load (OSError: no libfoo): mend the installation" in words
    words = missing_words(lambda: loaded.namespace["nope"]())
    assert "needs 'nope' from 'pretend', which has no such name: check the version" in words


def test_what_lies_in_the_current_folder_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = written(tmp_path / "cwd", "raise SystemExit", "pretend_utils.py").parent
    monkeypatch.chdir(elsewhere)
    monkeypatch.syspath_prepend(str(elsewhere))
    loaded = load(tmp_path / "a" / "b" / "c", "import pretend_utils as u\n")
    assert "is not there: put the file beside yours" in loaded.missing["u"]


# --- helpers beside the file ---------------------------------------------------------------------

HELPER = (
    "import numpy as np\nimport matplotlib.pyplot as plt\nprint('helping')\n"
    "RATE = 0.5\nTABLE = np.load('missing.npy')\n_PRIVATE = 1\n"
    "def sigmoid(z): return 'helped'\nplt.show()\nraise SystemExit\n"
)


@pytest.mark.parametrize(
    ("line", "expression"),
    [
        ("from helper import sigmoid", "sigmoid(0)"),
        ("from helper import sigmoid as s", "s(0)"),
        ("import helper", "helper.sigmoid(0)"),
        ("import helper as h", "h.sigmoid(0)"),
        ("from helper import *", "sigmoid(0)"),
        ("from .helper import sigmoid", "sigmoid(0)"),
        ("from . import helper", "helper.sigmoid(0)"),
        ("from package.inner import sigmoid", "sigmoid(0)"),
        ("import package.inner", "package.inner.sigmoid(0)"),
        ("import package.inner as i", "i.sigmoid(0)"),
        ("from package import inner", "inner.sigmoid(0)"),
        ("from package.outward import inner", "inner.sigmoid(0)"),
        ("from plain.inner import sigmoid", "sigmoid(0)"),
        ("from common.functions import sigmoid", "sigmoid(0)"),
        ("from ..helper_above import sigmoid", "sigmoid(0)"),
        ("def g():\n    from helper import sigmoid\n    return sigmoid", "g()(0)"),
        ("def g():\n    import package.inner\n    return package.inner", "g().sigmoid(0)"),
        ("def g():\n    from package import inner\n    return inner", "g().sigmoid(0)"),
        ("def g():\n    from . import helper\n    return helper", "g().sigmoid(0)"),
        ("class A:\n    from helper import sigmoid", "A.sigmoid(0)"),
        ("try:\n    from helper import sigmoid\nexcept ImportError:\n    pass", "sigmoid(0)"),
    ],
)
def test_a_helper_is_loaded_with_the_same_filter(
    tmp_path: Path, line: str, expression: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "project" / "ch04"
    written(folder, HELPER, "helper.py")
    written(folder, "", "package/__init__.py")
    written(folder, HELPER, "package/inner.py")
    written(folder, "from . import inner\n", "package/outward.py")
    written(folder, HELPER, "plain/inner.py")
    written(folder.parent, HELPER, "common/functions.py")
    written(folder.parent, HELPER, "helper_above.py")
    loaded = load(folder, f"{line}\ndef result(): return {expression}\n")
    assert loaded.namespace["result"]() == "helped"
    assert loaded.notes == []
    assert capsys.readouterr() == ("", "")
    assert not {"helper", "package", "package.inner", "common"} & set(sys.modules)


def test_constants_of_a_helper(tmp_path: Path) -> None:
    written(tmp_path, HELPER, "helper.py")
    text = "import helper\nfrom helper import *\nx = helper.RATE * 2\ny = RATE\n"
    loaded = load(tmp_path, text + "from helper import TABLE as t\n")
    assert (loaded.namespace["x"], loaded.namespace["y"]) == (1.0, 0.5)
    assert "_PRIVATE" not in loaded.namespace
    assert "has no such name (helper.py:5: TABLE = np.load('missing.npy') is" in loaded.missing["t"]


def test_two_helpers_that_import_each_other(tmp_path: Path) -> None:
    written(tmp_path, "import b\ndef fa(): return b.fb()\n", "a.py")
    written(tmp_path, "import a\nimport my_net\ndef fb(): return my_net.top()\n", "b.py")
    loaded = load(tmp_path, "from a import fa\ndef top(): return 'top'\n")
    assert loaded.namespace["fa"]() == "top"


def test_files_with_the_same_helper_name_do_not_meet(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        written(tmp_path / name, f"WHO = {name!r}\n", "helper.py")
    text = "import helper\ndef who():\n    import helper as h\n    return helper.WHO, h.WHO\n"
    ann, bob = load(tmp_path / "ann", text), load(tmp_path / "bob", text)
    assert ann.namespace["who"]() == ("ann", "ann")
    assert bob.namespace["who"]() == ("bob", "bob")


def test_a_helper_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    written(tmp_path, "print 'x'\n", "helper.py")
    loaded = load(tmp_path, "from helper import sigmoid\nimport helper\ndef g(): sigmoid(1)\n")
    assert loaded.missing["sigmoid"].startswith("my_net.py needs 'sigmoid' from 'helper': ")
    assert "helper.py is written for Python 2 (line 1" in missing_words(loaded.namespace["g"])
    assert "helper.py is written for Python 2" in loaded.missing["helper"]


def test_notes_of_a_helper_are_told(tmp_path: Path) -> None:
    written(tmp_path, "@nothing\ndef sigmoid(z): pass\n", "helper.py")
    loaded = load(tmp_path, "from helper import sigmoid\n")
    assert loaded.notes == [
        "helper.py:2: sigmoid left out: NameError: name 'nothing' is not defined"
    ]
    assert "helper.py:2: sigmoid left out" in loaded.missing["sigmoid"]


# --- notebooks -----------------------------------------------------------------------------------


def test_magics_and_shell_lines_are_dropped(tmp_path: Path) -> None:
    text = notebook(
        "%matplotlib inline\n!pip install 'nothing\n?np.dot\nimport numpy as np\nnp.dot?\n",
        "files = !ls \\\n   -l\npip install nothing\nx = 1\n%load_ext autoreload",
        "if True:\n    !ls\n    y = 2",
        "%%time\nz = 3",
        "%%capture out\n\ndef f(x):\n    return x",
        "%%bash\nrm -rf /",
        "%%html\n<b>x = 1</b>",
        's = """\n%d\n!important\n"""\nt = (7\n  % 4)\nu = "?"',
    )
    loaded = load(tmp_path, text, "a.ipynb")
    space = loaded.namespace
    assert [space[name] for name in "xyztu"] == [1, 2, 3, 3, "?"]
    assert space["s"] == "\n%d\n!important\n"
    assert space["f"](5) == 5
    assert space["np"] is np
    assert loaded.notes == [
        "a.ipynb, cell 6 is left out: it is %%bash, not Python",
        "a.ipynb, cell 7 is left out: it is %%html, not Python",
    ]


def test_a_cell_that_does_not_parse_is_skipped_with_a_note(tmp_path: Path) -> None:
    text = notebook("def f(x):\n    return 2 * x", "# try\nx = = 3", "print 'x'", "y = 1")
    loaded = load(tmp_path, text, "a.ipynb")
    assert loaded.namespace["f"](2) == 4
    assert loaded.namespace["y"] == 1
    assert loaded.notes == [
        "a.ipynb, cell 2, has a syntax error in line 2: x = = 3 (invalid syntax): "
        "the cell is left out",
        "a.ipynb, cell 3, is written for Python 2 (line 1: print 'x'): the cell is left out",
    ]


def test_lines_are_quoted_by_cell(tmp_path: Path) -> None:
    """All cells count, as in the editor; lines count as the cell shows them, magics too."""
    cells = (
        "import numpy as np\nA = 1",
        "#md Forward",
        "%time\n\n@staticmethod\ndef f(z):\n    return z / 0\nclass Net:\n    def go(self): pass",
        "def g(): return f(1)\n@gone\ndef h(): pass\nB = open('x')",
    )
    source = read(tmp_path, notebook(*cells), "a.ipynb")
    assert source.quote("f") == "a.ipynb, cell 3, line 4"
    assert source.quote("Net.go") == "a.ipynb, cell 3, line 7"
    assert source.quote("A") == "a.ipynb, cell 1, line 2"
    assert source.quote("g") == "a.ipynb, cell 4, line 1"
    assert source.quote("nothing") is None
    assert source.quote("f.nothing") is None
    loaded = execute(source)
    assert source.where(loaded.namespace["g"].__code__.co_firstlineno) == "a.ipynb, cell 4, line 1"
    assert loaded.notes[0].startswith("a.ipynb, cell 4, line 3: h left out: NameError")
    assert loaded.missing["B"].startswith("a.ipynb, cell 4, line 4: B = open('x') is not executed")


def test_lines_of_a_file_are_quoted(tmp_path: Path) -> None:
    text = (
        "import os\n\nclass Net:\n    rate = 1\n    def back(self): 0\n\nif 1:\n f = lambda z: z\n"
    )
    source = read(tmp_path, text)
    assert source.quote("Net.back") == "my_net.py:5"
    assert source.quote("Net.rate") == "my_net.py:4"
    assert source.quote("f") == "my_net.py:8"
    assert source.text == text
    assert source.path == tmp_path / "my_net.py"


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_the_source_of_a_function_can_be_shown(tmp_path: Path, name: str) -> None:
    text = "%matplotlib inline\ndef f(z):\n    return z / 0  # here\n"
    loaded = load(tmp_path, text if name == "a.py" else notebook("x = 1", text), name)
    assert inspect.getsource(loaded.namespace["f"]).endswith("return z / 0  # here\n")
    try:
        loaded.namespace["f"](1)
    except ZeroDivisionError:
        assert "# here" in traceback.format_exc()


def test_ipython_in_a_file_is_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, f"%matplotlib inline\nget_ipython().magic('x')\n{FUNCTION}")
    assert loaded.namespace["f"](1) == 2
    assert loaded.notes == ["my_net.py:1 is left out: it is IPython, not Python"]


def test_an_old_notebook(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"], "outputs": []}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    loaded = load(tmp_path, json.dumps(old), "a.ipynb")
    assert (loaded.namespace["x"], loaded.namespace["y"]) == (1, 2)


def test_a_notebook_without_metadata_is_python(tmp_path: Path) -> None:
    text = notebook("x = 1", metadata={})
    assert load(tmp_path, text.encode("utf-8-sig"), "a.ipynb").namespace["x"] == 1


def test_many_magics_do_not_take_for_ever(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="has a syntax error in line 201"):
        read(tmp_path, "%x\n" * 5000)


# --- instances -----------------------------------------------------------------------------------


def test_constructions_are_recorded(tmp_path: Path) -> None:
    text = (
        "import numpy as np\nfrom helpers import Dense, make\nimport layers\n"
        "import sklearn.preprocessing as sp\nfrom pathlib import Path\n"
        "class network:\n    def __init__(self, *a, **k): self.x = network(9)\n"
        "def L_model(x): return x\n"
        "sizes = [2, 4, 1]\nn = 3\n"
        "def main(width):\n    deep = [5, 6]\n    return network(deep, width)\n"
        "net = network(sizes, (n, -1), lr=0.1, data=np.ones(3)).fit()\n"
        "L_model(1)\nmake(2)\nsp.Scaler()\nPath('x')\nnp.Thing(1)\nnet.Thing(1)\n"
        "stack = [Dense(2, 3), layers.Relu()]\n"
        'if __name__ == "__main__":\n    rate = 0.5\n    network([3, n], rate)\n'
        "for i in range(3):\n    network(i)\n"
    )
    made = read(tmp_path, text).constructions
    shown = [(c.name, c.line) for c in made]
    assert shown == [
        *(("network", 14), ("Dense", 21), ("Relu", 21), ("network", 24), ("network", 26)),
        ("network", 13),
    ]
    assert made[0].args == ([2, 4, 1], (3, -1))
    assert made[0].keywords["lr"] == 0.1
    assert isinstance(made[0].keywords["data"], ast.Call)
    assert made[1].args == (2, 3)
    assert made[3].args == ([3, 3], 0.5)
    assert isinstance(made[4].args[0], ast.Name)
    assert made[5].args[0] == [5, 6]
    assert isinstance(made[5].args[1], ast.Name)


# --- the loader, tested ---------------------------------------------------------------------------


def test_a_chain_of_calls_is_read_in_linear_time(tmp_path: Path) -> None:
    chain = "x = np.array([1])" + ".reshape(1).copy()" * 100
    assert load(tmp_path, f"import numpy as np\n{chain}\n").namespace["x"].shape == (1,)


@pytest.mark.parametrize("text", ["x = 1" + " + 1" * 2000, "x = " + "-" * 90 + "1"])
def test_depth_is_an_error_and_no_crash(tmp_path: Path, text: str) -> None:
    """Either way, no crash: the node is left out, or the file refused."""
    with contextlib.suppress(BackproofError):
        assert load(tmp_path, text + FUNCTION).namespace["f"](1) == 2


def test_importing_the_loader_takes_only_the_standard_library() -> None:
    paths = sorted(Path(loading.__file__).parent.glob("*.py"))
    assert len(paths) > 1
    asked = {
        (node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for path in paths
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    tops = {name.split(".")[0] for name in asked}
    assert tops - sys.stdlib_module_names == {"backproof"}
