"""The process in which a file is read: `python -m backproof.candidate.conventions`."""

import contextlib
import os
import sys
from pathlib import Path

from backproof.candidate.conventions import RATE, REFUSED
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.reader import read
from backproof.candidate.letters import read_question, write_answer
from backproof.candidate.loading import execute, read_source
from backproof.errors import BackproofError


def main(path: str, name: str, question: str, answer: str) -> int:
    """Read a file, run its network on every problem, write the answer; return the exit code."""
    try:
        problems, panel = read_question(Path(question), RATE)
        source = read_source(Path(path))
        loaded = execute(source)
        file = File(
            Path(path).name,
            loaded.namespace,
            source.constructions,
            source.text,
            missing=loaded.missing,
            source=source,
        )
        write_answer(Path(answer), read(file, name, problems, panel))
    except BackproofError as error:
        print(" ".join(str(error).split()), file=sys.stderr)  # noqa: T201
        return REFUSED
    return 0


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError, OSError, AttributeError):  # it may have closed them
            stream.flush()
    os._exit(code)  # whatever threads the file has left running
