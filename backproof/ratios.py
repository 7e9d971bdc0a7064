"""The inner loop of comparing: one block of float64 arrays, and the largest of its ratios.

_ratios.c does it in one pass; where it could not be compiled, NumPy does it in several.
"""

import numpy as np

from backproof.trace import Array

TINY = 5e-324  # added to a sigma, so that one of exactly 0 divides no zero by zero


def z_and_sharpness(actual: Array, expected: Array, sigma: Array) -> tuple[Array, Array]:
    """Return |actual - expected| / sigma and |expected| / sigma, element by element."""
    bar = sigma + TINY
    return np.abs(actual - expected) / bar, np.abs(expected) / bar


def largest_ratios_in_numpy(
    actual: Array, expected: Array, sigma: Array
) -> tuple[float, float, int]:
    """Return the largest z, the largest |expected| / sigma, and how many elements are odd.

    An element is odd if one of its ratios, or its sigma, is not finite.
    """
    z, sharpness = z_and_sharpness(actual, expected, sigma)
    finite = np.isfinite(z) & np.isfinite(sharpness) & np.isfinite(sigma)
    odd = np.count_nonzero(~finite)
    return float(z.max()), float(sharpness.max()), int(odd)


try:
    from backproof._ratios import largest_ratios as _compiled
except ImportError:  # no compiler when it was installed: the same, slower
    _compiled = largest_ratios_in_numpy

largest_ratios = _compiled
