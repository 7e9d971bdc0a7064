"""What a word on the command line stands for: a file, or a module, and perhaps a name in it."""

import sys
from pathlib import Path

from backproof.errors import BackproofError


def located(word: str) -> tuple[Path, str]:
    """Return the file that `my_net.py:Net` or `package.module:Net` means, and "Net".

    A path that exists is taken as it stands. No package is imported: a module is looked for as a
    file, in the current folder and on sys.path.

    Raises BackproofError where there is no such file or module.
    """
    if Path(word).exists():
        place, name = word, ""
    else:
        place, _, name = word.rpartition(":") if ":" in word else (word, "", "")
    path = Path(place) if place and Path(place).exists() else _module(place)
    if path is None:
        raise BackproofError(_missing(place or word or "''"))
    if path.is_dir():
        raise BackproofError(f"{path} is a folder: give the path of a Python file or a notebook.")
    return path, name


def _module(dotted: str) -> Path | None:
    if not _may_be_module(dotted):
        return None
    parts = dotted.split(".")
    for folder in ("", *sys.path):
        stem = Path(folder, *parts)
        for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
            if path.is_file():
                return path
    return None


def _may_be_module(dotted: str) -> bool:
    return all(part.isidentifier() for part in dotted.split("."))


def _missing(place: str) -> str:
    if Path(place).suffix in (".py", ".ipynb") or not _may_be_module(place):
        return f"{place} is not there: give the path of a Python file or a notebook."
    return (
        f"{place} is not there: there is no file of that name, and no such module in the current "
        "folder or on sys.path; give the path of a Python file or a notebook."
    )
