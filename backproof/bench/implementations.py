"""Who takes part: our two networks in all their modes, and whatever a file adds."""

import runpy
from pathlib import Path

from backproof.bench.work import Implementation
from backproof.errors import BackproofError

LIST = "IMPLEMENTATIONS"  # what such a file has to hold


def ours() -> list[Implementation]:
    """Return impl_numpy and impl_torch in all their modes."""
    from backproof.bench.numpy_works import NUMPY, NUMPY_TRAINER
    from backproof.bench.torch_works import CUDA, TORCH

    return [NUMPY, NUMPY_TRAINER, *TORCH, *CUDA]


def of_file(path: Path) -> list[Implementation]:
    """Return the list IMPLEMENTATIONS of a Python file, which is run.

    Raises BackproofError where there is none, or where the file fails.
    """
    if not path.is_file():
        raise BackproofError(f"There is no file {path}: give one that holds {LIST}.")
    try:
        found = runpy.run_path(str(path)).get(LIST)
    except Exception as error:
        raise BackproofError(f"{path} failed: {type(error).__name__}: {error}.") from error
    if not isinstance(found, list) or not all(isinstance(one, Implementation) for one in found):
        raise BackproofError(
            f"{path} holds no list {LIST} of backproof.bench.work.Implementation: add one, as "
            "benchmarks/peers.py does."
        )
    return found
