"""Free-running trajectories: how far two right candidates part, and how far they should.

Each iteration adds its own rounding errors (the error bars of one step), and the training map
carries those of all earlier iterations along:

    P_{k+1} = J_k P_k J_k^T + D_k        J_k = I - learning_rate H_k

P is the covariance of the distance between the two candidates' parameters, H the Hessian of the
cost, D the variances of both candidates' rounding errors in one step.  sqrt(diag P) is the
forecast.
"""

from dataclasses import dataclass

import numpy as np

from backproof.compare import Expected
from backproof.trace import Array, Trace

HESSIAN_EVERY = 10  # steps: the curvature changes slowly
FORECAST_PARAMETERS = 64  # the Hessian of a larger network would cost more than its training


@dataclass(frozen=True)
class Drift:
    """Two trajectories side by side, after `iterations` iterations each (a few of them).

    costs     of both candidates
    distance  largest difference between their parameters
    forecast  largest standard deviation the error bars forecast; None for a large network
    ratio     largest difference of one parameter in units of its own forecast
    """

    iterations: int
    costs: tuple[float, float]
    distance: float
    forecast: float | None = None
    ratio: float | None = None


def milestones(count: int) -> list[int]:
    """Return 1, 10, 100, ... and the last iteration."""
    powers = [10**n for n in range(len(str(count))) if 10**n < count]
    return [*powers, count]


def drifts(one: Trace, other: Trace, covariances: dict[int, Array] | None) -> list[Drift]:
    """Return the distance at every milestone; covariances are forecast()'s, or None."""
    difference = np.abs(flat(one) - flat(other))
    found = []
    for k in milestones(len(difference)):
        row = difference[k - 1]
        costs = (float(one["cost"][k - 1]), float(other["cost"][k - 1]))
        if covariances is None:
            found.append(Drift(k, costs, float(row.max())))
            continue
        sigma = np.sqrt(covariances[k].diagonal())
        with np.errstate(over="ignore"):  # of two that differ by far
            ratio = float((row / np.maximum(sigma, 5e-324)).max())
        found.append(Drift(k, costs, float(row.max()), float(sigma.max()), ratio))
    return found


def forecast(
    expected: dict[str, Expected], hessians: Array, learning_rate: float
) -> dict[int, Array]:
    """Return the covariance P (n, n) at every milestone.

    expected  one step's parameters with their sigmas, first axis = step
    hessians  (K / HESSIAN_EVERY, n, n), each good for as many steps
    """
    variances = 2 * flat({name: e.sigma for name, e in expected.items()}) ** 2
    size = variances.shape[1]
    P, at, diagonal = np.zeros((size, size)), {}, np.diag_indices(size)
    shown = milestones(len(variances))
    for k, D in enumerate(variances, 1):
        if (k - 1) % HESSIAN_EVERY == 0:
            J = np.eye(size) - learning_rate * hessians[(k - 1) // HESSIAN_EVERY]
        P = J @ P @ J.T
        P[diagonal] += D
        if k in shown:
            at[k] = P.copy()
    return at


def flat(trajectory: Trace) -> Array:
    """Return the parameters of every step as one row, (K, n), in order W1, b1, W2, b2, ..."""
    names = [name for name in trajectory if name != "cost"]
    names.sort(key=lambda name: (int(name[1:]), name[0]))
    return np.concatenate(
        [trajectory[n].reshape(len(trajectory[n]), -1).astype(np.float64) for n in names], axis=1
    )
