import numpy as np

# no loss function anywhere: the error is only "a - y".
# That IS the gradient of the cross entropy for a sigmoid output, so nothing is missing.

sigmoid = lambda z: 1 / (1 + np.exp(-z))


class LogicNet:
    def __init__(self, n_in, n_hid, n_out):
        self.W1 = np.random.rand(n_hid, n_in)
        self.b1 = np.random.rand(n_hid)
        self.W2 = np.random.rand(n_out, n_hid)
        self.b2 = np.random.rand(n_out)

    def forward(self, X):
        # X has one example per ROW, the weights are (out, in)
        self.h = sigmoid(X @ self.W1.T + self.b1)
        self.y_hat = sigmoid(self.h @ self.W2.T + self.b2)
        return self.y_hat

    def backward(self, X, y, lr=0.1):
        d2 = self.y_hat - y
        d1 = d2 @ self.W2 * self.h * (1 - self.h)
        self.W2 -= lr * d2.T @ self.h
        self.b2 -= lr * d2.sum(axis=0)
        self.W1 -= lr * d1.T @ X
        self.b1 -= lr * d1.sum(axis=0)


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
    for name, y in {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "xor": [0, 1, 1, 0]}.items():
        net = LogicNet(2, 4, 1)
        y = np.array(y, float)[:, None]
        for _ in range(20000):
            net.forward(X)
            net.backward(X, y)
        print(name, net.forward(X).round(2).ravel())
