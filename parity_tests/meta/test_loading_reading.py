"""Reading a file: what cannot be read is refused in one sentence, what can is quoted by line."""

import ast
import contextlib
import os
import sys
from pathlib import Path

import pytest

from backproof.candidate import loading
from backproof.candidate.loading import read_source
from backproof.errors import BackproofError
from parity_tests.meta.sources import FUNCTION, load, notebook, read, written

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


@pytest.mark.parametrize("text", ["x = 1" + " + 1" * 2000, "x = " + "-" * 90 + "1"])
def test_depth_is_an_error_and_no_crash(tmp_path: Path, text: str) -> None:
    """Either way, no crash: the node is left out, or the file refused."""
    with contextlib.suppress(BackproofError):
        assert load(tmp_path, text + FUNCTION).namespace["f"](1) == 2


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


def test_a_file_of_an_old_mac_has_lines(tmp_path: Path) -> None:
    source = read(tmp_path, "A = 1\rB = open('x')\r")
    assert source.left_out["B"].startswith("my_net.py:2: B = open('x') is not executed (")


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
