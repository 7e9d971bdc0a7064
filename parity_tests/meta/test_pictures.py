"""Pictures: what is drawn of an array is what its elements are, however large it is."""

import tracemalloc

import numpy as np
import pytest

from backproof.compare import compare
from backproof.pictures import (
    BINS,
    CELLS,
    POINTS,
    Picture,
    array_picture,
    trajectory_picture,
)
from backproof.scan import BLOCK, Expected
from backproof.trace import Array

SHAPES = [(), (5,), (4, 2), (40, 33), (3, 100), (100, 3), (2, 3, 4), (700, 300)]


def bars(shape: tuple[int, ...], sigma: float = 0.5) -> Expected:
    return Expected(np.ones(shape), np.full(shape, sigma))


def drawn(z: Array, dtype: str = "float64") -> Picture:
    """Return the picture of an array that is off by `z` sigmas."""
    expected = bars(z.shape)
    return array_picture((expected.value + z * 0.5).astype(dtype), expected, dtype)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_element_is_in_one_bin(shape: tuple[int, ...]) -> None:
    z = np.random.default_rng(0).normal(size=shape) * 4
    picture = drawn(z)
    assert (picture.counts.sum(), picture.unknown) == (z.size, 0)
    assert picture.counts[0] == np.count_nonzero(z < -8)
    assert picture.counts[-1] == np.count_nonzero(z > 8)
    known, _ = np.histogram(z, np.linspace(-8, 8, BINS + 1))
    assert picture.counts[1:-1].tolist() == known.tolist()


@pytest.mark.parametrize("shape", SHAPES)
def test_one_element_off_colours_its_cell_and_no_other(shape: tuple[int, ...]) -> None:
    for at in (0, np.prod(shape, dtype=int) // 2, -1):
        z = np.zeros(shape)
        z.flat[at] = -100.0
        cells = drawn(z).cells
        assert np.count_nonzero(cells == 100) == 1
        assert np.count_nonzero(cells == 0) == cells.size - 1
        row, column = np.argwhere(cells == 100)[0]
        flat = z.reshape(shape[0] if shape else 1, -1)
        rows, columns = np.nonzero(flat)
        assert row == rows[0] * cells.shape[0] // flat.shape[0]
        assert column == columns[0] * cells.shape[1] // flat.shape[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_is_small_and_not_larger_than_the_array(shape: tuple[int, ...]) -> None:
    rows, columns = drawn(np.zeros(shape)).cells.shape
    size = int(np.prod(shape))
    assert rows <= CELLS
    assert columns <= CELLS
    assert rows * columns <= size


def test_the_limit_itself_agrees_on_both_sides() -> None:
    counts = drawn(np.array([-8.0, 8.0, np.nextafter(8, 9) * 1.01, -8.2, 0.0])).counts
    assert (counts[0], counts[1], counts[BINS], counts[-1]) == (1, 1, 1, 1)
    assert counts[BINS // 2 + 1] == 1


def test_what_is_not_finite_is_above_and_what_is_not_known_is_apart() -> None:
    expected = Expected(np.array([1.0, 1.0, np.nan, np.inf]), np.full(4, 0.5))
    picture = array_picture(np.array([np.nan, -np.inf, 1.0, 1.0]), expected, "float64")
    assert picture.unknown == 2
    assert picture.counts.sum() == 2
    assert np.isinf(picture.cells[:2]).all()
    assert np.isnan(picture.cells[2:]).all()


@pytest.mark.parametrize("at", [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, -1])
def test_no_element_is_lost_at_the_seams_of_blocks(at: int) -> None:
    z = np.zeros((3 * BLOCK + 5, 1))
    z[at] = 9.0
    picture = drawn(z)
    assert picture.counts[-1] == 1
    assert picture.counts.sum() == z.size
    assert picture.cells[(at % z.size) * CELLS // z.size] == 9


def test_the_layout_in_memory_changes_nothing() -> None:
    z = np.random.default_rng(1).normal(size=(50, 70))
    other = drawn(np.asfortranarray(z))
    assert np.array_equal(drawn(z).cells, other.cells)


def test_memory_does_not_grow_with_the_array() -> None:
    expected, actual = bars((2_000, 1_000)), np.ones((2_000, 1_000))
    tracemalloc.start()
    array_picture(actual, expected, "float64")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000 < actual.nbytes


# --- trajectories -----------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 5, POINTS, 1234])
def test_a_trajectory_shows_when_it_goes_off_and_where(steps: int) -> None:
    expected = bars((steps, 3, 2))
    actual = expected.value.copy()
    actual[steps // 2, 1, 0] += 50
    picture = trajectory_picture(actual, expected, "float64")
    assert picture.steps.shape == (min(steps, POINTS),)
    assert np.flatnonzero(picture.steps).tolist() == [steps // 2 * len(picture.steps) // steps]
    assert picture.cells.tolist() == [[0, 0], [100, 0], [0, 0]]
    assert len(picture.curve) == 0


def test_one_number_an_iteration_has_a_curve() -> None:
    expected = Expected(1.0 / np.arange(1, 5001), np.full(5000, 1e-3))
    curve = trajectory_picture(expected.value + 1e-3, expected, "float64").curve
    assert 100 < len(curve) <= POINTS
    assert (curve[0, 0], curve[-1, 0]) == (1, 5000)
    assert (np.diff(curve[:, 0]) > 0).all()
    assert np.array_equal(curve[:, 2], 1 / curve[:, 0])
    assert np.allclose(curve[:, 1] - curve[:, 2], 1e-3)


# --- only where it is asked for ---------------------------------------------------------------


def test_comparing_draws_only_where_it_is_asked_to() -> None:
    expected, actual = bars((4, 2)), np.ones((4, 2))
    assert compare("W1", actual, expected, "float64").picture is None
    picture = compare("W1", actual, expected, "float64", array_picture).picture
    assert picture is not None
    assert picture.counts.sum() == 8


@pytest.mark.parametrize("actual", [None, np.ones(3), np.ones((4, 2), np.float32)])
def test_what_does_not_fit_is_not_drawn(actual: Array | None) -> None:
    finding = compare("W1", actual, bars((4, 2)), "float64", array_picture)
    assert (finding.verdict, finding.picture) == ("differ", None)
