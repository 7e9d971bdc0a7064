"""What keeps 0 out of the logarithms of a cross-entropy: the guards that files are known to use."""

import numpy as np

from backproof.architecture.filled import Filled
from backproof.architecture.losses import terms
from backproof.case import Guard
from backproof.trace import Array

POWERS = [float(f"1e-{k}") for k in range(3, 18)]
MACHINE = [float(np.finfo(np.float64).eps), 2.2e-16, float(np.finfo(np.float32).eps)]
EPS = np.array(POWERS + MACHINE + [float(f"5e-{k}") for k in range(4, 18)])  # usual ones first
GUARDS = [Guard(kind, float(eps)) for kind in ("add", "clip") for eps in EPS]


def guarded_totals(filled: Filled, family: str) -> Array:
    """Return T under each of GUARDS, in the candidate's precision, shape (len(GUARDS),).

    add   log(a + eps), log(1 - a + eps)        clip  the logarithms of a within [eps, 1 - eps]
    """
    dtype = np.float32 if filled.sight.single else np.float64
    A: Array = filled.outputs.astype(dtype)[None]
    eps: Array = EPS.astype(dtype)[:, None, None]
    ceiling: Array = (1 - EPS).astype(dtype)[:, None, None]
    clipped = np.minimum(np.maximum(A, eps), ceiling)
    log_a = np.concatenate([np.log(A + eps), np.log(clipped)])
    log_not_a = np.concatenate([np.log(1 - A + eps), np.log(1 - clipped)])
    parts = terms(family, filled.sight.Y, log_a, log_not_a)
    return np.asarray(np.sum(parts, axis=(1, 2), dtype=np.float64))
