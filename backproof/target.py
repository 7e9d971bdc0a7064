"""What is judged: the two twins, a program, or a Python file that says how to trace it.

A target is plain data, so that it travels to the worker process that turns it into candidates.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from backproof.candidate import Candidate
from backproof.errors import BackproofError


class Target(Protocol):
    """Something that can be judged."""

    @property
    def words(self) -> str:
        """What names it on the command line."""

    def candidates(self) -> list[Candidate]:
        """Return the candidates; raise BackproofError where there is nothing to be judged."""


@dataclass(frozen=True)
class Twins:
    """The NumPy network and the PyTorch one, the latter on a device."""

    device: str = "cpu"

    @property
    def words(self) -> str:
        """The device, unless it is the usual one."""
        return "" if self.device == "cpu" else f"--device {self.device}"

    def candidates(self) -> list[Candidate]:
        """Return both twins."""
        from backproof.twins import numpy_candidate, refuse_missing_device, torch_candidate

        refuse_missing_device(self.device)
        return [numpy_candidate(), torch_candidate(self.device)]


@dataclass(frozen=True)
class Program:
    """A program in any language, by the command that starts it."""

    command: str

    @property
    def words(self) -> str:
        """The option --cmd."""
        return f"--cmd {shlex.quote(self.command)}"

    def candidates(self) -> list[Candidate]:
        """Return the program."""
        from backproof.candidate.program import command_candidate

        return [command_candidate(self.command)]


@dataclass(frozen=True)
class PythonFile:
    """A Python file that defines trace(case)."""

    path: Path

    @property
    def words(self) -> str:
        """The path."""
        return shlex.quote(str(self.path))

    def candidates(self) -> list[Candidate]:
        """Return the function trace of the file."""
        from backproof.candidate.program import spec_candidate

        if not self.path.is_file():
            what = "is a folder" if self.path.is_dir() else "is not there"
            raise BackproofError(f"{self.path} {what}: give the path of a Python file.")
        return [spec_candidate(self.path)]
