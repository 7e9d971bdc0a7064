"""Packages imported from a folder, side by side with other copies of the same packages."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


def imported(tree: Path, names: Sequence[str]) -> dict[str, ModuleType]:
    """Import packages from the folder `tree`, whether or not other copies are imported already.

    What is imported is forgotten again at once, so that the next call imports afresh; the modules
    go on working, since they hold each other.  A package that `tree` does not have is left out.
    An import inside a function, which runs later, would find the installed package: such code
    cannot be compared.
    """
    before = _taken_out(names)
    sys.path.insert(0, str(tree))
    importlib.invalidate_caches()
    try:
        there = [name for name in names if (tree / name / "__init__.py").is_file()]
        return {name: importlib.import_module(name) for name in there}
    finally:
        sys.path.remove(str(tree))
        _taken_out(names)
        sys.modules.update(before)


def _taken_out(names: Sequence[str]) -> dict[str, ModuleType]:
    """Take packages and all of their modules out of sys.modules, and return them."""
    mine = [key for key in sys.modules if key.partition(".")[0] in names]
    return {key: sys.modules.pop(key) for key in mine}
