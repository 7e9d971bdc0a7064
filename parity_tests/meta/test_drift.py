"""Free-running trajectories: the forecast against simulated and real ones, and planted drifts."""

from dataclasses import replace

import numpy as np
import pytest

import impl_numpy
from backproof.candidate import Candidate
from backproof.case import Case
from backproof.cases import case_named
from backproof.compare import Expected
from backproof.drift import HESSIAN_EVERY, Drift, drifts, flat, forecast, milestones
from backproof.judge import judge_case
from backproof.precision import Z_LIMIT
from backproof.trace import Array
from backproof.twins import hessians, numpy_candidate, starting_points, torch_candidate
from impl_numpy import STEPS
from parity_tests.meta.faults import steps

TRAINED = replace(case_named("notebook-xor-like"), iterations=300)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, [1]),
        (5, [1, 5]),
        (10, [1, 10]),
        (11, [1, 10, 11]),
        (100, [1, 10, 100]),
        (1001, [1, 10, 100, 1000, 1001]),
        (10_000, [1, 10, 100, 1000, 10_000]),
    ],
)
def test_milestones(count: int, shown: list[int]) -> None:
    assert milestones(count) == shown


def test_parameters_are_in_the_order_of_layers() -> None:
    """W10 comes after W2, and each weight before its bias."""
    names = ["cost", "b10", "W2", "b1", "W10", "W1", "b2"]
    values = {name: np.full((2, 1, 1), float(k)) for k, name in enumerate(names)}
    assert flat(values)[0].tolist() == [5, 3, 2, 6, 4, 1]


# --- the forecast: P <- J P J^T + D ------------------------------------------------------------

SIGMA = np.array([1e-8, 3e-8])


