"""What is judged: the two twins, a program, or a Python file.

A target is plain data, so that it travels to the worker process that judges it.
"""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from backproof.candidate import Candidate, FailedError, SkippedError
from backproof.case import Case
from backproof.errors import BackproofError
from backproof.suite.request import Request
from backproof.verdict import CaseReport, TargetReport

if TYPE_CHECKING:
    from backproof.candidate.loading import Source


class Target(Protocol):
    """Something that can be judged."""

    @property
    def words(self) -> str:
        """What names it on the command line."""

    def parts(self, request: Request) -> list[Request]:
        """Return what can be judged side by side, in order."""

    def judge(self, request: Request) -> TargetReport:
        """Judge one part; `refused` says that nothing more of the target is to be judged.

        Raises BackproofError where nothing of it can be.
        """


@dataclass(frozen=True)
class Twins:
    """The NumPy network and the PyTorch one, the latter on a device."""

    device: str = "cpu"

    @property
    def words(self) -> str:
        """The device, unless it is the usual one."""
        return "" if self.device == "cpu" else f"--device {self.device}"

    def parts(self, request: Request) -> list[Request]:
        """Return each case by itself."""
        return request.single()

    def judge(self, request: Request) -> TargetReport:
        """Judge both twins."""
        from backproof.twins import numpy_candidate, refuse_missing_device, torch_candidate

        refuse_missing_device(self.device)
        return _judged(self.words, request, [numpy_candidate(), torch_candidate(self.device)])


@dataclass(frozen=True)
class Parallel:
    """The PyTorch twin under DistributedDataParallel, on so many processes."""

    ranks: int
    device: str = "cpu"

    @property
    def words(self) -> str:
        """The option --ddp."""
        return f"--ddp {self.ranks}"

    def parts(self, request: Request) -> list[Request]:
        """Return all at once: the processes are started once for all cases."""
        return [request]

    def judge(self, request: Request) -> TargetReport:
        """Judge it with even shares and with uneven ones, and name a mistake in sharing."""
        from backproof.parallel import (
            KINDS,
            Ranks,
            mistakes_in,
            parallel_candidate,
            refuse_impossible,
        )

        refuse_impossible(self.ranks, self.device)
        with Ranks(self.ranks, self.device) as ranks:
            candidates = {kind: parallel_candidate(ranks, kind) for kind in KINDS}
            report = _judged(self.words, request, list(candidates.values()))
            notes = tuple(mistakes_in(report, request, candidates, self.ranks))
        return replace(report, notes=notes)


@dataclass(frozen=True)
class Program:
    """A program in any language, by the command that starts it."""

    command: str

    @property
    def words(self) -> str:
        """The option --cmd."""
        return f"--cmd {shlex.quote(self.command)}"

    def parts(self, request: Request) -> list[Request]:
        """Return each case by itself."""
        return request.single()

    def judge(self, request: Request) -> TargetReport:
        """Judge the program."""
        from backproof.candidate.program import command_candidate

        return _judged(self.words, request, [command_candidate(self.command)])


@dataclass(frozen=True)
class PythonFile:
    """A Python file or a notebook, and which of its networks is meant ("": the only one)."""

    words: str
    path: Path
    name: str = ""

    def parts(self, request: Request) -> list[Request]:
        """Return all at once: one process runs all cases of a file."""
        return [request]

    def judge(self, request: Request) -> TargetReport:
        """Judge by its trace(case), if it defines one, else by convention."""
        from backproof.candidate.loading import read_source
        from backproof.candidate.spec import has_trace

        source = read_source(self.path)
        if has_trace(source):
            return self._judge_trace(request, source)
        return self._judge_convention(request)

    def _judge_trace(self, request: Request, source: "Source") -> TargetReport:
        from backproof.candidate.quoting import quoted
        from backproof.candidate.spec import lines_of, spec_candidate

        if self.name not in ("", "trace"):
            raise BackproofError(
                f"{self.path.name} defines trace(case), which speaks for all of it: leave out "
                f"':{self.name}'."
            )
        with spec_candidate(self.path, request.questions(), request.seed) as candidate:
            report = _judged(self.words, request, [candidate])
        differs = {(case.case, case.dtype) for case in report.judged if case.verdict == "differ"}
        bad = [one for one in request.questions() if (one[0].name, one[1]) in differs]
        numbers = lines_of(self.path, *bad[0], request.seed) if bad else {}
        lines = quoted(source, self.path, numbers)
        notes = (*report.notes, *filter(None, [request.left_out]))
        return replace(report, reading="its function trace(case)", lines=lines, notes=notes)

    def _judge_convention(self, request: Request) -> TargetReport:
        from backproof.own.judging import judge_file

        if request.random:
            raise BackproofError(
                f"--cases makes random cases for a trace(case), and {self.path.name} defines none: "
                "leave it out."
            )
        dtypes, cases = list(request.dtypes), list(request.names)
        report = judge_file(
            self.path, self.name, dtypes, request.seed, cases, pictured=request.pictured
        )
        return replace(report, target=self.words)


@dataclass(frozen=True)
class Nowhere:
    """A word on the command line that names nothing, among others that do."""

    words: str
    sentence: str

    def parts(self, request: Request) -> list[Request]:
        """Return all at once."""
        return [request]

    def judge(self, request: Request) -> TargetReport:  # noqa: ARG002
        """Say why it names nothing."""
        return TargetReport(self.words, [], refused=self.sentence)


def _judged(words: str, request: Request, candidates: list[Candidate]) -> TargetReport:
    from backproof.judge import judge_case

    cases, refused = [], ""
    for case, dtype in request.questions():
        try:
            cases.append(judge_case(case, dtype, request.seed, candidates, request.pictured))
        except SkippedError as error:
            cases.append(unjudged(case, dtype, request, skipped=str(error)))
        except FailedError as error:
            cases.append(unjudged(case, dtype, request, refused=str(error)))
            refused = f"{words} on case {case.name}: {error}" if error.ends else refused
    return TargetReport(words, cases, refused=refused)


def unjudged(
    case: Case, dtype: str, request: Request, skipped: str = "", refused: str = ""
) -> CaseReport:
    """Return the report of a case without a verdict, which says why there is none."""
    seed = request.seed
    return CaseReport(case.name, case.why, dtype, seed, 0, [], skipped=skipped, refused=refused)
