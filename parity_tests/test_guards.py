"""What stands in for log(0): three guards, selectable, and sound in float32 too."""

import itertools

import numpy as np
import pytest

from impl_numpy import binary_cross_entropy, compute_cost, cost_function

GUARDS = ("clip", "epsilon", "clamp")
DTYPES = (np.float64, np.float32)


def edges(dtype: type[np.floating]) -> list[float]:
    """Return probabilities where a guard may fail: the ends, and their nearest neighbours."""
    one, zero = dtype(1), dtype(0)
    tiny = np.finfo(dtype).smallest_subnormal
    return [float(p) for p in (0, tiny, 1e-30, 1e-15, 0.5, np.nextafter(one, zero), 1)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("guard", GUARDS)
def test_guard_is_finite_and_silent(guard: str, dtype: type[np.floating]) -> None:
    """Warnings are errors here, so that a logarithm of 0 or of a negative number would raise."""
    for p, y in itertools.product(edges(dtype), (0, 1)):
        cost = binary_cross_entropy(np.array([[p]], dtype), np.array([[y]]), guard=guard)
        assert np.isfinite(cost), (p, y)
        assert cost.dtype == dtype
        assert cost >= -1.2e-15, (p, y)  # "epsilon" goes below zero by its own 1e-15


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("guard", GUARDS)
def test_guard_leaves_ordinary_probabilities_alone(guard: str, dtype: type[np.floating]) -> None:
    rng = np.random.default_rng(0)
    p, y = rng.uniform(0.01, 0.99, (3, 20)), rng.integers(2, size=(3, 20))
    plain = -np.sum(np.where(y == 1, np.log(p), np.log(1 - p))) / 20
    cost = binary_cross_entropy(p.astype(dtype), y, guard=guard)
    assert cost == pytest.approx(plain, rel=2e-15 if dtype == np.float64 else 1e-6)


@pytest.mark.parametrize(
    ("guard", "at_zero", "at_one"),
    [
        ("clip", -np.log(1e-15), -np.log(1 - (1 - 1e-15))),
        ("epsilon", -np.log(1e-15), -np.log(1e-15)),
        ("clamp", 100.0, 100.0),
    ],
)
def test_guard_is_the_one_asked_for(guard: str, at_zero: float, at_one: float) -> None:
    """The cost of being certain and wrong, at both ends, tells the three apart."""
    zero, one = np.array([[0.0]]), np.array([[1.0]])
    assert binary_cross_entropy(zero, one, guard=guard) == pytest.approx(at_zero, rel=1e-15)
    assert binary_cross_entropy(one, zero, guard=guard) == pytest.approx(at_one, rel=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
def test_names_of_the_notebook_have_its_guards(dtype: type[np.floating]) -> None:
    AL, Y = np.array([edges(dtype)], dtype), np.array([[0, 1, 0, 1, 0, 1, 0]])
    for function, guard in ((cost_function, "clip"), (compute_cost, "epsilon")):
        assert function(AL, Y) == binary_cross_entropy(AL, Y, guard=guard)
    assert binary_cross_entropy(AL, Y) == binary_cross_entropy(AL, Y, guard="clamp")
    assert len({float(binary_cross_entropy(AL, Y, guard=guard)) for guard in GUARDS}) == 3


def test_unknown_guard_is_refused() -> None:
    with pytest.raises(KeyError, match="floor"):
        binary_cross_entropy(np.array([[0.5]]), np.array([[1]]), guard="floor")
