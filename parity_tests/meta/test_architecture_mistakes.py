"""Planted mistakes: identify still names what the author meant, so that the judge can object."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backproof.architecture import identify
from backproof.case import Guard
from backproof.trace import Array
from parity_tests.meta.test_architecture_stranger import (
    BCE,
    CCE,
    HALF,
    MSE,
    SQUARED,
    Function,
    Stranger,
    sigmoid,
)

SIZES = ((3, 7), (1, 11), (3, 1), (1, 7))  # n_out, m


def prime(a: Array) -> Array:
    return sigmoid(a) * (1 - sigmoid(a))


def m(Y: Array) -> int:
    return int(Y.shape[1])


def net(*meant: str, depth: int = 2, **steps: Function) -> Stranger:
    hidden, output, loss, *reduction = meant
    return Stranger((hidden,) * (depth - 1), output, loss, *reduction, steps=steps)


def own_activation(d: Array, A: Mapping[int, Array], l: int) -> Array:
    return d @ (A[2] if l == 2 else A[l - 1]).T


def twice(d: Array, A: Mapping[int, Array], l: int) -> Array:
    return d @ A[l - 1].T * (2 if l == 2 else 1)


def by_own_weight(d: Array, A: Mapping[int, Array], l: int) -> Array:
    return d @ A[l - 1].T * (d @ A[l - 1].T)


def without_bias(name: str, p: Array, g: Array) -> Array:
    return p if name[0] == "b" else p - 0.1 * g


def into_gradient(name: str, p: Array, g: Array) -> Array:
    return p - 0.1 * (p - 0.1 * g) if name[0] == "b" else p - 0.1 * g


def squeezed(d: Array, l: int) -> Array:
    return d.sum(axis=1) if l == 1 else d.sum(axis=1, keepdims=True)


def updated_first(_: str, __: Array, A: Array) -> Any:
    return 1.07 * A * (1 - A)


MISTAKES = {
    "no mean": net("sigmoid", "sigmoid", BCE, delta=lambda _, A, Y: A - Y),
    "no mean, softmax": net("sigmoid", "softmax", CCE, delta=lambda _, A, Y: A - Y),
    "own activation in dW2": net("tanh", "sigmoid", BCE, weight=own_activation),
    "gradient times itself": net("tanh", "softmax", CCE, weight=by_own_weight),
    "cost without second half": net(
        "tanh", "sigmoid", BCE, cost=lambda A, Y: -np.sum(Y * np.log(A)) / m(Y)
    ),
    "sigmoid' for relu": net("relu", "sigmoid", BCE, depth=3, slope=lambda _, Z, __: prime(Z)),
    "sigmoid' for tanh": net("tanh", "sigmoid", BCE, slope=lambda _, Z, __: prime(Z)),
    "squeezed bias": net("relu", "sigmoid", BCE, bias_gradient=squeezed),
    "mean twice": net("tanh", "sigmoid", BCE, slope=lambda _, __, A: (1 - A**2) / m(A)),
    "dW2 twice": net("relu", "sigmoid", BCE, depth=3, weight=twice),
    "derivative skipped": net("tanh", "softmax", CCE, depth=3, slope=lambda _, __, ___: 1.0),
    "biases frozen": net("sigmoid", "sigmoid", BCE, update=without_bias),
    "bias update into gradient": net("sigmoid", "softmax", CCE, update=into_gradient),
    "scalar bias gradient": net("relu", "softmax", CCE, bias_gradient=lambda d, _: np.sum(d)),
    "softmax over everything": net(
        "sigmoid", "softmax", CCE, output=lambda Z: np.exp(Z) / np.sum(np.exp(Z))
    ),
    "softmax over examples": net(
        "tanh", "softmax", CCE, output=lambda Z: np.exp(Z) / np.sum(np.exp(Z), 1, keepdims=True)
    ),
    "softmax not normalised": net("relu", "softmax", CCE, output=lambda Z: np.exp(Z) / 9),
    "output updated first": net("sigmoid", "sigmoid", BCE, slope=updated_first),
    "double sigmoid": net(
        *("sigmoid", "sigmoid", HALF, "sum"),
        delta=lambda _, A, Y: (A - Y) * prime(A),
        slope=lambda _, __, A: prime(A),
    ),
    "half of the mse": net("tanh", "identity", MSE, delta=lambda _, A, Y: (A - Y) / Y.size),
    "no output derivative": net("sigmoid", "sigmoid", HALF, delta=lambda _, A, Y: (A - Y) / m(Y)),
    "no output derivative, mse": net("tanh", "tanh", MSE, delta=lambda _, A, Y: 2 * (A - Y) / m(Y)),
    "relu mask dropped": net("relu", "softmax", CCE, slope=lambda _, __, ___: 1.0),
    "relu' as >=": net("relu", "sigmoid", BCE, slope=lambda _, __, A: 1.0 * (A >= 0)),
    "wrong sign": net("tanh", "identity", HALF, delta=lambda _, A, Y: (Y - A) / m(Y)),
    "prime of activation": net("sigmoid", "sigmoid", HALF, slope=lambda _, __, A: prime(A)),
    "softmax diagonal": net(
        "sigmoid", "softmax", SQUARED, delta=lambda _, A, Y: 2 * (A - Y) * A * (1 - A) / m(Y)
    ),
    "derivative of Z": net("sigmoid", "sigmoid", BCE, slope=lambda _, Z, __: Z * (1 - Z)),
    "bias forgotten": net("tanh", "sigmoid", BCE, linear=lambda W, A, _: W @ A),
    "bias twice": net("tanh", "sigmoid", BCE, linear=lambda W, A, b: W @ A + 2 * b),
    "bias subtracted": net("relu", "softmax", CCE, linear=lambda W, A, b: W @ A - b),
    "sigmoid twice": net("sigmoid", "softmax", CCE, hidden=lambda Z: sigmoid(sigmoid(Z))),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_was_meant(mistake: str) -> None:
    stranger = MISTAKES[mistake]
    assert stranger.is_meant_by(identify(stranger.observe(SIZES)))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_was_meant_where_only_the_output_is_shown(mistake: str) -> None:
    stranger = MISTAKES[mistake]
    last = f"A{len(stranger.hidden) + 1}"
    found = identify(stranger.observe(SIZES, lambda name: name in (last, "cost") or name[0] == "d"))
    if mistake == "derivative skipped":  # relu and no derivative at all fit alike
        assert found.loss == stranger.loss
        return
    mine = (stranger.output, stranger.loss, stranger.reduction)
    assert (found.output, found.loss, found.reduction) == mine
    assert found.hidden == stranger.hidden or found.assumed


UNKNOWABLE = ("double sigmoid", "half of the mse", "softmax diagonal", "gradient times itself")


@pytest.mark.parametrize("mistake", [name for name in MISTAKES if name not in UNKNOWABLE])
def test_a_hidden_rate_is_found_all_the_same(mistake: str) -> None:
    stranger = MISTAKES[mistake]
    found = identify(stranger.observe(SIZES, rate_hidden=True))
    assert stranger.is_meant_by(found)
    if mistake != "no output derivative, mse":
        assert found.learning_rate == 0.1


@pytest.mark.parametrize("mistake", ["bias forgotten", "bias subtracted", "bias twice"])
def test_a_wrong_bias_leaves_no_doubt(mistake: str) -> None:
    stranger = MISTAKES[mistake]
    assert identify(stranger.observe(SIZES)).assumed == ()
    without = identify(stranger.observe(SIZES, lambda name: name[0] != "Z"))
    assert ("hidden" in str(without.assumed)) == (mistake == "bias twice")


def test_most_updates_say_what_the_rate_is() -> None:
    stranger = replace(MISTAKES["dW2 twice"], rate=0.25)  # dW2: 0.5, a nicer number
    assert identify(stranger.observe(SIZES, rate_hidden=True)).learning_rate == 0.25


def test_the_gradients_do_not_overrule_the_cost() -> None:
    """Without its cost, a missing output derivative is the cross-entropy: only the cost tells."""
    stranger = MISTAKES["no output derivative"]
    without = identify(stranger.observe(SIZES, lambda name: name != "cost"))
    assert (without.loss, without.reduction) == (BCE, "mean")


def test_the_last_layer_counts_most() -> None:
    """The raw error propagated: below, the gradients are those of the cross-entropy."""

    class Raw(Stranger):
        def _trace(self, P: Mapping[str, Array], X: Array, Y: Array) -> dict[str, Array]:
            t = super()._trace(P, X, Y)
            d = P["W2"].T @ (t["A2"] - Y) * t["A1"] * (1 - t["A1"])
            return {**t, "dW1": d @ X.T / m(Y), "db1": d.sum(axis=1, keepdims=True) / m(Y)}

    stranger = Raw(("sigmoid",), "sigmoid", HALF)
    found = identify(stranger.observe(SIZES, lambda name: name[0] in "ZAd"))
    assert stranger.is_meant_by(found)


def test_the_wrong_cost_of_a_guarded_softmax() -> None:
    stranger = Stranger(("relu",), "softmax", CCE, guard=Guard("add", 1e-10), steps={})
    found = identify(stranger.observe(SIZES))
    assert stranger.is_meant_by(found)
    assert found.guards == (Guard("add", 1e-10),)
