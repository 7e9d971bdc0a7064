"""Two real data sets, bundled with scikit-learn: nothing is downloaded."""

from typing import Any

import numpy as np

from backproof.errors import BackproofError
from backproof.trace import Array


def breast_cancer() -> tuple[Array, Array]:
    """Return Breast Cancer Wisconsin: X (30, 569) standardised, Y (1, 569) in {0, 1}."""
    bunch = _load("load_breast_cancer")
    return _standardised(bunch.data).T, bunch.target[None].astype(np.float64)


def digits() -> tuple[Array, Array]:
    """Return Digits: X (64, 1797) standardised, Y (10, 1797) one-hot."""
    bunch = _load("load_digits")
    return _standardised(bunch.data).T, np.eye(10)[bunch.target].T


def _load(loader: str) -> Any:
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        raise BackproofError(
            "The real data sets come with scikit-learn, which is not installed: "
            "pip install 'backproof[data]', or choose other cases with --case."
        ) from error
    return getattr(datasets, loader)()


def _standardised(data: Array) -> Array:
    """Return mean 0 and deviation 1 in every column; a constant column becomes 0."""
    deviation = data.std(axis=0)
    return (data - data.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