def forecast_at(H: Array, learning_rate: float, steps: int) -> Array:
    """Return the covariance after `steps` steps of constant curvature H (2, 2)."""
    sigma = np.broadcast_to(SIGMA[:, None], (steps, 2, 1))
    blocks = -(-steps // HESSIAN_EVERY)
    expected = {"W1": Expected(np.zeros((steps, 2, 1)), sigma)}
    return forecast(expected, np.broadcast_to(H, (blocks, 2, 2)), learning_rate)[steps]


def test_on_flat_ground_errors_add_up_like_a_random_walk() -> None:
    P = forecast_at(np.zeros((2, 2)), 0.1, 50)
    np.testing.assert_allclose(P, np.diag(2 * 50 * SIGMA**2), rtol=1e-12, atol=0)


@pytest.mark.parametrize("h", [-3.0, -0.1, 0.2, 5.0])
def test_curvature_lets_errors_grow_or_fade(h: float) -> None:
    growth = (1 - 0.1 * h) ** 2
    P = forecast_at(h * np.eye(2), 0.1, 50)
    right = 2 * SIGMA**2 * (growth**50 - 1) / (growth - 1)
    np.testing.assert_allclose(P.diagonal(), right, rtol=1e-10)
    walk = 2 * 50 * SIGMA**2
    assert ((P.diagonal() > walk) == (h < 0)).all()


def test_the_steeper_the_way_down_the_wider_the_forecast() -> None:
    sizes = [
        forecast_at(h * np.eye(2), lr, 50).max() for h, lr in ((-1, 0.1), (-2, 0.1), (-2, 0.2))
    ]
    assert sizes[0] * 2 < sizes[1] < sizes[2] / 2


def test_the_forecast_is_the_covariance_of_simulated_errors() -> None:
    H, lr, steps = np.array([[2.0, 1.5], [1.5, -0.5]]), 0.2, 40
    rng = np.random.default_rng(3)
    x = np.zeros((2, 20_000))
    for _ in range(steps):
        x = x - lr * H @ x + np.sqrt(2) * SIGMA[:, None] * rng.normal(size=x.shape)
    np.testing.assert_allclose(forecast_at(H, lr, steps), np.cov(x), rtol=0.05)


def test_the_hessian_is_the_change_of_the_gradient() -> None:
    """In the order of flat(): a permuted Hessian would carry errors to the wrong parameters."""
    case = replace(TRAINED, hidden="tanh")
    inputs = case.inputs("float64", 0)
    starts = {name: value[None] for name, value in inputs.parameters.items()}
    H = hessians(case, inputs, starts)[0]
    assert H.shape == (17, 17)

    def gradient(theta: Array) -> Array:
        moved, position = {}, 0
        for name, value in inputs.parameters.items():
            moved[name] = theta[position : position + value.size].reshape(value.shape)
            position += value.size
        grads = next(impl_numpy.iterate(inputs.X, inputs.Y, moved, 0.1, "tanh")).grads
        return flat({name: grads[f"d{name}"][None] for name in moved})[0]

    theta, step = flat(starts)[0], 1e-5
    columns = [gradient(theta + step * e) - gradient(theta - step * e) for e in np.eye(17)]
    np.testing.assert_allclose(H, np.array(columns) / (2 * step), atol=1e-9)


# --- real trajectories ------------------------------------------------------------------------


def found(
    other: Candidate, case: Case = TRAINED, dtype: str = "float32", seed: int = 0
) -> list[Drift]:
    return judge_case(case, dtype, seed, [numpy_candidate(), other]).drift


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("hidden", ["relu", "tanh"])
@pytest.mark.parametrize("seed", [0, 1])
def test_two_right_candidates_part_as_forecast(dtype: str, hidden: str, seed: int) -> None:
    drift = found(torch_candidate("cpu"), replace(TRAINED, hidden=hidden), dtype, seed)
    assert [d.iterations for d in drift] == [1, 10, 100, 300]
    for d in drift:
        assert d.ratio is not None
        assert d.ratio < Z_LIMIT
    last = drift[-1]
    assert last.ratio > 0.01, "the forecast is absurdly wide"
    assert last.forecast > drift[0].forecast
    assert last.costs[0] == pytest.approx(last.costs[1], rel=1e-3)


def test_a_candidate_does_not_part_from_itself() -> None:
    assert {(d.distance, d.ratio) for d in found(numpy_candidate())} == {(0.0, 0.0)}


@pytest.mark.parametrize("factor", [2.0, 1.01, 1.0001])
def test_another_learning_rate_is_no_rounding_error(factor: float) -> None:
    other = steps(update=lambda p, d, lr: STEPS.update(p, d, lr * factor))
    drift = found(other, dtype="float64")
    assert drift[-1].ratio > Z_LIMIT
    assert drift[-1].distance > drift[-1].forecast


def test_a_large_network_has_no_forecast() -> None:
    drift = found(torch_candidate("cpu"), case_named("ragged"))
    assert {(d.forecast, d.ratio) for d in drift} == {(None, None)}
    assert all(0 <= d.distance < 1e-5 for d in drift)


def test_one_candidate_or_one_iteration_has_no_drift() -> None:
    assert judge_case(TRAINED, "float64", 0, [numpy_candidate()]).drift == []
    assert found(torch_candidate("cpu"), replace(TRAINED, iterations=1)) == []


def test_the_distance_is_the_largest_of_all_parameters() -> None:
    one = {"cost": np.array([3.0]), "W1": np.zeros((1, 2, 2)), "b1": np.zeros((1, 2, 1))}
    other = {"cost": np.array([4.0]), "W1": np.eye(2)[None] * -0.5, "b1": np.full((1, 2, 1), 0.25)}
    covariances = {1: np.diag([1.0, 1, 1, 1, 0.01, 0.01])}
    assert drifts(one, other, covariances) == [Drift(1, (3.0, 4.0), 0.5, 1.0, 2.5)]
    assert drifts(one, other, None) == [Drift(1, (3.0, 4.0), 0.5)]


def test_starting_points_are_the_parameters_before_each_iteration() -> None:
    inputs = TRAINED.inputs("float64", 0)
    trajectory = numpy_candidate().run(TRAINED, inputs).trajectory
    starts = starting_points(inputs, trajectory)["W1"]
    assert np.array_equal(starts[0], inputs.parameters["W1"])
    assert np.array_equal(starts[1:], trajectory["W1"][:-1])
