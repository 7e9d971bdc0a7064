"""Mistakes of optimisers: what an update remembers of earlier iterations."""

import numpy as np

from backproof.case import Case
from backproof.mistakes.mistake import Mistake
from backproof.mistakes.planting import update
from backproof.mistakes.watching import Pass
from backproof.trace import Array

SGD = "W <- W - learning_rate dW"


def _trajectory(case: Case) -> bool:
    """More than one iteration is judged."""
    return case.iterations > 1


def _momentum(p: Array, d: Array, lr: float, at: Pass, factor: float) -> Array:
    velocity = at.memory.get(("velocity", at.name), 0.0)
    at.memory["velocity", at.name] = factor * velocity + d
    return p - lr * at.memory["velocity", at.name]


def _stale(p: Array, d: Array, lr: float, at: Pass) -> Array:
    used = at.memory.get(("last", at.name), d)
    at.memory["last", at.name] = d
    return p - lr * used


def _adam(p: Array, d: Array, lr: float, at: Pass, corrected: bool) -> Array:
    first = 0.9 * at.memory.get(("first", at.name), 0.0) + 0.1 * d
    second = 0.999 * at.memory.get(("second", at.name), 0.0) + 0.001 * d * d
    at.memory["first", at.name], at.memory["second", at.name] = first, second
    if corrected:
        first = first / (1 - 0.9**at.iteration)
        second = second / (1 - 0.999**at.iteration)
    return p - lr * first / (np.sqrt(second) + 1e-8)


MISTAKES = (
    Mistake(
        "momentum",
        "the update has momentum that nobody asked for",
        SGD,
        "V <- 0.9 V + dW, W <- W - learning_rate V",
        "",
        update(lambda p, d, lr, at: _momentum(p, d, lr, at, 0.9)),
        _trajectory,
    ),
    Mistake(
        "momentum-sign",
        "the momentum has the wrong sign",
        "V <- 0.9 V + dW",
        "V <- -0.9 V + dW",
        "",
        update(lambda p, d, lr, at: _momentum(p, d, lr, at, -0.9)),
        _trajectory,
    ),
    Mistake(
        "gradients-accumulate",
        "the gradients of earlier iterations are never cleared",
        "dW of this iteration",
        "dW <- dW + dW of this iteration",
        "",
        update(lambda p, d, lr, at: _momentum(p, d, lr, at, 1.0)),
        _trajectory,
    ),
    Mistake(
        "stale-gradient",
        "the update uses the gradient of the iteration before",
        "W <- W - learning_rate dW of this iteration",
        "W <- W - learning_rate dW of the last iteration",
        "",
        update(_stale),
        _trajectory,
    ),
    Mistake(
        "adam",
        "the update is Adam's, not gradient descent",
        SGD,
        "W <- W - learning_rate m^ / (sqrt(v^) + 1e-8)",
        "",
        update(lambda p, d, lr, at: _adam(p, d, lr, at, corrected=True)),
        lambda _: True,
    ),
    Mistake(
        "adam-uncorrected",
        "the update is Adam's, without the correction of its bias",
        "m^ = m / (1 - 0.9^t), v^ = v / (1 - 0.999^t)",
        "m^ = m, v^ = v",
        "conventions: an optimiser's step counter advanced twice",
        update(lambda p, d, lr, at: _adam(p, d, lr, at, corrected=False)),
        lambda _: True,
    ),
)
