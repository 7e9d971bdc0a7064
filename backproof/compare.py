"""Actual against expected, element by element, each element by its own error bar."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from backproof.pictures import Draw, Picture
from backproof.precision import Z_LIMIT, precision
from backproof.scan import BLOCK, Expected, Scan, scan_all
from backproof.trace import Array

__all__ = ["BLOCK", "Expected", "Finding", "compare", "compared"]


@dataclass(frozen=True)
class Finding:
    """What came of comparing one array.

    verdict      "agree", "differ", or "undecided": the error bars are so wide that an array of
                 zeros would pass too, or an element has no finite expected value
    reason       one sentence; empty for agree
    index        the worst element, with its actual and expected value, sigma, z = |actual -
                 expected| / sigma, and distance in units in the last place (ulps)
    differing    how many of `size` elements are off by more than Z_LIMIT sigmas
    sensitivity  the smallest relative error of the whole array that would have been caught
    picture      what can be drawn of it, where that was asked for
    """

    name: str
    verdict: str
    reason: str = ""
    shape: tuple[int, ...] = ()
    size: int = 0
    index: tuple[int, ...] = ()
    actual: float = float("nan")
    expected: float = float("nan")
    sigma: float = float("nan")
    z: float = float("nan")
    ulps: float = float("nan")
    differing: int = 0
    sensitivity: float = float("inf")
    picture: Picture | None = field(default=None, repr=False, compare=False)

    @property
    def agrees(self) -> bool:
        """Whether the verdict is agree."""
        return self.verdict == "agree"


def compare(
    name: str, actual: Any, expected: Expected, dtype: str, draw: Draw | None = None
) -> Finding:
    """Compare one array, and draw it if asked; nothing is raised.

    Shape, dtype and emptiness come before values, and a value that is not finite never agrees with
    a number.  `actual` is read in blocks: the memory used does not grow with its size.
    """
    actual = None if actual is None else np.asarray(actual)
    found = "" if actual is None else str(actual.dtype)
    finding = compared(name, actual, found, expected, dtype)
    if draw and finding.size:
        return replace(finding, picture=draw(np.asarray(actual), expected, dtype))
    return finding


def compared(
    name: str, actual: Array | None, found: str, expected: Expected, dtype: str
) -> Finding:
    """Compare one array whose numbers were stored as `found`, a precision numpy may not have."""
    unfit = _unfit(actual, found, expected, dtype)
    if unfit:
        return Finding(name, "differ", unfit, shape=np.shape(expected.value))
    assert actual is not None
    return _conclude(name, actual, expected, dtype, scan_all(actual, expected, dtype))


def _unfit(actual: Array | None, found: str, expected: Expected, dtype: str) -> str:
    if actual is None:
        return "it is missing from the trace"
    if actual.shape != expected.value.shape:
        return f"its shape is {actual.shape} and should be {expected.value.shape}"
    if found != dtype:
        return f"its dtype is {found} and should be {dtype}"
    if actual.size == 0:
        return "it is empty"
    return ""


def _conclude(name: str, actual: Array, expected: Expected, dtype: str, scan: Scan) -> Finding:
    index = tuple(int(i) for i in np.unravel_index(scan.worst_at(), actual.shape))
    got = float(actual[index])
    wanted, sigma = float(expected.value[index]), float(expected.sigma[index])
    sensitivity = _sensitivity(scan, expected)
    verdict, reason = _verdict(scan, actual.size, sensitivity)
    if actual.ndim == 0 and scan.differing and not scan.not_finite and wanted:
        reason = f"it is {got / wanted:.6g} times what is expected"
    return Finding(
        name,
        verdict,
        reason,
        shape=actual.shape,
        size=actual.size,
        index=index,
        actual=got,
        expected=wanted,
        sigma=sigma,
        z=scan.worst_z,
        ulps=abs(got - wanted) / precision(dtype).spacing(wanted),
        differing=scan.differing,
        sensitivity=sensitivity,
    )


def _sensitivity(scan: Scan, expected: Expected) -> float:
    if scan.sharpest > 0:
        return Z_LIMIT / scan.sharpest
    exact = not scan.unknown and not expected.sigma.any()
    return 0.0 if exact else float("inf")  # zeros without error: anything else is caught


def _verdict(scan: Scan, size: int, sensitivity: float) -> tuple[str, str]:
    if scan.not_finite:
        return "differ", f"{scan.not_finite} of {size} elements are not finite"
    if scan.differing:
        return "differ", f"{scan.differing} of {size} elements are off"
    if scan.unknown:
        return "undecided", f"{scan.unknown} of {size} elements have no finite expected value"
    if sensitivity >= 1:
        return "undecided", "the error bars are as wide as the values: zeros would pass too"
    return "agree", ""
