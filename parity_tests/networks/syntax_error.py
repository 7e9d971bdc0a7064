import numpy as np


class Perceptron:
    def __init__(self, n_in, n_hidden, n_out)
        self.W1 = np.random.randn(n_in, n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)

    def forward(self, X):
        self.h = np.tanh(X @ self.W1)
        return self.h @ self.W2

    def backward(self, X, y, out, lr=0.01):
        d = (out - y) / len(X)
        dh = d @ self.W2.T * (1 - self.h ** 2)
        self.W2 -= lr * self.h.T @ d
        self.W1 -= lr * X.T @ dh


p = Perceptron(3, 5, 2)
print(p.forward(np.ones((4, 3))))
