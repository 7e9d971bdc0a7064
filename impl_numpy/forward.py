"""From parameters and data to activations: initialisation and the forward pass."""

from collections.abc import Sequence

import numpy as np

from impl_numpy.activations import HIDDEN, OUTPUT, hidden_layers
from impl_numpy.arrays import Array, Parameters, as_precise_as, depth
from impl_numpy.steps import STEPS, Steps


def initialize_parameters(
    layer_dims: Sequence[int], seed: int = 42, dtype: type = np.float64
) -> Parameters:
    """Return small random weights and zero biases, {"W1", "b1", ..., "WL", "bL"}.

    W_l  (layer_dims[l], layer_dims[l-1])   0.01 times a standard normal
    b_l  (layer_dims[l], 1)                 zeros
    The notebook's printed figures need NumPy's legacy stream, so this draws from it (without
    touching the global state); new code takes a numpy.random.Generator.
    Source: notebook, Example 3.7.1.
    """
    stream = np.random.RandomState(seed)
    parameters: Parameters = {}
    for l in range(1, len(layer_dims)):
        W = stream.randn(layer_dims[l], layer_dims[l - 1]) * 0.01
        parameters[f"W{l}"] = W.astype(dtype)
        parameters[f"b{l}"] = np.zeros((layer_dims[l], 1), dtype=dtype)
    return parameters


def forward_propagation(
    X: Array,
    parameters: Parameters,
    hidden: str | Sequence[str] = "relu",
    output: str = "sigmoid",
    steps: Steps = STEPS,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the activations {"A0", ..., "AL"} and pre-activations {"Z1", ..., "ZL"}.

    Z_l = W_l A_{l-1} + b_l        A_l = g_l(Z_l)

    X            (n_x, m)   data, one example a column; A0 is X as it was given
    A_l, Z_l     (n_l, m)   in the precision of the parameters
    hidden       g of the hidden layers: "relu", "sigmoid", "tanh", "leaky_relu"; or one name for
                 each of them
    output       g of the last layer: "sigmoid", "softmax", "identity", "tanh", or "relu" (Example
                 3.7.1)
    Raises KeyError for another activation, ValueError for too few or too many names.
    Source: notebook, Definition 3.7.3 and Example 3.7.3.
    """
    activations, Z_values = {"A0": X}, {}
    L = depth(parameters)
    g = [HIDDEN[name].function for name in hidden_layers(hidden, L - 1)]
    g.append(OUTPUT[output].function)
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = steps.linear(W, as_precise_as(activations[f"A{l - 1}"], W), b)
        activations[f"A{l}"] = steps.activation(Z, g[l - 1])
        Z_values[f"Z{l}"] = Z
    return activations, Z_values
