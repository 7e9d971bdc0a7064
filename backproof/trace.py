"""A trace: what one iteration of a network computed, by name, in order of computation."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]
Trace = dict[str, Array]


def trace_names(depth: int) -> Iterator[str]:
    """Yield Z1 A1 ... ZL AL cost dWL dbL ... dW1 db1, then the updated W1 b1 ... WL bL."""
    for l in range(1, depth + 1):
        yield from (f"Z{l}", f"A{l}")
    yield "cost"
    for l in range(depth, 0, -1):
        yield from (f"dW{l}", f"db{l}")
    yield from parameter_names(depth)


def parameter_names(depth: int) -> Iterator[str]:
    """Yield W1 b1 ... WL bL."""
    for l in range(1, depth + 1):
        yield from (f"W{l}", f"b{l}")


def trajectory_names(depth: int) -> Iterator[str]:
    """Yield what is kept of every iteration: the cost, then the parameters after the update."""
    yield "cost"
    yield from parameter_names(depth)


def after(before: Mapping[str, Array], trace: Trace) -> Trace | None:
    """Return the parameters after an update; None where there is none, or not of their shapes.

    In a trace with "recovered" in it, dW and db are before - after.
    """
    kind = "d" if "recovered" in trace else ""
    shown = {name: trace.get(kind + name) for name in before}
    if all(value is None for value in shown.values()):
        return None
    if any(v is not None and v.shape != before[name].shape for name, v in shown.items()):
        return None
    steps = {name: value for name, value in shown.items() if value is not None}
    now = {name: before[name] - step if kind else step for name, step in steps.items()}
    return {name: value.astype("float64") for name, value in {**before, **now}.items()}
