"""Every output printed in the notebook, from its own inputs and seeds.

Where the notebook shows rounded text, the text is compared.  Where it shows all digits, another
BLAS or another exp may move the last ones: the bound says by how much, and why.
"""

import numpy as np
import pytest

import impl_numpy
from impl_numpy import (
    backward_propagation,
    binary_step,
    compute_cost,
    cost_function,
    forward_propagation,
    initialize_parameters,
    neural_network_model,
    relu,
    sigmoid,
    softmax,
    update_parameters,
)

FIVE = np.array([-2, -1, 0, 1, 2])
X = np.array([[1, 2, -1], [3, -1, 2]])
Y = np.array([[1, 0, 1]])


def shown(arrays: dict[str, np.ndarray]) -> str:
    """Return what the notebook's loop over a dictionary prints."""
    return "\n\n".join(f"{name}:\n{array}" for name, array in arrays.items())


# --- 3.7.2, activation functions -------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (binary_step, "[0. 0. 1. 1. 1.]"),
        (relu, "[0 0 0 1 2]"),
        (sigmoid, "[0.11920292 0.26894142 0.5        0.73105858 0.88079708]"),
    ],
)
def test_activation_as_printed(function: object, text: str) -> None:
    assert callable(function)
    assert str(function(FIVE)) == text


SOFTMAX = """\
[[0.65223985 0.11116562 0.11375186]
 [0.23994563 0.82140902 0.12571524]
 [0.10781452 0.06742536 0.7605329 ]]"""


def test_softmax_as_printed() -> None:
    assert str(softmax(np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2], [0.2, 0.5, 2.0]]))) == SOFTMAX


# --- Example 3.7.1, forward propagation with a ReLU at the output ----------------------------

ACTIVATIONS = """\
A0:
[[ 1  2 -1]
 [ 3 -1  2]]

A1:
[[0.00081921 0.01131693 0.        ]
 [0.05216778 0.         0.02398371]
 [0.         0.         0.        ]
 [0.03881517 0.02390991 0.        ]]

A2:
[[9.84217472e-05 0.00000000e+00 1.30126037e-04]]"""


def test_activations_as_printed() -> None:
    activations, _ = forward_propagation(X, initialize_parameters([2, 4, 1]), output="relu")
    assert shown(activations) == ACTIVATIONS


# --- 3.7.3, cost -----------------------------------------------------------------------------


def test_cross_entropy_as_printed() -> None:
    """Four logarithms, each right to a few units in the last place: 1e-15 is 4.5 of them."""
    AL = sigmoid(np.array([[0.9, 0.2, 0.8, 0.4]]))
    cost = cost_function(AL, np.array([[1, 0, 1, 0]]))
    assert cost == pytest.approx(0.6058521656153525, rel=1e-15, abs=0)


# --- 3.7.4, backpropagation ------------------------------------------------------------------

GRADIENTS = """\
dW2:
[[ 0.0788612  -0.37407729 -0.16524792  0.13800709]]

db2:
[[-0.14033533]]

dW1:
[[ 0.1182918  -0.0591459 ]
 [-0.03768248  0.10496144]
 [-0.00349624 -0.17049228]
 [ 0.15772239 -0.0788612 ]]

db1:
[[ 0.0591459 ]
 [ 0.01403353]
 [-0.06749766]
 [ 0.0788612 ]]"""


def test_gradients_as_printed() -> None:
    parameters = {
        "W1": np.array([[0.1, -0.2], [0.4, 0.5], [-0.3, 0.2], [0.1, -0.5]]),
        "b1": np.zeros((4, 1)),
        "W2": np.array([[0.3, -0.1, 0.2, 0.4]]),
        "b2": np.zeros((1, 1)),
    }
    activations, Z_values = forward_propagation(X, parameters)
    grads = backward_propagation(parameters, activations, Z_values, Y)
    assert shown(grads) == GRADIENTS


# --- 3.7.5, one update -----------------------------------------------------------------------


def test_costs_around_one_update_as_printed() -> None:
    """A few sums of at most four terms and three logarithms: 1e-14 is 45 roundings."""
    parameters = initialize_parameters([2, 4, 1])
    activations, Z_values = forward_propagation(X, parameters, output="relu")
    assert cost_function(activations["A2"], Y) == pytest.approx(6.057751944328228, rel=1e-14, abs=0)
    grads = backward_propagation(parameters, activations, Z_values, Y)
    updated = update_parameters(parameters, grads, 0.1)
    activations, _ = forward_propagation(X, updated, output="relu")
    assert cost_function(activations["A2"], Y) == pytest.approx(
        1.8257783625976673, rel=1e-14, abs=0
    )


# --- Example 3.7.3, complete neural network --------------------------------------------------

COSTS = """\
Cost after iteration 1000: 0.000804
Cost after iteration 2000: 0.000328
Cost after iteration 3000: 0.000199
Cost after iteration 4000: 0.000141
Cost after iteration 5000: 0.000108
Cost after iteration 6000: 0.000088
Cost after iteration 7000: 0.000073
Cost after iteration 8000: 0.000063
Cost after iteration 9000: 0.000055
Cost after iteration 10000: 0.000049
"""
FINAL_COST = 4.853236898537035e-05
UNIT = 2.0**-53  # the spacing of numbers just below 1


def test_complete_network_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The ten costs as text; the final cost as far as probabilities near 1 can carry it.

    The cost is a mean of -log(a) with a about 1 - 1e-4: an `a` off by k units of 2^-53 moves it by
    as much, absolutely.  An exp and a quotient may differ by 4 of them from machine to machine; the
    parameters' own drift over 10,000 iterations, forecast by error bars, is a hundredth of one.
    """
    parameters = neural_network_model(X, Y, [2, 4, 1], 0.1, 10000, print_cost=True)
    assert capsys.readouterr().out == COSTS
    activations, _ = forward_propagation(X, parameters)
    final_cost = compute_cost(activations["A2"], Y)
    assert final_cost == pytest.approx(FINAL_COST, rel=0, abs=4 * UNIT)
    clamped = impl_numpy.binary_cross_entropy(activations["A2"], Y)
    assert clamped != pytest.approx(FINAL_COST, rel=0, abs=4 * UNIT)  # another guard would show
