"""Exercise 7: compare a network with sigmoid units and one with tanh units on the same data."""
import numpy as np
import matplotlib.pyplot as plt


class SigmoidNet:
    def __init__(self, n_in, n_hidden, n_out):
        np.random.seed(10)
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros(n_out)

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.A1 = self.sigmoid(X @ self.W1 + self.b1)
        self.A2 = self.sigmoid(self.A1 @ self.W2 + self.b2)
        return self.A2

    def loss(self, X, y):
        A = self.forward(X)
        return -np.sum(y * np.log(A) + (1 - y) * np.log(1 - A)) / len(X)

    def backward(self, X, y, output, lr):
        m = len(X)
        d2 = (output - y) / m
        d1 = d2 @ self.W2.T * self.A1 * (1 - self.A1)
        self.W2 -= lr * self.A1.T @ d2
        self.b2 -= lr * d2.sum(axis=0)
        self.W1 -= lr * X.T @ d1
        self.b1 -= lr * d1.sum(axis=0)


class TanhNet:
    def __init__(self, n_in, n_hidden, n_out):
        np.random.seed(10)
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.A2 = 1 / (1 + np.exp(-(self.A1 @ self.W2 + self.b2)))
        return self.A2

    def loss(self, X, y):
        A = self.forward(X)
        return -np.sum(y * np.log(A) + (1 - y) * np.log(1 - A)) / len(X)

    def backward(self, X, y, output, lr):
        m = len(X)
        d2 = (output - y) / m
        d1 = d2 @ self.W2.T * self.A1 * (1 - self.A1)     # copied from above
        self.W2 -= lr * self.A1.T @ d2
        self.b2 -= lr * d2.sum(axis=0)
        self.W1 -= lr * X.T @ d1
        self.b1 -= lr * d1.sum(axis=0)


if __name__ == "__main__":
    X = np.random.randn(200, 2)
    y = (np.hypot(X[:, :1], X[:, 1:]) < 1).astype(float)
    for cls in (SigmoidNet, TanhNet):
        net = cls(2, 6, 1)
        curve = []
        for _ in range(3000):
            net.backward(X, y, net.forward(X), 1.0)
            curve.append(net.loss(X, y))
        plt.plot(curve, label=cls.__name__)
    plt.legend()
    plt.show()
