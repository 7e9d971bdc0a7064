"""The process in which someone's Python file runs: `python -m backproof.candidate.worker`.

Nothing of the judge is imported here but what reads the file and carries arrays.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from backproof.candidate.loading import execute, read_source
from backproof.candidate.program import REFUSED, SKIP
from backproof.errors import BackproofError
from backproof.exchange import Problem, read_case, write_trace
from backproof.trace import Array


def main(file: str, question: str, answer: str) -> int:
    """Run trace(case) of a file on one case; return the exit code."""
    try:
        function = _function(Path(file))
        problem = read_case(Path(question))
        traced = function(problem)
        if traced is None:
            return SKIP
        write_trace(Path(answer), as_trace(traced, f"{Path(file).name} on {problem.name}", problem))
    except BackproofError as error:
        print(" ".join(str(error).split()), file=sys.stderr)  # noqa: T201
        return REFUSED
    return 0


def _function(path: Path) -> Any:
    function = execute(read_source(path)).namespace.get("trace")
    if not callable(function):
        raise BackproofError(
            f"{path.name} defines no function trace(case): write one that returns what your "
            "network computes, as docs/your-own-network.md shows."
        )
    return function


def as_trace(traced: Any, where: str, problem: Problem) -> dict[str, Array]:
    """Return numpy arrays by name; raise BackproofError for what cannot be one."""
    if not isinstance(traced, Mapping):
        raise BackproofError(
            f"{where}: trace(case) returned a {type(traced).__name__}; return a dict of arrays by "
            "name."
        )
    return {str(name): _array(str(name), value, where, problem) for name, value in traced.items()}


def _array(name: str, value: Any, where: str, problem: Problem) -> Array:
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    try:
        array = np.array(value, dtype=problem.dtype if isinstance(value, float | int) else None)
    except (TypeError, ValueError) as error:
        raise BackproofError(
            f"{where}: trace(case) gave {name}, which is no array: {error}."
        ) from error
    if array.dtype.kind not in "fiub":
        raise BackproofError(f"{where}: {name} has dtype {array.dtype}; give numbers.")
    return array.reshape(()) if name == "cost" and array.size == 1 else array


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
