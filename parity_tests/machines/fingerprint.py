"""How this process rounds: what a row of the matrix changes, and whether it can run here at all.

python -m parity_tests.machines.fingerprint     prints it, one line
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256

import numpy as np

from parity_tests.machines.rows import Row

SECONDS = 120


def results() -> Iterator[np.ndarray]:
    """Yield what numpy and torch make of the same numbers, in sizes that kernels are chosen by."""
    import torch

    random = np.random.default_rng(0)
    for n, m, k in ((3, 5, 7), (37, 29, 113), (64, 569, 30), (300, 1, 2000), (256, 1000, 256)):
        for dtype in (np.float64, np.float32):
            a, b = (
                random.normal(size=(n, k)).astype(dtype),
                random.normal(size=(k, m)).astype(dtype),
            )
            c = random.normal(size=m).astype(dtype)
            ta, tb, tc = map(torch.from_numpy, (a, b, c))
            yield from (a @ b, a.sum(axis=0), np.tanh(a), np.exp(b))
            for result in (torch.addmm(tc, ta, tb), ta.sum(0), tb.tanh(), tb.exp(), ta.sigmoid()):
                yield result.numpy()


def fingerprint() -> str:
    return sha256(b"".join(array.tobytes() for array in results())).hexdigest()[:12]


def fingerprint_under(row: Row) -> str | None:
    """Return the fingerprint under a row, or None where this processor cannot run it.

    Raises RuntimeError, with what was said last, where it ends in any other way.
    """
    done = subprocess.run(
        [sys.executable, "-m", "parity_tests.machines.fingerprint"],
        env=os.environ | row.environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode in (-signal.SIGILL, 128 + signal.SIGILL):
        return None
    if done.returncode:
        raise RuntimeError(f"{done.stderr[-2000:]}\nno fingerprint: exit code {done.returncode}")
    return done.stdout.strip()


if __name__ == "__main__":
    print(fingerprint())  # noqa: T201
