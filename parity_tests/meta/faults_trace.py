"""Faults of the arrays themselves: the computation is right, what is handed over is not."""

from collections.abc import Callable

import numpy as np

from backproof.candidate import Candidate
from backproof.case import Case, Inputs
from backproof.compare import Z_LIMIT
from backproof.precision import precision
from backproof.trace import Array, Trace
from backproof.twins import expected_trace
from parity_tests.meta.faults import DOUBLE, SQUARE, Fault, edited


def with_array(name: str, change: Callable[[Array], Array]) -> Candidate:
    def edit(trace: Trace, case: Case, inputs: Inputs) -> None:  # noqa: ARG001
        trace[name] = change(trace[name])

    return edited(edit)


def with_element(name: str, value: float) -> Candidate:
    def change(array: Array) -> Array:
        array.flat[array.size // 2] = value
        return array

    return with_array(name, change)


def without(name: str) -> Candidate:
    def edit(trace: Trace, case: Case, inputs: Inputs) -> None:  # noqa: ARG001
        del trace[name]

    return edited(edit)


def exchanged(one: str, other: str) -> Candidate:
    def edit(trace: Trace, case: Case, inputs: Inputs) -> None:  # noqa: ARG001
        trace[one], trace[other] = trace[other], trace[one]

    return edited(edit)


def ten_sensitivities(trace: Trace, case: Case, inputs: Inputs) -> None:
    """Move the sharpest element of dW2 by ten times what its error bar lets pass."""
    expected = expected_trace(case, inputs, precision(str(inputs.X.dtype)))["dW2"]
    sharpness = np.abs(expected.value) / np.where(expected.sigma > 0, expected.sigma, np.inf)
    at = np.unravel_index(sharpness.argmax(), sharpness.shape)
    trace["dW2"][at] *= 1 + 10 * Z_LIMIT / sharpness[at]


def two_swapped(array: Array) -> Array:
    array.flat[[1, 2]] = array.flat[[2, 1]]
    return array


def next_but_99_float(array: Array) -> Array:
    array.flat[0] += 99 * np.spacing(array.flat[0])
    return array


FAULTS = [
    Fault("transposed", "its shape betrays it", with_array("dW2", np.transpose), "dW2"),
    Fault("transposed-square", "it does not", with_array("dW3", np.transpose), "dW3", SQUARE),
    Fault("flat", "bias of shape (n,) instead of (n, 1)", with_array("db2", np.ravel), "db2"),
    Fault("row", "bias as a row", with_array("db1", np.transpose), "db1"),
    Fault("scalar-bias", "#2: np.squeeze", with_array("db3", lambda d: d.sum()), "db3"),
    Fault("cost-with-axes", "(1, 1)", with_array("cost", lambda J: J.reshape(1, 1)), "cost"),
    Fault(
        "broadcast-bias", "#30", with_array("b1", lambda b: b + np.zeros((1, 11), b.dtype)), "b1"
    ),
    Fault("empty", "no elements", with_array("dW1", lambda d: d[:0]), "dW1"),
    Fault("missing", "not in the trace", without("Z2"), "Z2"),
    Fault("missing-cost", "not in the trace", without("cost"), "cost"),
    Fault("too-precise", "longdouble", with_array("A1", lambda a: a.astype(np.longdouble)), "A1"),
    Fault(
        "float32",
        "stored in float32",
        with_array("A1", lambda a: a.astype("f4")),
        "A1",
        dtypes=DOUBLE,
    ),
    Fault("integers", "labels for probabilities", with_array("A3", lambda a: a.astype(int)), "A3"),
    Fault("complex", "imaginary part 0", with_array("dW2", lambda d: d + 0j), "dW2"),
    Fault(
        "objects", "an array of Python floats", with_array("dW2", lambda d: d.astype(object)), "dW2"
    ),
    Fault("nan", "one of 21", with_element("dW2", np.nan), "dW2"),
    Fault("infinite", "one of 35", with_element("dW1", np.inf), "dW1"),
    Fault("minus-infinite", "one of 33", with_element("Z2", -np.inf), "Z2"),
    Fault("cost-nan", "#35: 0 log 0", with_element("cost", np.nan), "cost"),
    Fault("parameter-nan", "one of 7", with_element("b1", np.nan), "b1"),
    Fault("one-element", "ten times what would just be caught", edited(ten_sensitivities), "dW2"),
    Fault("99-ulps", "one element", with_array("A3", next_but_99_float), "A3"),
    Fault("two-swapped", "neighbours", with_array("dW1", two_swapped), "dW1"),
    Fault("outputs-flipped", "classes in reverse", with_array("A3", np.flipud), "A3"),
    Fault("examples-flipped", "columns in reverse", with_array("Z1", np.fliplr), "Z1"),
    Fault("z-and-a-exchanged", "named the other way", exchanged("Z1", "A1"), "Z1, A1"),
    Fault("zeroed", "all zeros", with_array("db3", np.zeros_like), "db3"),
    Fault(
        "not-updated", "handed over before the update", with_array("W2", lambda w: w * 0.99), "W2"
    ),
    Fault(
        "tiny-zeroed", "1e-7 and below", with_array("dW1", np.zeros_like), "dW1", "tiny-gradients"
    ),
    Fault(
        "tiny-flipped",
        "atol 1e-5 accepts it",
        with_array("dW2", np.negative),
        "dW2",
        "tiny-gradients",
    ),
    Fault(
        "huge-off", "1 in a thousand", with_array("dW1", lambda d: d * 1.001), "dW1", "huge-inputs"
    ),
    Fault("exact-zero", "1e-30 for exactly 0", with_element("dW1", 1e-30), "dW1", "dead"),
    Fault("subnormal", "flushed to 0", with_array("dW1", np.zeros_like), "dW1", "subnormal-inputs"),
    Fault(
        "saturated-off",
        "1 in ten thousand",
        with_array("db2", lambda d: d * 1.0001),
        "db2",
        "saturated",
    ),
]
