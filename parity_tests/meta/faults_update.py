"""Faults of the update, and those that only a second iteration shows."""

from collections.abc import Callable

import numpy as np

import impl_numpy
from backproof.candidate import Candidate
from backproof.case import Case, Inputs
from backproof.trace import Array
from impl_numpy import STEPS
from parity_tests.meta.faults import (
    DOUBLE,
    LATER,
    Fault,
    Network,
    OneIteration,
    looped,
    replace,
    right,
    steps,
    with_grads,
)

W, B = "W1, W2, W3", "b1, b2, b3"
ALL = "W1, b1, W2, b2, W3, b3"
ALL_LATER = ", ".join(LATER + name for name in ALL.split(", "))


def rate(change: Callable[[float], float]) -> Candidate:
    return steps(update=lambda p, d, lr: STEPS.update(p, d, change(lr)))


def frozen(is_frozen: Callable[[Array], bool]) -> Candidate:
    return steps(update=lambda p, d, lr: p if is_frozen(p) else STEPS.update(p, d, lr))


def in_place(p: Array, d: Array, lr: float) -> Array:
    p -= lr * d
    return p


def in_place_on_copies() -> OneIteration:
    """One copy of the parameters at the start; then the same arrays are written again and again.

    What was kept of the first iteration, a view, changes under the hands of the keeper.
    """
    own: Network = {}

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        if not own:
            own.update({name: value.copy() for name, value in parameters.items()})
        it = right(case, inputs, own)
        for name, value in own.items():
            in_place(value, it.grads[f"d{name}"], case.learning_rate)
        return replace(it, parameters=dict(own))

    return one


def stale() -> OneIteration:
    """The gradient of the previous iteration is used; the first iteration uses its own."""
    previous: list[Network] = []

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        it = right(case, inputs, parameters)
        used = previous[-1] if previous else it.grads
        previous.append(it.grads)
        return with_grads(case, parameters, it, used)

    return one


def momentum() -> OneIteration:
    velocity: Network = {}

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        it = right(case, inputs, parameters)
        for name, d in it.grads.items():
            velocity[name] = velocity.get(name, 0) * 0.01 + d
        return with_grads(case, parameters, it, dict(velocity))

    return one


def decay() -> OneIteration:
    seen = [0]

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        slower = replace(case, learning_rate=case.learning_rate / (1 + 0.001 * seen[0]))
        seen[0] += 1
        return right(slower, inputs, parameters)

    return one


def accumulated() -> OneIteration:
    """zero_grad() forgotten."""
    total: Network = {}

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        it = right(case, inputs, parameters)
        for name, d in it.grads.items():
            total[name] = total.get(name, 0) + d
        return with_grads(case, parameters, it, dict(total))

    return one


def mini_batches() -> OneIteration:
    """After the first iteration only half of the examples are used."""
    seen = [0]

    def one(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
        seen[0] += 1
        half = Inputs(inputs.parameters, inputs.X[:, ::2], inputs.Y[:, ::2])
        return right(case, inputs if seen[0] == 1 else half, parameters)

    return one


def in_float32(p: Array, d: Array, lr: float) -> Array:
    return STEPS.update(p.astype(np.float32), d.astype(np.float32), lr).astype(p.dtype)


FAULTS = [
    Fault("rate-doubled", "learning rate 2x", rate(lambda lr: 2 * lr), ALL),
    Fault("rate-squared", "learning rate squared", rate(lambda lr: lr * lr), ALL),
    Fault("rate-over-m", "divided by m once more", rate(lambda lr: lr / 11), ALL),
    Fault("rate-a-hidden-constant", "1 whatever is asked", rate(lambda _: 1.0), ALL),
    Fault("uphill", "update of the wrong sign", rate(lambda lr: -lr), ALL),
    Fault("biases-frozen", "#19, #31", frozen(lambda p: p.shape[1] == 1), B),
    Fault("weights-frozen", "only biases move", frozen(lambda p: p.shape[1] > 1), W),
    Fault("last-layer-frozen", "loop one layer short", frozen(lambda p: p.shape[0] == 2), "W3, b3"),
    Fault(
        "gradient-is-overwritten",
        "#19: db = b - lr db, and b stays; here for W3 alone",
        frozen(lambda p: p.shape == (2, 3)),
        "W3",
    ),
    Fault(
        "parameter-is-overwritten",
        "W = lr dW",
        steps(update=lambda p, d, lr: p.dtype.type(lr) * d),
        ALL,
    ),
    Fault("update-in-float32", "in a float64 net", steps(update=in_float32), ALL, dtypes=DOUBLE),
    Fault(
        "in-place",
        "`-=` on arrays that somebody still holds: W1 of step 1 is W1 of the last step",
        looped(in_place_on_copies),
        f"{ALL}, {LATER}cost",
    ),
    Fault("stale-gradient", "of the previous iteration", looped(stale), ALL_LATER),
    Fault("momentum-0.01", "a little momentum nobody asked for", looped(momentum), ALL_LATER),
    Fault("rate-decay", "1/(1 + k/1000), seen once as 1/(iter + 10)", looped(decay), ALL_LATER),
    Fault("gradients-accumulate", "zero_grad forgotten", looped(accumulated), ALL_LATER),
    Fault(
        "mini-batches",
        "half of the examples from the second iteration on",
        looped(mini_batches),
        f"{LATER}cost, {ALL_LATER}",
    ),
]
