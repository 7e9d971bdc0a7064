"""The right lines of a network, one template for each step of the computation.

In a template {l} is the layer, {n} the one above, {A} what the layer is given (X or the activation
below), {L} the last layer, {g} the hidden activation, {slope} its derivative, {out} the output's.
"""

from backproof.demo.network import Network

Fragments = dict[str, str]

HELPERS = {  # functions of their own, in the files that call them
    "sigmoid": "return 1 / (1 + np.exp(-z))",
    "relu": "return np.maximum(0, z)",
    "leaky_relu": "return np.where(z > 0, z, 0.01 * z)",
    "softmax": (
        "e = np.exp(z - np.max(z, axis=0, keepdims=True))\n"
        "return e / np.sum(e, axis=0, keepdims=True)"
    ),
    "sigmoid_derivative": "s = sigmoid(z)\nreturn s * (1 - s)",
    "tanh_derivative": "return 1 - np.tanh(z) ** 2",
}
FUNCTIONS = {"tanh": "np.tanh", "identity": ""}  # others are called as they are named
SLOPES = {
    "tanh": "(1 - A{l}**2)",
    "sigmoid": "A{l} * (1 - A{l})",
    "relu": "(Z{l} > 0)",
    "leaky_relu": "np.where(Z{l} > 0, 1, 0.01)",
}
COSTS = {
    "binary_cross_entropy": (
        "logs = Y * np.log(A{L}) + (1 - Y) * np.log(1 - A{L})\nreturn -np.sum(logs) / m"
    ),
    "categorical_cross_entropy": "return -np.sum(Y * np.log(A{L})) / m",
    "half_squared_error": "return np.sum((A{L} - Y) ** 2) / (2 * m)",
    "squared_error": "return np.sum((A{L} - Y) ** 2) / m",
    "mean_squared_error": "return np.mean((A{L} - Y) ** 2)",
}
DELTAS = {
    ("sigmoid", "squared_error"): "dA{L} = 2 * (A{L} - Y)\ndZ{L} = dA{L} * A{L} * (1 - A{L})",
    ("tanh", "squared_error"): "dA{L} = 2 * (A{L} - Y)\ndZ{L} = dA{L} * (1 - A{L} ** 2)",
    ("identity", "mean_squared_error"): "dZ{L} = 2 * (A{L} - Y) / Y.shape[0]",
}


def right(network: Network) -> Fragments:
    """Return the template of each step; `step.last`, `step.first`, `step.hidden` go before it."""
    fragments = HELPERS | {
        "linear": "Z{l} = W{l} @ {A} + b{l}",
        "activation": "A{l} = {g}(Z{l})",
        "activation.last": "A{l} = {out}(Z{l})" if network.output != "identity" else "A{l} = Z{l}",
        "cost": COSTS[network.loss],
        "count": "m = X.shape[1]",
        "delta": DELTAS.get((network.output, network.loss), "dZ{L} = A{L} - Y"),
        "propagate": "dA{l} = W{n}.T @ dZ{n}",
        "slope": SLOPES[network.hidden],
        "hidden": "dZ{l} = dA{l} * {slope}",
        "weights": "dW{l} = dZ{l} @ {A}.T / m",
        "biases": "db{l} = np.sum(dZ{l}, axis=1, keepdims=True) / m",
        "update W": "W = W - learning_rate * dW",
        "update b": "b = b - learning_rate * db",
        "updated": "1 to L",
    }
    if network.reduction == "sum":
        for step in ("cost", "weights", "biases"):
            fragments[step] = fragments[step].removesuffix(" / m")
    return fragments
