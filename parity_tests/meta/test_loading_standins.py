"""Stand-ins for modules that are not there: any use of one names it, and nothing else is lost."""

import copy
from pathlib import Path
from typing import Any

import pytest

from backproof.candidate.loading import is_stand_in
from parity_tests.meta.sources import FUNCTION, load, missing_words, written


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
