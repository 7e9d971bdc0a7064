"""A Python file with trace(case) as a candidate: one process answers all cases."""

import ast
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from backproof.candidate.letters import line_numbers
from backproof.candidate.loading import Source, read_source
from backproof.candidate.program import last_line, last_words, traced
from backproof.candidate.reach import of_file
from backproof.candidate.run import NOT_RUN, Candidate, FailedError, Run, SkippedError
from backproof.candidate.sandbox import Limits, Outcome, python_argv, run_limited
from backproof.candidate.scratch import scratch
from backproof.candidate.worker import FAILED, LINES, QUESTION, SKIPPED, TRACED
from backproof.case import Case, Inputs
from backproof.exchange import write_case

LIMITS = Limits(seconds=60.0)  # for all cases together
LONGEST = 4096  # bytes that are read of a sentence
MOST = 1 << 20  # bytes that are read of the numbers of lines


def has_trace(source: Source) -> bool:
    """Return whether a file defines trace(case), a function of one argument, at its top level."""
    arguments = [
        node.args
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "trace"
    ]
    return any(len(a.posonlyargs) + len(a.args) - len(a.defaults) == 1 for a in arguments)


@contextlib.contextmanager
def spec_candidate(
    path: Path, questions: Sequence[tuple[Case, str]], seed: int
) -> Iterator[Candidate]:
    """Run trace(case) of a file on all cases; then yield what it answered, as a candidate."""
    with scratch() as folder:
        stems = [folder / f"{number:06}" for number in range(len(questions))]
        for stem, (case, dtype) in zip(stems, questions, strict=True):
            write_case(stem.with_suffix(QUESTION), case, case.inputs(dtype, seed))
        argv = python_argv("backproof.candidate.worker", str(path.absolute()), str(folder))
        limits = replace(LIMITS, files=LIMITS.files + len(questions))
        outcome = run_limited(argv, folder, limits, of_file(read_source(path)))
        answers = Answers(path.name, outcome, stems, questions)
        yield Candidate(path.name, answers.run, partial=True)


def lines_of(path: Path, case: Case, dtype: str, seed: int) -> dict[str, int]:
    """Run trace(case) of a file on one case, twice, and return array -> line of the file.

    A file that does not answer gets no lines; no number is known to be one of the file's.
    """
    with scratch() as folder:
        stem = folder / "0"
        write_case(stem.with_suffix(QUESTION), case, case.inputs(dtype, seed))
        words = (str(path.absolute()), str(folder), LINES)
        argv = python_argv("backproof.candidate.worker", *words)
        run_limited(argv, folder, LIMITS, of_file(read_source(path)))
        answer = stem.with_suffix(LINES)
        with contextlib.suppress(OSError, ValueError, AttributeError, RecursionError):
            if answer.is_file() and not answer.is_symlink():
                with answer.open("rb") as file:
                    return line_numbers(json.loads(file.read(MOST)))
    return {}


class Answers:
    """What a process left in its folder: an answer for each case, up to the one that ended it."""

    def __init__(
        self,
        name: str,
        outcome: Outcome,
        stems: Sequence[Path],
        questions: Sequence[tuple[Case, str]],
    ) -> None:
        """Find the first case without an answer; nothing that stands after it counts."""
        self.name, self.outcome, self.stems = name, outcome, stems
        self.numbers = {(case.name, dtype): k for k, (case, dtype) in enumerate(questions)}
        self.answered = next((k for k, s in enumerate(stems) if _kind(s) == ""), len(stems))

    def run(self, case: Case, inputs: Inputs) -> Run:
        """Return the trace of a case; raise SkippedError or FailedError where there is none."""
        number = self.numbers[case.name, str(inputs.X.dtype)]
        if number > self.answered:
            raise SkippedError(NOT_RUN)
        stem = self.stems[number]
        kind = _kind(stem)
        if kind == SKIPPED:
            raise SkippedError(f"{self.name} does not do it")
        if kind == FAILED:
            raise FailedError(_sentence(stem.with_suffix(FAILED)))
        if kind == TRACED:
            return traced(stem.with_suffix(TRACED), case)
        raise FailedError(last_words(self.outcome))


def _kind(stem: Path) -> str:
    """Return which answer is there, the trace first; a link or a folder is none."""
    with contextlib.suppress(OSError):  # it may have locked its folder
        for kind in (TRACED, SKIPPED, FAILED):
            path = stem.with_suffix(kind)
            if path.is_file() and not path.is_symlink():
                return kind
    return ""


def _sentence(path: Path) -> str:
    text = b""
    with contextlib.suppress(OSError), path.open("rb") as file:
        text = file.read(LONGEST)
    return last_line(text.decode(errors="replace")) or "It failed without a word."
