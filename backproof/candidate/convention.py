"""A file without trace(case), read by its conventions in a process of its own."""

from collections.abc import Sequence
from pathlib import Path

from backproof.candidate.conventions import REFUSED
from backproof.candidate.letters import Answer, read_answer, write_question
from backproof.candidate.loading import read_source
from backproof.candidate.program import last_line, last_words
from backproof.candidate.reach import of_file
from backproof.candidate.sandbox import Limits, python_argv, run_limited
from backproof.candidate.scratch import scratch
from backproof.errors import BackproofError
from backproof.exchange import Problem

LIMITS = Limits()


def answer_of(
    path: Path, name: str, problems: Sequence[Problem], panel: Sequence[Problem] = ()
) -> Answer:
    """Return what the network in a file computes on every problem that it can do.

    name   of the class or function to choose; "" for the only one
    panel  more problems, of which only those are run that suit what was found
    Raises BackproofError where the file holds no network, several, or does not come to an end.
    """
    with scratch() as folder:
        question, answer = folder / "question.safetensors", folder / "answer.safetensors"
        write_question(question, problems, panel)
        words = (str(path.absolute()), name, str(question), str(answer))
        argv = python_argv("backproof.candidate.conventions", *words)
        outcome = run_limited(argv, folder, LIMITS, of_file(read_source(path)))
        if outcome.code == REFUSED and (said := last_line(outcome.stderr)):
            raise BackproofError(said if path.name in said else f"{path.name}: {said}")
        if outcome.reason:
            raise BackproofError(f"{path.name}: {last_words(outcome)}")
        try:
            return read_answer(answer, [*problems, *panel])
        except BackproofError as error:
            raise BackproofError(f"{path.name}: {error}.") from error
