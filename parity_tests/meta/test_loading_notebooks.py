"""Notebooks: IPython in them is dropped, a broken cell is told, lines are quoted by cell."""

import inspect
import json
import traceback
from pathlib import Path

import numpy as np
import pytest

from backproof.candidate.loading import execute
from backproof.errors import BackproofError
from parity_tests.meta.sources import FUNCTION, load, notebook, read


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


def test_ipython_in_a_file_is_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, f"%matplotlib inline\nget_ipython().magic('x')\n{FUNCTION}")
    assert loaded.namespace["f"](1) == 2
    assert loaded.notes == ["my_net.py:1 is left out: it is IPython, not Python"]


def test_many_magics_do_not_take_for_ever(tmp_path: Path) -> None:
    with pytest.raises(BackproofError, match="has a syntax error in line 201"):
        read(tmp_path, "%x\n" * 5000)


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


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_the_source_of_a_function_can_be_shown(tmp_path: Path, name: str) -> None:
    text = "%matplotlib inline\ndef f(z):\n    return z / 0  # here\n"
    loaded = load(tmp_path, text if name == "a.py" else notebook("x = 1", text), name)
    assert inspect.getsource(loaded.namespace["f"]).endswith("return z / 0  # here\n")
    try:
        loaded.namespace["f"](1)
    except ZeroDivisionError:
        assert "# here" in traceback.format_exc()


def test_an_old_notebook(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"], "outputs": []}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    loaded = load(tmp_path, json.dumps(old), "a.ipynb")
    assert (loaded.namespace["x"], loaded.namespace["y"]) == (1, 2)


def test_a_notebook_without_metadata_is_python(tmp_path: Path) -> None:
    text = notebook("x = 1", metadata={})
    assert load(tmp_path, text.encode("utf-8-sig"), "a.ipynb").namespace["x"] == 1
