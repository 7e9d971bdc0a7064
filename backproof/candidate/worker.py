"""The process in which someone's Python file runs: `python -m backproof.candidate.worker`.

Nothing of the judge is imported here but what reads the file and carries arrays.
"""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from backproof.candidate.loading import Source, execute, read_source
from backproof.candidate.loading.words import one_line
from backproof.candidate.tracing import as_they_are, first_lines
from backproof.errors import BackproofError
from backproof.exchange import Problem, read_case, write_trace
from backproof.trace import Array

QUESTION, TRACED, SKIPPED, FAILED = ".case", ".trace", ".skipped", ".failed"  # 007.case, ...
LINES = ".lines"  # array -> line, as JSON
PATIENCE = 10.0  # seconds to look for lines: a network of plain lists goes through thousands


def main(file: str, folder: str, wanted: str = TRACED) -> None:
    """Answer every question in a folder, one after another, with one file each.

    wanted  LINES asks for the lines that compute a trace, instead of the trace
    """
    source = read_source(Path(file))
    if wanted == LINES:
        for question in Path(folder).glob(f"*{QUESTION}"):
            question.with_suffix(LINES).write_text(json.dumps(_lines(source, question)))
        return
    for question in sorted(Path(folder).glob(f"*{QUESTION}")):
        part = question.with_suffix(".part")
        kind = _answer(source, question, part)
        part.replace(question.with_suffix(kind))


def _answer(source: Source, question: Path, part: Path) -> str:
    """Write one answer, and return its kind.

    The file is executed anew for each case: what one case leaves behind does not reach the next,
    so that a case alone gives what it gives among others.
    """
    try:
        problem = read_case(question)
        traced = _function(source)(problem)
        if traced is None:
            part.touch()
            return SKIPPED
        write_trace(part, as_trace(traced, problem))
        return TRACED
    except BackproofError as error:
        sentence = str(error)
    except (Exception, SystemExit) as error:
        sentence = f"It raised {one_line(error).rstrip('.')}{_place(source, error)}."
    part.write_text(sentence, encoding="utf-8", errors="replace")
    return FAILED


def _lines(source: Source, question: Path) -> dict[str, int]:
    """Return array -> line of the file, from a second run of a case."""
    problem = read_case(question)
    wanted = as_they_are(as_trace(_function(source)(read_case(question)), problem))
    again, until = _function(source), monotonic() + PATIENCE
    return first_lines(lambda: again(problem), source, wanted, problem, until)


def _place(source: Source, error: BaseException) -> str:
    """Return the innermost line of the file itself that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno for f in frames if f.filename == str(source.path) and f.lineno]
    return f" ({source.where(lines[-1])})" if lines else ""


def _function(source: Source) -> Callable[[Problem], Any]:
    loaded = execute(source)
    function = loaded.namespace.get("trace")
    if not callable(function):
        why = loaded.missing.get("trace", "write one, as docs/your-own-network.md shows")
        raise BackproofError(f"It defines no function trace(case): {why}.")
    return function


def as_trace(traced: Any, problem: Problem) -> dict[str, Array]:
    """Return numpy arrays by name; raise BackproofError for what cannot be one."""
    if not isinstance(traced, Mapping):
        raise BackproofError(
            f"Its trace(case) returned a {type(traced).__name__}; return a dict of arrays by name."
        )
    return {str(name): _array(str(name), value, problem) for name, value in traced.items()}


def _array(name: str, value: Any, problem: Problem) -> Array:
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    try:
        array = np.array(value, dtype=problem.dtype if isinstance(value, float | int) else None)
    except (TypeError, ValueError) as error:
        raise BackproofError(
            f"Its trace(case) gave {name}, which is no array: {one_line(error)}."
        ) from error
    if array.dtype.kind not in "fiub":
        raise BackproofError(f"Its {name} has dtype {array.dtype}; give numbers.")
    return array.reshape(()) if name == "cost" and array.size == 1 else array


if __name__ == "__main__":
    main(*sys.argv[1:])
