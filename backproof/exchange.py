"""Cases and traces as files: safetensors, which holds arrays and nothing that could be executed.

docs/any-language.md describes the bytes.  Reading trusts nothing: size, names, shapes and types are
checked before a number is looked at.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from backproof.case import Case, Inputs
from backproof.errors import MALFORMED, BackproofError, no_room
from backproof.trace import Array, Trace, trace_names

FORMAT = "1"
# what the system said, in a message of safetensors, whatever its version
TROUBLE = re.compile(r'(?:I/O error: |message: ")([^"(]*[^"( ])')
LARGEST_TRACE = 2**28  # bytes


def save(arrays: Mapping[str, Array], path: Path, metadata: dict[str, str] | None = None) -> None:
    """Write arrays with metadata as safetensors; raise BackproofError where there is no room."""
    try:
        save_file({k: np.asarray(v, order="C") for k, v in arrays.items()}, path, metadata)
    except SafetensorError as error:
        trouble = TROUBLE.search(str(error))
        if not trouble:
            raise
        raise no_room(trouble[1]) from error


def write_case(path: Path, case: Case, inputs: Inputs) -> None:
    """Write parameters, X and Y, with the case's hyper-parameters as metadata (strings)."""
    arrays = {**inputs.parameters, "X": inputs.X, "Y": inputs.Y}
    metadata = {
        "format": FORMAT,
        "case": case.name,
        "layer_dims": json.dumps(case.layer_dims),
        "hidden": case.hidden if isinstance(case.hidden, str) else json.dumps(case.hidden),
        "output": case.output,
        "loss": case.loss,
        "reduction": case.reduction,
        "learning_rate": repr(case.learning_rate),
        "dtype": str(inputs.X.dtype),
    }
    save(arrays, path, metadata)


@dataclass(frozen=True)
class Problem:
    """A case as a program gets it: what to compute, and with which numbers.

    name        of the case
    parameters  {"W1" (n_1, n_x), "b1" (n_1, 1), ...}
    X, Y        (n_x, m), (n_out, m): one example a column
    hidden, output, loss, reduction  as in backproof.case.Case
    dtype       "float64" or "float32": of every array, in and out
    """

    name: str
    parameters: dict[str, Array]
    X: Array
    Y: Array
    layer_dims: tuple[int, ...]
    hidden: str | tuple[str, ...]
    output: str
    loss: str
    learning_rate: float
    dtype: str
    reduction: str = "mean"


def read_case(path: Path) -> Problem:
    """Return the case that write_case wrote."""
    with safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = file.metadata()
    X, Y = arrays.pop("X"), arrays.pop("Y")
    return Problem(
        metadata["case"],
        arrays,
        X,
        Y,
        tuple(json.loads(metadata["layer_dims"])),
        _hidden(metadata["hidden"]),
        metadata["output"],
        metadata["loss"],
        float(metadata["learning_rate"]),
        metadata["dtype"],
        metadata.get("reduction", "mean"),
    )


def _hidden(text: str) -> str | tuple[str, ...]:
    return tuple(json.loads(text)) if text.startswith("[") else text


def write_trace(path: Path, trace: Mapping[str, Array]) -> None:
    """Write a trace; each array keeps its name, shape and precision."""
    save(trace, path)


def read_trace(path: Path, depth: int) -> Trace:
    """Return the arrays of a trace, in order of computation.

    Raises BackproofError where the file is missing, too large, not safetensors, or holds a name
    that no trace of `depth` layers has.
    """
    if not path.is_file() or path.is_symlink():
        raise BackproofError(f"it wrote no trace: {path.name} is not there")
    if path.stat().st_size > LARGEST_TRACE:
        raise BackproofError(f"its trace is larger than {LARGEST_TRACE >> 20} MiB")
    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, *MALFORMED) as error:
        raise BackproofError(f"its trace is no safetensors file with numbers ({error})") from error
    known = list(trace_names(depth))
    unknown = sorted(set(arrays) - set(known))
    if unknown:
        raise BackproofError(
            f"its trace holds '{unknown[0]}', which no network of {depth} layers has; the names "
            f"are {', '.join(known)}"
        )
    if not arrays:
        raise BackproofError("its trace holds no array")
    return {name: arrays[name] for name in known if name in arrays}
