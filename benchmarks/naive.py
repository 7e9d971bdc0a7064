"""The notebook's training step as a reader would type it: the baseline of the benchmarks.

Example 3.7.3 in our own words.  Every line makes new arrays, dAL is computed and not used, and the
cost is computed in every iteration, all as there.
"""

import numpy as np


def forward(X: np.ndarray, parameters: dict[str, np.ndarray]) -> tuple[dict, dict]:
    """Return activations and Z_values of a ReLU network with a sigmoid output."""
    activations, Z_values = {"A0": X}, {}
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = np.dot(W, activations[f"A{l - 1}"]) + b
        Z_values[f"Z{l}"] = Z
        activations[f"A{l}"] = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return activations, Z_values


def cost(AL: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy with 1e-15 in its logarithms."""
    each = Y * np.log(AL + 1e-15) + (1 - Y) * np.log(1 - AL + 1e-15)
    return np.squeeze(-(1 / Y.shape[1]) * np.sum(each))


def backward(
    parameters: dict[str, np.ndarray], activations: dict, Z_values: dict, Y: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the gradients."""
    L, m = len(parameters) // 2, Y.shape[1]
    AL = activations[f"A{L}"]
    _ = -(np.divide(Y, AL + 1e-15) - np.divide(1 - Y, 1 - AL + 1e-15))  # the notebook's dAL
    dZ = AL - Y
    grads = {}
    for l in range(L, 0, -1):
        if l < L:
            dA = np.dot(parameters[f"W{l + 1}"].T, dZ)
            dZ = dA * (Z_values[f"Z{l}"] > 0).astype(dA.dtype)
        grads[f"dW{l}"] = (1 / m) * np.dot(dZ, activations[f"A{l - 1}"].T)
        grads[f"db{l}"] = (1 / m) * np.sum(dZ, axis=1, keepdims=True)
    return grads


def step(
    X: np.ndarray, Y: np.ndarray, parameters: dict[str, np.ndarray], learning_rate: float
) -> np.ndarray:
    """Do one iteration, in place; return the cost."""
    activations, Z_values = forward(X, parameters)
    J = cost(activations[f"A{len(parameters) // 2}"], Y)
    grads = backward(parameters, activations, Z_values, Y)
    for name, value in parameters.items():
        value -= learning_rate * grads[f"d{name}"]
    return J
