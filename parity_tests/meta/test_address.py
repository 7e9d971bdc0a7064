"""What a word on the command line stands for; no package is imported to find out."""

import sys
from pathlib import Path

import pytest

from backproof.errors import BackproofError
from backproof.suite.address import located

TRAP = "raise SystemExit('imported')\n"
FILES = (
    "net.py",
    "my net.ipynb",
    "net.py:odd",
    "box/__init__.py",
    "box/inner/deep.py",
    "bare/x.py",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        (tmp_path / "here" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "here" / name).write_text(TRAP)
    (tmp_path / "there" / "far").mkdir(parents=True)
    (tmp_path / "there" / "far" / "away.py").write_text(TRAP)
    (tmp_path / "there" / "net.py").write_text(TRAP)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend(tmp_path / "there")
    return tmp_path


@pytest.mark.parametrize(
    ("word", "path", "name"),
    [
        ("net.py", "net.py", ""),
        ("./net.py", "net.py", ""),
        ("my net.ipynb", "my net.ipynb", ""),
        ("net.py:Net", "net.py", "Net"),
        ("net.py:", "net.py", ""),
        ("net.py:odd", "net.py:odd", ""),
        ("net.py:odd:Net", "net.py:odd", "Net"),
        ("net", "net.py", ""),
        ("net:Net", "net.py", "Net"),
        ("box:Net", "box", None),
        ("box.inner.deep:Net", "box/inner/deep.py", "Net"),
        ("box.inner.deep", "box/inner/deep.py", ""),
        ("bare.x", "bare/x.py", ""),
    ],
)
def test_a_word_names_a_file(word: str, path: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(BackproofError, match=r"^box is a folder: give the path of a Python"):
            located(word)
    else:
        assert located(word) == (Path(path), name)
    assert not {"net", "box", "bare"} & set(sys.modules)


def test_a_module_is_found_on_the_path_and_a_package_by_its_init(folder: Path) -> None:
    assert located("far.away:Net") == (folder / "there" / "far" / "away.py", "Net")
    (folder / "there" / "whole").mkdir()
    (folder / "there" / "whole" / "__init__.py").write_text(TRAP)
    assert located("whole") == (folder / "there" / "whole" / "__init__.py", "")
    assert not {"far", "whole"} & set(sys.modules)


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("nothing", "nothing is not there: there is no file of that name, and no such module in"),
        ("box.outer:Net", "box.outer is not there: there is no file of that name, and no such"),
        ("far", "far is not there: there is no file of that name"),
        ("nothing.py", "nothing.py is not there: give the path of a Python file or a notebook."),
        ("nothing.py:Net", "nothing.py is not there: give the path"),
        ("box/nothing", "box/nothing is not there: give the path"),
        (":Net", ":Net is not there: give the path"),
        ("", "'' is not there: give the path"),
        ("box", "box is a folder: give the path of a Python file or a notebook."),
    ],
)
def test_what_names_nothing_gets_a_sentence(word: str, words: str) -> None:
    with pytest.raises(BackproofError) as error:
        located(word)
    assert str(error.value).startswith(words)
    assert "\n" not in str(error.value)
