"""What a caller of impl_numpy may rely on besides each formula: how the parts are put together,
what is assumed where nothing is said, what is never changed, what is refused.
"""

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from itertools import islice
from typing import Any

import numpy as np
import pytest

import impl_numpy
from impl_numpy import (
    STEPS,
    Iteration,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    iterate,
    neural_network_model,
)
from impl_numpy.activations import HIDDEN, OUTPUT

DIMS, M = (2, 5, 4, 3), 6
RNG = np.random.default_rng(5)
X = RNG.normal(size=(DIMS[0], M))
Y = RNG.uniform(0.1, 0.9, size=(DIMS[-1], M))
PARAMETERS = {
    f"{name}{l}": RNG.normal(size=(DIMS[l], DIMS[l - 1] if name == "W" else 1))
    for l in range(1, len(DIMS))
    for name in "Wb"
}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Tell whether they are equal up to the rounding of two computations."""
    return list(one) == list(other) and all(
        np.allclose(one[k], other[k], rtol=1e-12, atol=1e-15) for k in one
    )


def first(**options: Any) -> Iteration:
    return next(iterate(X, Y, PARAMETERS, 0.1, **options))


# --- how the parts are put together ----------------------------------------------------------


def test_each_layer_has_its_own_activation() -> None:
    names = ("tanh", "leaky_relu")
    activations, Z_values = forward_propagation(X, PARAMETERS, names, "softmax")
    A = X
    assert list(activations) == ["A0", "A1", "A2", "A3"]
    assert list(Z_values) == ["Z1", "Z2", "Z3"]
    assert activations["A0"] is X
    for l, name in enumerate((*names, "softmax"), 1):
        Z = PARAMETERS[f"W{l}"] @ A + PARAMETERS[f"b{l}"]
        A = getattr(impl_numpy.activations, name)(Z)
        np.testing.assert_allclose(Z_values[f"Z{l}"], Z, rtol=1e-13)
        np.testing.assert_allclose(activations[f"A{l}"], A, rtol=1e-13)


def test_gradients_are_slopes_of_the_cost() -> None:
    """Central differences of the cost, for each parameter, with three activations that differ."""
    options = {"hidden": ("tanh", "sigmoid"), "loss": "squared_error", "output": "tanh"}
    grads, h = first(**options).grads, 1e-5
    assert list(grads) == ["dW3", "db3", "dW2", "db2", "dW1", "db1"]
    for name, value in PARAMETERS.items():
        for index in np.ndindex(value.shape):
            costs = []
            for sign in (1, -1):
                moved = value.copy()
                moved[index] += sign * h
                there = iterate(X, Y, PARAMETERS | {name: moved}, 0.1, **options)
                costs.append(float(next(there).cost))
            slope = (costs[0] - costs[1]) / (2 * h)
            assert grads[f"d{name}"][index] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_a_sum_over_the_examples_is_m_times_the_mean() -> None:
    mean, total = (
        first(loss="half_squared_error"),
        first(loss="half_squared_error", reduction="sum"),
    )
    np.testing.assert_allclose(total.cost, M * mean.cost, rtol=1e-14)
    for name, value in mean.grads.items():
        np.testing.assert_allclose(total.grads[name], M * value, rtol=1e-13)
    grads = backward_propagation(
        PARAMETERS, mean.activations, mean.Z_values, Y, "relu", "half_squared_error", "", "sum"
    )
    assert same(grads, total.grads)


def test_iterations_follow_one_another() -> None:
    one, two = islice(iterate(X, Y, PARAMETERS, 0.1), 2)
    assert list(one.parameters) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    for name, value in one.parameters.items():
        np.testing.assert_allclose(
            value, PARAMETERS[name] - 0.1 * one.grads[f"d{name}"], rtol=1e-13
        )
    activations, Z_values = forward_propagation(X, one.parameters)
    assert same(two.activations, activations)
    assert same(two.Z_values, Z_values)
    assert two.cost < one.cost


def test_whole_numbers_are_data_too() -> None:
    """Integers and lists give what the same numbers as float64 give."""
    data, labels = [[1, 2, -1], [3, -1, 2]], [[1, 0, 1]]
    wanted = neural_network_model(np.array(data, float), np.array(labels, float), (2, 3, 1), 0.5, 3)
    assert same(neural_network_model(data, labels, (2, 3, 1), 0.5, 3), wanted)


def test_cost_is_a_scalar() -> None:
    for loss in impl_numpy.OUTPUT_OF_LOSS:
        cost = first(loss=loss).cost
        assert np.shape(cost) == ()
        assert math.isfinite(cost)


# --- what is assumed where nothing is said ---------------------------------------------------


def test_defaults_of_iterate() -> None:
    plain, told = (
        first(),
        first(
            hidden="relu",
            loss="binary_cross_entropy",
            output="sigmoid",
            reduction="mean",
            steps=STEPS,
        ),
    )
    assert plain.cost == pytest.approx(told.cost, rel=1e-12)
    assert same(plain.activations, told.activations)
    assert same(plain.grads, told.grads)


@pytest.mark.parametrize("loss", impl_numpy.OUTPUT_OF_LOSS)
def test_output_not_named_goes_with_the_loss(loss: str) -> None:
    told = first(loss=loss, output=impl_numpy.OUTPUT_OF_LOSS[loss])
    assert same(first(loss=loss).grads, told.grads)
    grads = backward_propagation(PARAMETERS, told.activations, told.Z_values, Y, loss=loss)
    assert same(grads, told.grads)


def test_defaults_of_the_two_passes() -> None:
    activations, Z_values = forward_propagation(X, PARAMETERS)
    told = forward_propagation(X, PARAMETERS, "relu", "sigmoid", STEPS)
    assert same(activations, told[0])
    grads = backward_propagation(PARAMETERS, activations, Z_values, Y)
    full = backward_propagation(
        PARAMETERS, activations, Z_values, Y, "relu", "binary_cross_entropy", "sigmoid", "mean"
    )
    assert same(grads, full)


def test_defaults_of_the_initialisation() -> None:
    plain = initialize_parameters(DIMS)
    assert same(plain, initialize_parameters(DIMS, seed=42, dtype=np.float64))
    assert not same(plain, initialize_parameters(DIMS, seed=43))
    stream = np.random.RandomState(42)
    for l in range(1, len(DIMS)):
        assert np.array_equal(plain[f"W{l}"], stream.randn(DIMS[l], DIMS[l - 1]) * 0.01)
        assert np.array_equal(plain[f"b{l}"], np.zeros((DIMS[l], 1)))
    assert {value.dtype for value in plain.values()} == {np.dtype(np.float64)}


def test_defaults_of_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 iterations of 0.01, in silence: the parameters after them, and after no other."""
    data, labels = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]])
    trained = neural_network_model(data, labels, (1, 1))
    assert capsys.readouterr().out == ""
    assert same(trained, neural_network_model(data, labels, (1, 1), 0.01, 10000, False))
    iterations = iterate(data, labels, initialize_parameters((1, 1)), 0.01)
    assert same(trained, next(islice(iterations, 9999, None)).parameters)


