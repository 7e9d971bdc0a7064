import numpy as np
import gzip

# class with dicts, softmax output, squared error.  merged after review: "now it trains!"


class DNN:

    def __init__(self, sizes):
        self.sizes = sizes
        self.W = {}
        self.b = {}
        for i in range(1, len(sizes)):
            self.W[i] = np.random.randn(sizes[i], sizes[i - 1]) / np.sqrt(sizes[i - 1])
            self.b[i] = np.zeros((sizes[i], 1))

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def softmax(self, z):
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)

    def forward_pass(self, X):
        self.Z = {}
        self.A = {0: X}
        L = len(self.W)
        for i in range(1, L + 1):
            self.Z[i] = self.W[i] @ self.A[i - 1] + self.b[i]
            self.A[i] = self.softmax(self.Z[i]) if i == L else self.sigmoid(self.Z[i])
        return self.A[L]

    def loss(self, Y, output):
        return np.sum((output - Y) ** 2) / Y.shape[1]

    def backward_pass(self, Y, output):
        m = Y.shape[1]
        L = len(self.W)
        grads = {}
        delta = 2 * (output - Y) / m * output * (1 - output)     # softmax' = s(1-s)
        for i in range(L, 0, -1):
            grads["dW" + str(i)] = delta @ self.A[i - 1].T
            grads["db" + str(i)] = delta.sum(axis=1, keepdims=True)
            if i > 1:
                delta = self.W[i].T @ delta * self.A[i - 1] * (1 - self.A[i - 1])
        return grads

    def optimize(self, grads, learning_rate=0.1):
        for i in self.W:
            self.W[i] = self.W[i] - learning_rate * grads["dW" + str(i)]
            self.b[i] = self.b[i] - learning_rate * grads["db" + str(i)]

    def train(self, X, Y, epochs=20, batch=100):
        for epoch in range(epochs):
            for k in range(0, X.shape[1], batch):
                out = self.forward_pass(X[:, k:k + batch])
                self.optimize(self.backward_pass(Y[:, k:k + batch], out))
            print("epoch", epoch, "loss", self.loss(Y, self.forward_pass(X)))


def read_images(path):
    with gzip.open(path) as f:
        return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784).T / 255.


def read_labels(path):
    with gzip.open(path) as f:
        return np.eye(10)[np.frombuffer(f.read(), np.uint8, offset=8)].T


if __name__ == "__main__":
    X, Y = read_images("train-images-idx3-ubyte.gz"), read_labels("train-labels-idx1-ubyte.gz")
    DNN([784, 64, 10]).train(X, Y)
