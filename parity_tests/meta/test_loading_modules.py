"""Modules that are there: NumPy is the real one, a package waits for use, a helper is filtered."""

import copy
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from parity_tests.meta.sources import load, missing_words, written


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
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package that plots, say; nobody has imported it before or will after."""
    site = tmp_path / "site"
    written(site, "LOADED = []\nclass Base: kind = 'base'\nRATE = 3\n", "pretend/__init__.py")
    written(site, "def draw(): return 'drawn'\n", "pretend/plot.py")
    written(site, "def turn(): return 'turned'\n", "pretend/tools.py")
    written(site, "raise OSError('no libfoo')\n", "pretend_broken.py")
    monkeypatch.syspath_prepend(str(site))
    yield tmp_path / "code"
    for name in [name for name in sys.modules if name.startswith("pretend")]:
        del sys.modules[name]


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
