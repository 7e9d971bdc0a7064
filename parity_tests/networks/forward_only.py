"""Only inference: weights were trained elsewhere and are read from a file."""
import json
import sys

import numpy as np


def relu(z):
    return np.maximum(0.0, z)


def softmax(z):
    z = z - np.max(z, axis=0, keepdims=True)
    return np.exp(z) / np.sum(np.exp(z), axis=0, keepdims=True)


def load_parameters(path):
    with open(path) as f:
        raw = json.load(f)
    return {name: np.array(value) for name, value in raw.items()}


def forward_propagation(X, parameters):
    """X is (features, examples). Returns the class probabilities and everything in between."""
    cache = {"A0": X}
    L = len(parameters) // 2
    for l in range(1, L + 1):
        cache[f"Z{l}"] = parameters[f"W{l}"] @ cache[f"A{l - 1}"] + parameters[f"b{l}"]
        cache[f"A{l}"] = relu(cache[f"Z{l}"]) if l < L else softmax(cache[f"Z{l}"])
    return cache[f"A{L}"], cache


def predict(X, parameters):
    probabilities, _ = forward_propagation(X, parameters)
    return probabilities.argmax(axis=0)


if __name__ == "__main__":
    parameters = load_parameters(sys.argv[1])
    X = np.loadtxt(sys.argv[2], delimiter=",").T
    for label in predict(X, parameters):
        print(label)
