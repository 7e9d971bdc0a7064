"""Pure Python lists, neuron by neuron; `trace` at the end tells backproof where everything is."""
import math

import numpy as np


class Neuron:
    def __init__(self, weights, bias):
        self.weights = list(weights)
        self.bias = bias

    def fire(self, inputs):
        self.inputs = inputs
        self.total = self.bias
        for w, x in zip(self.weights, inputs):
            self.total += w * x
        self.value = 1 / (1 + math.exp(-self.total))
        return self.value

    def learn(self, delta):
        """delta is dE/dtotal; returns dE/dinputs"""
        self.delta = delta
        self.slopes = [delta * x for x in self.inputs]
        return [delta * w for w in self.weights]


class Layer:
    def __init__(self, W, b):
        self.neurons = [Neuron(row, bias) for row, bias in zip(W, b)]

    def fire(self, inputs):
        return [n.fire(inputs) for n in self.neurons]

    def learn(self, deltas):
        parts = [n.learn(delta) for n, delta in zip(self.neurons, deltas)]
        return [sum(column) for column in zip(*parts)]

    def unsquash(self, blames):
        """dE/dvalue -> dE/dtotal"""
        return [blame * n.value * (1 - n.value) for n, blame in zip(self.neurons, blames)]


def trace(case):
    """One step of gradient descent on the mean cross-entropy; sigmoids everywhere."""
    if (case.hidden, case.loss, case.dtype) != ("sigmoid", "binary_cross_entropy", "float64"):
        return None
    depth = len(case.parameters) // 2
    sums, m = {}, case.X.shape[1]
    columns = {f"{kind}{l}": [] for kind in "ZA" for l in range(1, depth + 1)}
    cost = 0.0
    for k in range(m):
        layers = [Layer(case.parameters[f"W{l}"], case.parameters[f"b{l}"][:, 0]) for l in range(1, depth + 1)]
        signal = list(case.X[:, k])
        for l, layer in enumerate(layers, start=1):
            signal = layer.fire(signal)
            columns[f"Z{l}"].append([n.total for n in layer.neurons])
            columns[f"A{l}"].append(signal)
        for a, y in zip(signal, case.Y[:, k]):
            cost -= (y * math.log(a) + (1 - y) * math.log(1 - a)) / m
        deltas = [a - y for a, y in zip(signal, case.Y[:, k])]
        for l in range(depth, 0, -1):
            blames = layers[l - 1].learn(deltas)
            if l > 1:
                deltas = layers[l - 2].unsquash(blames)
            dW = np.array([n.slopes for n in layers[l - 1].neurons]) / m
            db = np.array([[n.delta] for n in layers[l - 1].neurons]) / m
            sums[f"dW{l}"] = sums.get(f"dW{l}", 0) + dW
            sums[f"db{l}"] = sums.get(f"db{l}", 0) + db
    result = {name: np.array(value).T for name, value in columns.items()}
    result["cost"] = cost
    result.update(sums)
    for name, value in case.parameters.items():
        result[name] = value - case.learning_rate * sums["d" + name]
    return result
