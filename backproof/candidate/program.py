"""A program in any language as a candidate: one file in, one file out, under limits."""

import shlex
import shutil
from pathlib import Path

from backproof.candidate.reach import of_program
from backproof.candidate.run import Candidate, FailedError, Run, SkippedError
from backproof.candidate.sandbox import OVERSTEPPED, Limits, Outcome, run_limited, stopped
from backproof.candidate.scratch import scratch
from backproof.case import Case, Inputs
from backproof.errors import BackproofError
from backproof.exchange import read_trace, write_case

SKIP = 77  # exit code of a program that does not do this kind of case, as in automake
LIMITS = Limits()


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

    reach = of_program(argv)

    def run(case: Case, inputs: Inputs) -> Run:
        with scratch() as folder:
            question, answer = folder / "case.safetensors", folder / "trace.safetensors"
            write_case(question, case, inputs)
            outcome = run_limited([*argv, str(question), str(answer)], folder, LIMITS, reach)
            if outcome.code == SKIP:
                raise SkippedError(last_line(outcome.stderr) or f"{command} does not do it")
            if outcome.reason:
                raise FailedError(last_words(outcome), ends=_overstepped(outcome))
            return traced(answer, case)

    return Candidate(command, run, partial=True)


def _absolute(word: str) -> str:
    """Return a path that works from another folder, if the word is one."""
    return str(Path(word).absolute()) if Path(word).exists() else word


def _overstepped(outcome: Outcome) -> bool:
    """Say whether a limit ended it: another case would probably cost as much again."""
    return outcome.reason in {stopped(why, LIMITS) for why in OVERSTEPPED}


def traced(answer: Path, case: Case) -> Run:
    """Return what a candidate wrote; raise FailedError where that is no trace of the case."""
    try:
        return Run(read_trace(answer, case.depth))
    except (BackproofError, OSError) as error:
        sentence = str(error)
        raise FailedError(sentence[:1].upper() + sentence[1:]) from error


def last_words(outcome: Outcome) -> str:
    """Return why a candidate ended before it was done, and what it said last."""
    said = last_line(outcome.stderr)
    reason = outcome.reason or "It ended itself before it was done (os._exit or sys.exit)."
    return reason + (f" It said: {said}" if said else "")


def last_line(text: str) -> str:
    """Return what a program said last, printable and short."""
    lines = [line for line in text.splitlines() if line.strip()]
    said = lines[-1].strip() if lines else ""
    return "".join(c if c.isprintable() else "?" for c in said)[:300]
