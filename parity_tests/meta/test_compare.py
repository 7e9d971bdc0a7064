"""compare(): what it looks at first, what it counts, where it points, and what it costs."""

import tracemalloc
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from backproof.compare import BLOCK, Expected, Finding, compare
from backproof.precision import Z_LIMIT
from backproof.ratios import largest_ratios_in_numpy
from backproof.trace import Array

NAN, INF = float("nan"), float("inf")


@pytest.fixture(params=["as installed", "NumPy"], autouse=True)
def inner_loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner loop is compiled where there is a compiler; NumPy must give the same."""
    if request.param == "NumPy":
        monkeypatch.setattr("backproof.scan.largest_ratios", largest_ratios_in_numpy)


def bars(value: Any, sigma: Any = 1e-6) -> Expected:
    value = np.asarray(value, dtype=np.float64)
    return Expected(value, np.broadcast_to(np.float64(sigma), value.shape))


def judged(actual: Any, value: Any, sigma: Any = 1e-6, dtype: str = "float64") -> Finding:
    return compare("x", np.asarray(actual, dtype), bars(value, sigma), dtype)


@pytest.mark.parametrize(
    ("actual", "reason"),
    [
        (None, "it is missing from the trace"),
        (np.ones((3, 2)), "its shape is (3, 2) and should be (2, 3)"),
        (np.ones(6), "its shape is (6,) and should be (2, 3)"),
        (np.full((3, 2), NAN, np.float32), "its shape is (3, 2) and should be (2, 3)"),
        (np.full((2, 3), NAN, np.float32), "its dtype is float32 and should be float64"),
        (np.ones((2, 3), int), "its dtype is int64 and should be float64"),
        (np.ones((2, 3), complex), "its dtype is complex128 and should be float64"),
        (np.ones((2, 3), object), "its dtype is object and should be float64"),
        ("text", "its shape is () and should be (2, 3)"),
    ],
)
def test_shape_then_dtype_come_before_values(actual: Any, reason: str) -> None:
    finding = compare("x", actual, bars(np.ones((2, 3))), "float64")
    assert (finding.verdict, finding.reason) == ("differ", reason)
    assert finding.shape == (2, 3)


def test_an_empty_array_agrees_with_nothing() -> None:
    finding = judged(np.ones((0, 3)), np.ones((0, 3)))
    assert (finding.verdict, finding.reason) == ("differ", "it is empty")


@pytest.mark.parametrize(
    ("dtype", "element", "value", "verdict"),
    [
        ("float64", NAN, 3.0, "differ"),
        ("float64", NAN, NAN, "differ"),
        ("float64", NAN, INF, "differ"),
        ("float64", INF, 3.0, "differ"),
        ("float64", INF, 1.7e308, "differ"),
        ("float64", INF, INF, "agree"),
        ("float64", -INF, INF, "differ"),
        ("float64", 5.0, INF, "undecided"),
        ("float64", 5.0, NAN, "undecided"),
        ("float32", INF, 1e39, "agree"),
        ("float32", -INF, -1e39, "agree"),
        ("float32", -INF, 1e39, "differ"),
        ("float32", INF, 3.4e38, "differ"),
        ("float32", 3.4e38, 1e39, "differ"),
        ("float32", NAN, 1e39, "differ"),
    ],
)
def test_not_finite_agrees_only_where_the_number_is_out_of_range(
    dtype: str, element: float, value: float, verdict: str
) -> None:
    finding = judged([1, 2, element, 4], [1, 2, value, 4], dtype=dtype)
    assert finding.verdict == verdict
    if verdict == "differ":
        assert finding.index == (2,)
        assert finding.z > Z_LIMIT


def test_every_element_that_is_not_finite_is_counted() -> None:
    finding = judged([NAN, 1, INF, 4, -INF], [1, 1, 3, 5, 5])
    assert finding.reason == "3 of 5 elements are not finite"
    assert (finding.differing, finding.index, finding.z) == (4, (0,), INF)


def test_the_numbers_of_a_finding() -> None:
    finding = judged([[1.0, 2.5], [4.0, 7.0]], [[1.0, 2.0], [4.0, 8.0]], [[1, 0.01], [1, 0.05]])
    spacing = 2.0**-51
    assert finding == Finding(
        "x",
        "differ",
        "2 of 4 elements are off",
        shape=(2, 2),
        size=4,
        index=(0, 1),
        actual=2.5,
        expected=2.0,
        sigma=0.01,
        z=pytest.approx(50),
        ulps=0.5 / spacing,
        differing=2,
        sensitivity=pytest.approx(Z_LIMIT * 0.01 / 2),
    )


def test_ulps_are_those_of_the_candidates_precision() -> None:
    one_up = np.nextafter(np.float32(1), np.float32(2))
    assert judged(one_up, 1.0, dtype="float32").ulps == 1
    assert judged(one_up, 1.0).ulps == 2**29


@pytest.mark.parametrize(("z", "verdict"), [(7.99, "agree"), (8, "agree"), (8.01, "differ")])
def test_eight_sigmas_are_allowed(z: float, verdict: str) -> None:
    assert judged(1 + z * 2.0**-10, 1, 2.0**-10).verdict == verdict


# --- the whole array is read, whatever its size and layout -----------------------------------

SHAPE = (301, 727)  # more than three blocks of 65,536
LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "C": lambda x: x,
    "Fortran": np.asfortranarray,
    "reversed": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
    "every other column": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "read-only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
    "unaligned": lambda x: np.frombuffer(b"." + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("theirs", LAYOUTS)
@pytest.mark.parametrize("ours", ["C", "Fortran"])
def test_layout_in_memory_changes_nothing(dtype: str, theirs: str, ours: str) -> None:
    value = np.random.default_rng(0).normal(size=SHAPE)
    value = value.astype(dtype).astype(np.float64)
    actual = value.astype(dtype)
    actual[[3, 200, 300], [700, 5, 726]] += [1, 3, 2]
    right = Expected(LAYOUTS[ours](value), LAYOUTS[ours](np.full(SHAPE, 1e-4)))
    finding = compare("x", LAYOUTS[theirs](actual), right, dtype)
    assert (finding.index, finding.differing, finding.size) == ((200, 5), 3, value.size)
    assert finding.z == pytest.approx(3e4, rel=1e-3)
    assert finding.expected == value[200, 5]


@pytest.mark.parametrize("at", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1, 3 * BLOCK + 6])
@pytest.mark.parametrize("fault", [1e-4, NAN])
def test_no_element_is_skipped_at_the_seams_of_blocks(at: int, fault: float) -> None:
    actual = np.ones(3 * BLOCK + 7)
    actual[at] += fault
    finding = judged(actual, np.ones(actual.size))
    assert (finding.index, finding.differing) == ((at,), 1)


def test_of_equals_the_first_in_c_order_is_the_worst() -> None:
    actual = np.ones(SHAPE)
    actual[[7, 290, 7], [100, 2, 99]] = 3
    assert judged(actual, np.ones(SHAPE)).index == (7, 99)
    assert judged(np.asfortranarray(actual), np.ones(SHAPE, order="F")).index == (7, 99)


def test_the_inputs_stay_as_they_are() -> None:
    actual, value = np.array([1.0, NAN, INF, -2.0]), np.array([1.0, 2.0, 1e300, INF])
    sigma = np.array([0.0, 1e-9, INF, NAN])
    before = [x.copy() for x in (actual, value, sigma)]
    compare("x", actual, Expected(value, sigma), "float64")
    for was, now in zip(before, (actual, value, sigma), strict=True):
        np.testing.assert_array_equal(now, was)


# --- sensitivity, undecided, exact zeros ------------------------------------------------------


@pytest.mark.parametrize("relative", [1e-9, 1e-4, 1e-2])
@pytest.mark.parametrize("shape", [(), (1,), (4, 5), (70_001,)])
def test_the_sensitivity_is_what_is_caught(relative: float, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    value = rng.normal(size=shape) + 0.0
    sigma = relative * np.abs(value) * (1 + rng.random(shape))
    claimed = judged(value, value, sigma)
    assert claimed.verdict == "agree"
    assert relative <= claimed.sensitivity / Z_LIMIT < 2 * relative
    assert judged(value * (1 + 0.9 * claimed.sensitivity), value, sigma).agrees
    assert judged(value * (1 + 1.01 * claimed.sensitivity), value, sigma).verdict == "differ"


@pytest.mark.parametrize(
    ("sigma", "verdict"),
    [(0.124, "agree"), (0.126, "undecided"), (1, "undecided"), (INF, "undecided")],
)
def test_bars_as_wide_as_the_values_decide_nothing(sigma: float, verdict: str) -> None:
    finding = judged([1.0, 0.5], [1.0, 0.5], sigma)
    assert (finding.verdict, finding.sensitivity < 1) == (verdict, verdict == "agree")
    assert bool(finding.reason) == (verdict == "undecided")
    assert judged([0.0, 0.0], [1.0, 0.5], sigma).agrees is False


def test_wide_bars_do_not_hide_what_is_not_finite() -> None:
    assert judged([1.0, NAN], [1.0, 0.5], 100).verdict == "differ"


@pytest.mark.parametrize("tiny", [1e-322, -1e-322, 1e-300, -1.0])
def test_exact_zeros_agree_with_zeros_only(tiny: float) -> None:
    zeros = judged([0.0, -0.0, 0.0], np.zeros(3), 0)
    assert (zeros.verdict, zeros.z, zeros.sensitivity) == ("agree", 0, 0)
    assert judged([0.0, tiny, 0.0], np.zeros(3), 0).verdict == "differ"


def test_zeros_with_an_error_bar_decide_nothing() -> None:
    assert judged([0.0, 1e-12], np.zeros(2), 1e-10).verdict == "undecided"


def test_an_exact_value_agrees_with_itself_only() -> None:
    assert judged(3.0, 3.0, 0).agrees
    finding = judged(np.nextafter(3.0, 4), 3.0, 0)
    assert (finding.verdict, finding.index) == ("differ", ())


# --- cost --------------------------------------------------------------------------------------

LARGE = (2000, 2000)


@pytest.mark.parametrize(
    ("layout", "fault", "limit"),
    [("C", 0.0, 2**22), ("C", 1.0, 3 * 2**22), ("Fortran", 0.0, 3 * 2**22)],
)
def test_memory_does_not_grow_with_the_array(layout: str, fault: float, limit: int) -> None:
    """Four million elements; one float64 copy of them would take 30 MiB."""
    value, sigma = np.ones(LARGE), np.full(LARGE, 1e-6)
    actual = LAYOUTS[layout](value + fault)
    tracemalloc.start()
    try:
        finding = compare("x", actual, Expected(value, sigma), "float64")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert finding.differing == (finding.size if fault else 0)
    assert peak < limit


def test_a_finding_is_plain_data() -> None:
    found = asdict(judged(np.ones((2, 2)), np.ones((2, 2))))
    assert found.pop("picture") is None  # nobody asked for one
    for value in found.values():
        assert type(value) in (str, int, float, tuple)


def test_an_element_without_a_finite_bar_is_undecided() -> None:
    """However well its neighbours agree."""
    finding = judged([1.0, 5.0], [1.0, 2.0], [1e-16, INF])
    assert finding.verdict == "undecided"
    assert finding.reason == "1 of 2 elements have no finite expected value"


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_number_of_dimensions_is_compared_in_float64(
    shape: tuple[int, ...], dtype: str
) -> None:
    """In NumPy 2.0 a float32 number without dimensions was compared as it lies: z = 4e6."""
    value = np.full(shape, 0.76978937)
    expected = Expected(value, np.full(shape, 2e-7))
    finding = compare("cost", value.astype(dtype), expected, dtype)
    assert finding.verdict == "agree"
    assert finding.z < 1
    assert finding.shape == shape
    assert compare("cost", (value * 1.001).astype(dtype), expected, dtype).verdict == "differ"
