"""Two real data sets, bundled with scikit-learn: nothing is downloaded.

Without scikit-learn the cases that need them are left out of the table, and that is said.

They are read straight from scikit-learn's installed files: importing it takes longer than judging
the whole table of cases.
"""

import importlib.util
from pathlib import Path

import numpy as np

from backproof.errors import BackproofError
from backproof.trace import Array

CASES = ("breast-cancer", "digits")  # that need them


def breast_cancer() -> tuple[Array, Array]:
    """Return Breast Cancer Wisconsin: X (30, 569) standardised, Y (1, 569) in {0, 1}."""
    table = np.loadtxt(_file("breast_cancer.csv"), delimiter=",", skiprows=1)
    return _standardised(table[:, :-1]).T, table[:, -1:].T


def digits() -> tuple[Array, Array]:
    """Return Digits: X (64, 1797) standardised, Y (10, 1797) one-hot."""
    table = np.loadtxt(_file("digits.csv.gz"), delimiter=",")
    return _standardised(table[:, :-1]).T, np.eye(10)[table[:, -1].astype(int)].T


def absent() -> str:
    """Return why they are not here, a sentence; "" where they are."""
    spec = importlib.util.find_spec("sklearn")
    if spec is not None and spec.origin is not None:
        return ""
    return (
        "The real data sets come with scikit-learn, which is not installed: "
        "pip install 'backproof[data]'."
    )


def _file(name: str) -> Path:
    why, spec = absent(), importlib.util.find_spec("sklearn")
    if why or spec is None or spec.origin is None:
        raise BackproofError(why)
    path = Path(spec.origin).parent / "datasets" / "data" / name
    if not path.is_file():
        raise BackproofError(
            f"This scikit-learn does not hold {name} where others do; install another version, "
            "or choose other cases with --case."
        )
    return path


def _standardised(data: Array) -> Array:
    """Return mean 0 and deviation 1 in every column; a constant column becomes 0."""
    deviation = data.std(axis=0)
    return (data - data.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
