"""One mutant under test: a child process imports it in place of the module, and runs the tests.

cosmic-ray's own execution writes a mutant over the module and starts the tests in a new process.
Here nothing is written: the child is forked from a process that has imported torch already, so
that a mutant costs a second and not three, and the mutant is put in place by a finder of modules.
"""

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from parity_tests.mutation.mutants import Mutant

HEAVY = ("torch", "numpy", "pytest", "hypothesis", "backproof.cases", "impl_torch")
NAMES = ("formulas", "steps", "promises", "guards", "dtypes", "notebook", "misfits")
TESTS = tuple(f"parity_tests/test_{name}.py" for name in NAMES)  # the others could only kill more


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    state  "killed", "timeout" (killed too), or "survived"
    by     the test file that killed it, "" where none did
    """

    state: str
    by: str = ""


def warm() -> None:
    """Import what all children need and no mutant can be in."""
    for name in HEAVY:
        importlib.import_module(name)
    loaded = [name for name in sys.modules if name.split(".")[0] == "impl_numpy"]
    if loaded:
        raise RuntimeError(f"{loaded[0]} is loaded: a child would not import the mutant.")
    gc.freeze()  # the children's collector leaves the shared pages alone


def outcome(mutant: Mutant | None, tests: Sequence[str] = TESTS, seconds: float = 600) -> Outcome:
    """Run the tests in a child, up to the first that fails; no mutant: the code as it is.

    Call warm() before.  A child that has not answered in so many seconds is ended.
    """
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(mutant, tests, sender))
    child.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            return Outcome("timeout")
        return receiver.recv()
    except EOFError as error:
        raise RuntimeError(f"no answer from the child that tested {mutant}") from error
    finally:
        child.kill()
        child.join()
        receiver.close()


def _child(mutant: Mutant | None, tests: Sequence[str], sender: Connection) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if mutant is not None:
        sys.meta_path.insert(0, Finder(mutant))
    killer = next((test for test in tests if _fails(test)), "")
    sender.send(Outcome("killed", Path(killer).name) if killer else Outcome("survived"))


def _fails(test: str) -> bool:
    """Tell whether a test of this file fails, or the file cannot even be imported."""
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain"]
    return pytest.main([test, *arguments]) != pytest.ExitCode.OK


class Loader(SourceFileLoader):
    """Loads a module's file, with the mutant's source."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.mutated = source

    def get_code(self, _: str) -> CodeType:
        return compile(self.mutated, self.path, "exec")


class Finder(MetaPathFinder):
    """Finds the mutant where impl_numpy's module is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, path: Any, _: Any = None) -> ModuleSpec | None:
        if fullname != f"impl_numpy.{self.mutant.module}":
            return None
        file = str(Path(path[0]) / f"{self.mutant.module}.py")
        return spec_from_loader(fullname, Loader(fullname, file, self.mutant.source))
