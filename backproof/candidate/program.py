"""A program in any language as a candidate: one file in, one file out, under limits."""

import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from backproof.candidate.run import Candidate, Run, SkippedError
from backproof.candidate.sandbox import Limits, Outcome, run_limited
from backproof.case import Case, Inputs
from backproof.errors import BackproofError
from backproof.exchange import read_trace, write_case

SKIP = 77  # exit code of a program that does not do this kind of case, as in automake
REFUSED = 65  # exit code of our own worker: what it said last is the whole sentence


def command_candidate(command: str) -> Candidate:
    """Return the program started by a command line; raise BackproofError if there is none.

    The program gets two more arguments, the path of the case and the path of the trace to write.
    """
    words = shlex.split(command)
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise BackproofError(
            f"There is no program '{words[0] if words else command}': give --cmd a command that "
            "starts from here, such as --cmd ./my_net."
        )
    argv = [str(Path(program).absolute()), *(_absolute(word) for word in words[1:])]
    return _candidate(command, argv)


def spec_candidate(path: Path) -> Candidate:
    """Return the function trace(case) of a Python file as a candidate."""
    worker = [sys.executable, "-m", "backproof.candidate.worker"]
    return _candidate(path.name, [*worker, str(path.absolute())])


def _absolute(word: str) -> str:
    """Return a path that works from another folder, if the word is one."""
    return str(Path(word).absolute()) if Path(word).exists() else word


def _candidate(name: str, argv: Sequence[str]) -> Candidate:
    def run(case: Case, inputs: Inputs) -> Run:
        with tempfile.TemporaryDirectory(prefix="backproof-") as name_of_folder:
            folder = Path(name_of_folder)
            question, answer = folder / "case.safetensors", folder / "trace.safetensors"
            write_case(question, case, inputs)
            outcome = run_limited([*argv, str(question), str(answer)], folder, Limits())
            said = _last_line(outcome.stderr)
            if outcome.code == SKIP:
                raise SkippedError(said or f"{name} does not do it")
            if outcome.code == REFUSED and said:
                raise BackproofError(said)
            try:
                _refuse_failure(outcome)
                return Run(read_trace(answer, case.depth))
            except BackproofError as error:
                raise BackproofError(f"{name} on case {case.name}: {error}") from error

    return Candidate(name, run, partial=True)


def _refuse_failure(outcome: Outcome) -> None:
    if outcome.reason:
        said = _last_line(outcome.stderr)
        raise BackproofError(outcome.reason + (f"  It said: {said}" if said else ""))


def _last_line(text: str) -> str:
    """Return what a program said last, printable and short."""
    lines = [line for line in text.splitlines() if line.strip()]
    said = lines[-1].strip() if lines else ""
    return "".join(c if c.isprintable() else "?" for c in said)[:300]
