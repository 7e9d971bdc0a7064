"""A file of runs: what went in, what came out, and what was expected, with error bars.

It is safetensors.  The arrays of run number n are called n/input/X, n/actual/dW1, n/value/dW1 and
n/sigma/dW1; everything else stands in the metadata, as JSON.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from backproof.errors import MALFORMED, BackproofError
from backproof.scan import Expected
from backproof.trace import Array, Trace

FORMAT = "backproof-record 1"
ROLES = ("input", "actual", "value", "sigma")
LARGEST = 2**32  # bytes of a file that is read
WORDS = ("target", "candidate", "case", "dtype")  # that describe a run


@dataclass(frozen=True)
class Run:
    """One candidate on one case: the first iteration.

    settings  of the case: learning_rate, loss, ..., seed
    inputs    W1, b1, ..., X and Y
    actual    the arrays that it computed
    expected  the reference's values of those arrays, with the standard deviation of each
    """

    target: str
    candidate: str
    case: str
    dtype: str
    settings: Mapping[str, str]
    inputs: Trace
    actual: Trace
    expected: Mapping[str, Expected]


@dataclass(frozen=True)
class Record:
    """Some runs, with the environment and the date in which they were made."""

    date: str
    environment: Mapping[str, str]
    runs: Sequence[Run]


def rendered(record: Record) -> bytes:
    """Return the bytes of the file."""
    arrays: dict[str, Array] = {}
    for number, run in enumerate(record.runs):
        roles: dict[str, Mapping[str, Any]] = {
            "input": run.inputs,
            "actual": run.actual,
            "value": {name: e.value for name, e in run.expected.items()},
            "sigma": {name: e.sigma for name, e in run.expected.items()},
        }
        for role, found in roles.items():
            for name, array in found.items():
                arrays[f"{number}/{role}/{name}"] = np.asarray(array, order="C")
    metadata = {
        "format": FORMAT,
        "date": record.date,
        "environment": json.dumps(dict(record.environment)),
        "runs": json.dumps([_described(run) for run in record.runs]),
    }
    return save(arrays, metadata)


def _described(run: Run) -> dict[str, Any]:
    words = {name: getattr(run, name) for name in WORDS}
    return words | {"settings": dict(run.settings), "arrays": list(run.actual)}


def read_record(path: Path) -> Record:
    """Return the runs in a file.

    Raises BackproofError where it is missing, too large, or not what `backproof record` writes.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BackproofError(f"{path} is larger than {LARGEST >> 30} GiB: it is no record.")
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise BackproofError(
                    f"{path} is no record of this backproof: write it with backproof record."
                )
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return _parsed(metadata, arrays)
    except OSError as error:
        reason = error.strerror or "it is no file that can be read"
        raise BackproofError(f"Cannot read {path}: {reason}.") from error
    except (SafetensorError, *MALFORMED) as error:
        said = " ".join(str(error).split())
        raise BackproofError(f"{path} is no record that can be read ({said}).") from error


def _parsed(metadata: Mapping[str, str], arrays: Trace) -> Record:
    runs = [_run(arrays, n, words) for n, words in enumerate(json.loads(metadata["runs"]))]
    return Record(metadata["date"], dict(json.loads(metadata["environment"])), runs)


def _run(arrays: Trace, number: int, words: Mapping[str, Any]) -> Run:
    roles: dict[str, Trace] = {}
    for role in ROLES:
        start = f"{number}/{role}/"
        roles[role] = {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}
    names = [str(name) for name in words["arrays"]]
    expected = {name: Expected(roles["value"][name], roles["sigma"][name]) for name in names}
    for name, bars in expected.items():
        if not bars.value.shape == bars.sigma.shape or bars.value.dtype != bars.sigma.dtype:
            raise ValueError(f"the error bars of {name} do not fit its values")
    target, candidate, case, dtype = (str(words[name]) for name in WORDS)
    settings = {str(k): str(v) for k, v in words["settings"].items()}
    actual = {name: roles["actual"][name] for name in names}
    return Run(target, candidate, case, dtype, settings, roles["input"], actual, expected)
