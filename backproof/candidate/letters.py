"""Letters between the judge and the process that reads a file by convention: safetensors both ways.

The question holds every problem of the menu; the answer what the file computed, and how it was
read.  Nothing in the answer is believed: names, sizes and types are checked.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from backproof.errors import MALFORMED, BackproofError
from backproof.exchange import Problem, save
from backproof.trace import Array, Trace

LARGEST = 1 << 26  # bytes of an answer
LONGEST = 400  # characters of a sentence
UPDATE, UPDATES = "-update-", 3  # of one problem in a row, each a problem from the second on
MOST = 40  # arrays that are named though they are not judged
ARRAY = re.compile(r"[ZAWbd][Wb]?\d+|cost|recovered")


@dataclass(frozen=True)
class Answer:
    """What a file computed.

    words          how it was read
    calls          which functions were called, in order
    learning_rate  with which it updated; None where the file hides it
    outputs        number of outputs that its own script uses; None where it does not say
    notes          what the user should know, one sentence each
    parameters     problem -> the parameters that the file has: no b1 where it has no bias
    traces         problem -> trace; "recovered" marks gradients that are before - after
    again          the same, called a second time
    lines          problem -> array -> line of the file, or of its cells one below the other
    unread         problem -> what the file shows there and nobody reads -> why
    left_out       problem of the panel -> why it was not computed
    unsteady       problem -> why one question gets different answers
    """

    words: str
    calls: str
    learning_rate: float | None
    outputs: int | None
    notes: tuple[str, ...]
    parameters: dict[str, tuple[str, ...]]
    traces: dict[str, Trace]
    again: dict[str, Trace]
    lines: dict[str, dict[str, int]] = field(default_factory=dict)
    unread: dict[str, dict[str, str]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    unsteady: dict[str, str] = field(default_factory=dict)


def write_question(path: Path, problems: Sequence[Problem], panel: Sequence[Problem] = ()) -> None:
    """Write every problem, and those of the panel: numbers that float32 can hold."""
    arrays: dict[str, Array] = {}
    for problem in (*problems, *panel):
        parts = (*problem.parameters.values(), problem.X, problem.Y)
        arrays[problem.name] = np.concatenate([p.ravel() for p in parts]).astype(np.float32)
    sizes = [{p.name: (p.layer_dims, p.X.shape[1]) for p in part} for part in (problems, panel)]
    save(arrays, path, {"problems": json.dumps(sizes)})


def read_question(path: Path, learning_rate: float) -> tuple[list[Problem], list[Problem]]:
    """Return the problems that write_question wrote, and the panel."""
    with safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        parts = json.loads(file.metadata()["problems"])
    usual, panel = (
        [_problem(name, arrays[name], dims, m, learning_rate) for name, (dims, m) in part.items()]
        for part in parts
    )
    return usual, panel


def _problem(name: str, numbers: Array, dims: list[int], m: int, learning_rate: float) -> Problem:
    shapes: dict[str, tuple[int, int]] = {}
    for l, (n_in, n_out) in enumerate(pairwise(dims), 1):
        shapes |= {f"W{l}": (n_out, n_in), f"b{l}": (n_out, 1)}
    shapes |= {"X": (dims[0], m), "Y": (dims[-1], m)}
    ends = np.cumsum([height * width for height, width in shapes.values()])
    arrays = {
        key: part.reshape(shape).astype(np.float64)
        for (key, shape), part in zip(shapes.items(), np.split(numbers, ends[:-1]), strict=True)
    }
    X, Y = arrays.pop("X"), arrays.pop("Y")
    return Problem(name, arrays, X, Y, tuple(dims), "", "", "", learning_rate, "float64")


def write_answer(path: Path, answer: Answer) -> None:
    """Write what a file computed; what is no array of numbers is left out."""
    arrays = {}
    for folder, traces in (("", answer.traces), ("again/", answer.again)):
        for problem, trace in traces.items():
            for name, value in trace.items():
                array = np.asarray(value)
                if array.dtype.kind in "fiub":
                    arrays[f"{folder}{problem}/{name}"] = np.ascontiguousarray(array).reshape(
                        array.shape
                    )
    words = {
        "words": answer.words,
        "calls": answer.calls,
        "learning_rate": answer.learning_rate,
        "outputs": answer.outputs,
        "notes": list(answer.notes),
        "parameters": answer.parameters,
        "lines": answer.lines,
        "unread": answer.unread,
        "left_out": answer.left_out,
        "unsteady": answer.unsteady,
    }
    save(arrays, path, {"answer": json.dumps(words)})


def read_answer(path: Path, problems: Iterable[Problem]) -> Answer:
    """Return the answer; raise BackproofError where it is none, or says what cannot be."""
    if not path.is_file() or path.is_symlink():
        raise BackproofError("it ended itself before it was done (os._exit or sys.exit)")
    if path.stat().st_size > LARGEST:
        raise BackproofError(f"its answer is larger than {LARGEST >> 20} MiB")
    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            said = json.loads(file.metadata()["answer"])
        traces: dict[str, dict[str, Trace]] = {"": {}, "again": {}}
        known = {problem.name for problem in problems}
        known |= {f"{name}{UPDATE}{number}" for name in known for number in range(2, UPDATES + 1)}
        for key, value in arrays.items():
            *folder, problem, name = key.split("/")
            if problem not in known or not ARRAY.fullmatch(name) or folder not in ([], ["again"]):
                raise BackproofError(f"its answer holds '{_short(key)}', which was not asked for")
            traces["".join(folder)].setdefault(problem, {})[name] = value
        return Answer(**_checked(said), traces=traces[""], again=traces["again"])
    except (SafetensorError, OSError, *MALFORMED) as error:
        raise BackproofError(f"its answer cannot be read ({_short(str(error))})") from error


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    rate, outputs = said["learning_rate"], said["outputs"]
    if rate is not None and not (isinstance(rate, int | float) and 0 < rate < 1e6):
        raise ValueError("its learning rate")
    return {
        "words": _short(said["words"]),
        "calls": _short(said["calls"]),
        "learning_rate": None if rate is None else float(rate),
        "outputs": outputs if isinstance(outputs, int) else None,
        "notes": tuple(_short(note) for note in said["notes"][:8]),
        "parameters": {str(k): tuple(map(str, v)) for k, v in said["parameters"].items()},
        "lines": {str(k): line_numbers(v) for k, v in said.get("lines", {}).items()},
        "unread": {str(k): _reasons(v) for k, v in said.get("unread", {}).items()},
        "left_out": _reasons(said.get("left_out", {})),
        "unsteady": _reasons(said.get("unsteady", {})),
    }


def _reasons(said: Mapping[Any, Any]) -> dict[str, str]:
    return {_short(what): _short(why) for what, why in islice(said.items(), MOST)}


def line_numbers(said: Any) -> dict[str, int]:
    """Return array -> number of a line, of what looks like one; the file may have as many or not.

    Raises AttributeError where it is no mapping.
    """
    return {
        name: number
        for name, number in said.items()
        if isinstance(name, str) and ARRAY.fullmatch(name) and type(number) is int
    }


def _short(text: Any) -> str:
    """Return a stranger's words, printable and of bounded length."""
    return "".join(c if c.isprintable() else "?" for c in str(text))[:LONGEST]
