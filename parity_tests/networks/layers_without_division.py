"""Layers as objects, and a small model class to hold them. Two classes of flowers... or three."""
import numpy as np
from sklearn.datasets import load_iris


class Dense:
    def __init__(self, n_in, n_out):
        self.weights = np.random.uniform(-1, 1, (n_in, n_out)) / np.sqrt(n_in)
        self.bias = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, grad):
        self.dweights = self.x.T @ grad
        self.dbias = grad.sum(axis=0, keepdims=True)
        return grad @ self.weights.T


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.mean(np.log(self.probs[np.arange(len(y)), y]))

    def backward(self):
        grad = self.probs.copy()
        grad[np.arange(len(self.y)), self.y] -= 1
        return grad


class Model:
    def __init__(self, n_in, n_hidden, n_out):
        self.layers = [Dense(n_in, n_hidden), Sigmoid(), Dense(n_hidden, n_out)]
        self.criterion = SoftmaxCrossEntropy()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, x, y):
        return self.criterion.forward(self.forward(x), y)

    def backward(self):
        grad = self.criterion.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    def step(self, lr):
        for layer in self.layers:
            if isinstance(layer, Dense):
                layer.weights -= lr * layer.dweights
                layer.bias -= lr * layer.dbias


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    model = Model(4, 10, 3)
    for i in range(1000):
        J = model.loss(X, y)
        model.backward()
        model.step(0.001)
        if i % 100 == 0:
            print(i, J)