# --- what is never changed -------------------------------------------------------------------


@pytest.mark.parametrize("shared", [STEPS, HIDDEN["relu"], OUTPUT["sigmoid"], first()])
def test_what_is_shared_cannot_be_altered(shared: Any) -> None:
    """STEPS is everybody's default: a step set in it would be in all networks."""
    name = fields(shared)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(shared, name, None)


# --- what is printed, what is refused --------------------------------------------------------


@pytest.mark.parametrize(("iterations", "lines"), [(999, []), (1000, [1000]), (2001, [1000, 2000])])
def test_cost_is_printed_every_1000_iterations(
    iterations: int, lines: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    data, labels = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]])
    neural_network_model(data, labels, (1, 2, 1), 0.01, iterations, print_cost=True)
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in printed] == [f"Cost after iteration {i}" for i in lines]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_model_does_as_many_iterations_as_asked(count: int) -> None:
    trained = neural_network_model(X, Y, DIMS, 0.1, count)
    expected = initialize_parameters(DIMS)
    for iteration in islice(iterate(X, Y, expected, 0.1), count):
        expected = iteration.parameters
    assert same(trained, expected)


def test_one_layer_and_one_example_are_enough() -> None:
    trained = neural_network_model(X[:, :1], Y[:, :1], (2, 3), 0.1, 1)
    assert [value.shape for value in trained.values()] == [(3, 2), (3, 1)]


UNKNOWN: list[Callable[[], object]] = [
    lambda: first(loss="hinge"),
    lambda: first(hidden="hinge"),
    lambda: first(output="hinge"),
    lambda: first(reduction="hinge"),
    lambda: impl_numpy.binary_cross_entropy(Y, Y, guard="hinge"),
]


@pytest.mark.parametrize("call", UNKNOWN)
def test_an_unknown_name_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(KeyError, match="hinge"):
        call()


@pytest.mark.parametrize("data", [X[:, 0], X[:, :, None]], ids=["one axis", "three axes"])
def test_data_of_other_than_two_axes_are_refused(data: np.ndarray) -> None:
    """Also where there is a feature for each input."""
    with pytest.raises(ValueError, match=r"^X has shape \(2,"):
        neural_network_model(data, Y, DIMS, 0.1, 1)


@pytest.mark.parametrize("name", ["a", "bz", "d", "hinge", "n", "t"])
def test_the_gradient_of_an_unknown_loss_is_refused(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        impl_numpy.losses.cost_derivative(Y, Y, name)
