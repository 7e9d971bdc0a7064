"""The neural network by hand: numpy and nothing else.

Layout: features first, one example a column: X (n_x, m), W (n_out, n_in), b (n_out, 1).
Read forward.py, then backward.py; steps.py holds the formulas both are made of.  trainer.py does
the same steps without making an array, and stacked.py for many networks at once.
"""

from impl_numpy.activations import (
    binary_step,
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)
from impl_numpy.backward import backward_propagation
from impl_numpy.forward import forward_propagation, initialize_parameters
from impl_numpy.losses import (
    OUTPUT_OF_LOSS,
    binary_cross_entropy,
    categorical_cross_entropy,
    compute_cost,
    cost_function,
    half_squared_error,
    mean_squared_error,
    squared_error,
)
from impl_numpy.stacked import StackedTrainer
from impl_numpy.steps import STEPS, Steps
from impl_numpy.trainer import Trainer
from impl_numpy.training import Iteration, iterate, neural_network_model, update_parameters

__all__ = [
    "OUTPUT_OF_LOSS",
    "STEPS",
    "Iteration",
    "StackedTrainer",
    "Steps",
    "Trainer",
    "backward_propagation",
    "binary_cross_entropy",
    "binary_step",
    "categorical_cross_entropy",
    "compute_cost",
    "cost_function",
    "forward_propagation",
    "half_squared_error",
    "initialize_parameters",
    "iterate",
    "leaky_relu",
    "leaky_relu_derivative",
    "mean_squared_error",
    "neural_network_model",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "squared_error",
    "tanh",
    "tanh_derivative",
    "update_parameters",
]
