"""Controls: faults planted in a copy of a candidate's trace.  A judge that misses one has judged
nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from backproof.compare import Expected, Finding, compare
from backproof.trace import Array, Trace


@dataclass(frozen=True)
class Control:
    """One planted fault: what it was, in which array, and whether it was caught there."""

    fault: str
    name: str
    caught: bool


def plant_controls(
    trace: Trace, expected: dict[str, Expected], findings: Iterable[Finding], dtype: str
) -> list[Control]:
    """Plant faults in copies of the arrays that agree, and compare each copy.

    Every gradient (every array, where there are no gradients) is scaled by a little more than its
    claimed sensitivity, so that the claim itself is under test; the first of them also suffers the
    faults that must never pass.
    """
    controls = []
    agreeing = [f for f in findings if f.agrees]
    agreeing = [f for f in agreeing if f.name.startswith("d")] or agreeing  # a forward pass only
    for position, finding in enumerate(agreeing):
        name, right = finding.name, expected[finding.name]
        for fault, faulty in _faults(trace[name], finding, all_of_them=position == 0):
            controls.append(Control(fault, name, not compare(name, faulty, right, dtype).agrees))
    return controls


def _faults(array: Array, finding: Finding, all_of_them: bool) -> Iterator[tuple[str, Array]]:
    if finding.sensitivity > 0:
        factor = array.dtype.type(1 + 3 * finding.sensitivity)
        yield "scaled by 1 + 3 sensitivities", array * factor
    else:
        yield (
            "one element not zero",
            _with_first(array, float(np.finfo(array.dtype).smallest_normal)),
        )
    if not all_of_them:
        return
    if finding.sensitivity > 0:
        yield "sign flipped", -array
        yield "zeroed", np.zeros_like(array)
    yield "one element NaN", _with_first(array, np.nan)
    yield "one axis too many", array[None]
    other = np.float32 if array.dtype == np.float64 else np.float64
    yield "other precision", array.astype(other)


def _with_first(array: Array, value: float) -> Array:
    copy = np.array(array)
    copy.flat[0] = value
    return copy
