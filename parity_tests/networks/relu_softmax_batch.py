import numpy as np
from tqdm import tqdm

rng = np.random.default_rng(1234)


class NeuralNetwork:
    """784 -> 128 -> 10, batch first, integer labels."""

    def __init__(self, n_in=784, n_hidden=128, n_out=10):
        self.W1 = rng.standard_normal((n_in, n_hidden)) * np.sqrt(2 / n_in)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = rng.standard_normal((n_hidden, n_out)) * np.sqrt(2 / n_hidden)
        self.b2 = np.zeros((1, n_out))

    def forward(self, X):
        self.X = X
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = self.Z1 * (self.Z1 > 0)
        self.Z2 = self.A1 @ self.W2 + self.b2
        exp = np.exp(self.Z2 - self.Z2.max(axis=1, keepdims=True))
        self.A2 = exp / exp.sum(axis=1, keepdims=True)
        return self.A2

    def compute_loss(self, A2, y):
        correct = A2[np.arange(len(y)), y]
        return -np.log(correct + 1e-8).mean()

    def backward(self, y):
        m = y.shape[0]
        dZ2 = self.A2.copy()
        dZ2[np.arange(m), y] -= 1
        dZ2 /= m
        self.dW2 = self.A1.T @ dZ2
        self.db2 = dZ2.sum(axis=0, keepdims=True)
        dA1 = dZ2 @ self.W2.T
        dZ1 = dA1 * (self.A1 > 0)     # A1 > 0 exactly where Z1 > 0
        self.dW1 = self.X.T @ dZ1
        self.db1 = dZ1.sum(axis=0, keepdims=True)

    def update_params(self, lr):
        self.W1 -= lr * self.dW1
        self.b1 -= lr * self.db1
        self.W2 -= lr * self.dW2
        self.b2 -= lr * self.db2

    def predict(self, X):
        return self.forward(X).argmax(axis=1)


def main():
    with np.load("mnist.npz") as f:
        x_train, y_train = f["x_train"].reshape(-1, 784) / 255, f["y_train"]
    net = NeuralNetwork()
    for epoch in range(10):
        order = rng.permutation(len(x_train))
        for start in tqdm(range(0, len(order), 64)):
            batch = order[start:start + 64]
            out = net.forward(x_train[batch])
            net.backward(y_train[batch])
            net.update_params(0.1)
        print(epoch, net.compute_loss(out, y_train[batch]))


if __name__ == "__main__":
    main()
