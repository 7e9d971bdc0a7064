"""Gradient descent: the update, and the loop around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from impl_numpy.arrays import Array, Parameters, depth
from impl_numpy.backward import backward_propagation
from impl_numpy.forward import forward_propagation, initialize_parameters
from impl_numpy.losses import OUTPUT_OF_LOSS, compute_cost, over_examples
from impl_numpy.steps import STEPS, Steps


def update_parameters(
    parameters: Parameters,
    grads: dict[str, Array],
    learning_rate: float,
    steps: Steps = STEPS,
) -> Parameters:
    """Return the parameters after one step of gradient descent; those passed in stay as they are.

    grads          {"dW1", "db1", ...}, each shaped like its parameter
    learning_rate  step length
    Source: notebook, Mathematical Intuition 3.7.11.
    """
    updated: Parameters = {}
    for l in range(1, depth(parameters) + 1):
        for name in (f"W{l}", f"b{l}"):
            updated[name] = steps.update(parameters[name], grads[f"d{name}"], learning_rate)
    return updated


@dataclass(frozen=True)
class Iteration:
    """Everything one iteration of gradient descent computes, in order of computation."""

    activations: dict[str, Array]
    Z_values: dict[str, Array]
    cost: np.floating
    grads: dict[str, Array]
    parameters: Parameters  # after the update


def iterate(
    X: Array,
    Y: Array,
    parameters: Parameters,
    learning_rate: float,
    hidden: str | Sequence[str] = "relu",
    loss: str = "binary_cross_entropy",
    output: str = "",
    reduction: str = "mean",
    steps: Steps = STEPS,
) -> Iterator[Iteration]:
    """Yield one Iteration after another, without end, from the given parameters.

    X (n_x, m), Y (n_out, m), parameters {"W1", "b1", ...}
    hidden     as in forward_propagation
    loss       a key of OUTPUT_OF_LOSS
    output     activation of the last layer; empty: the one that goes with the loss
    reduction  the cost is the "mean" over the m examples, or their "sum"
    """
    L, m = depth(parameters), Y.shape[1]
    output = output or OUTPUT_OF_LOSS[loss]
    while True:
        activations, Z_values = forward_propagation(X, parameters, hidden, output, steps)
        cost = steps.cost(Z_values[f"Z{L}"], activations[f"A{L}"], Y, output, loss)
        cost = over_examples(cost, m, reduction)
        grads = backward_propagation(
            parameters, activations, Z_values, Y, hidden, loss, output, reduction, steps
        )
        parameters = update_parameters(parameters, grads, learning_rate, steps)
        yield Iteration(activations, Z_values, cost, grads, parameters)


def neural_network_model(
    X: Array,
    Y: Array,
    layer_dims: Sequence[int],
    learning_rate: float = 0.01,
    num_iterations: int = 10000,
    print_cost: bool = False,
) -> Parameters:
    """Train the notebook's network (ReLU, sigmoid, cross-entropy) and return its parameters.

    X           (n_x, m)      data
    Y           (1, m)        labels in [0, 1]
    layer_dims  n_x, hidden sizes, n_out
    print_cost  print the cost every 1000 iterations
    Raises ValueError where the shapes do not fit together or the batch is empty.
    Source: notebook, Example 3.7.3.
    """
    X, Y = np.asarray(X), np.asarray(Y)
    _refuse_misfits(X, Y, layer_dims)
    parameters = initialize_parameters(layer_dims)
    iterations = iterate(X, Y, parameters, learning_rate)
    for i, iteration in zip(range(1, num_iterations + 1), iterations, strict=False):
        parameters = iteration.parameters
        if print_cost and i % 1000 == 0:
            cost = compute_cost(iteration.activations[f"A{len(layer_dims) - 1}"], Y)
            print(f"Cost after iteration {i}: {cost:.6f}")
    return parameters


def _refuse_misfits(X: Array, Y: Array, layer_dims: Sequence[int]) -> None:
    if len(layer_dims) < 2:
        raise ValueError(
            f"layer_dims is {list(layer_dims)}: give at least an input and an output size."
        )
    if X.ndim != 2 or X.shape[0] != layer_dims[0]:
        raise ValueError(
            f"X has shape {X.shape}, but layer_dims starts with {layer_dims[0]}: "
            f"give X as ({layer_dims[0]}, m), one example a column."
        )
    if X.shape[1] == 0:
        raise ValueError("X holds no examples: give at least one column.")
    if Y.shape != (layer_dims[-1], X.shape[1]):
        raise ValueError(
            f"Y has shape {Y.shape}, but {layer_dims[-1]} output(s) and {X.shape[1]} examples "
            f"want ({layer_dims[-1]}, {X.shape[1]})."
        )
