import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split


class MLP:
    """input -> hidden (sigmoid) -> output (sigmoid), trained with gradient descent on cross entropy"""

    def __init__(self, n_in, n_hidden, n_out, seed=0):
        r = np.random.RandomState(seed)
        self.W1 = r.normal(scale=0.1, size=(n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = r.normal(scale=0.1, size=(n_hidden, n_out))
        self.b2 = np.zeros(n_out)

    def _sig(self, z):
        return 1 / (1 + np.exp(-np.clip(z, -500, 500)))

    def feedforward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = self._sig(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.a2 = self._sig(self.z2)
        return self.a2

    def cost(self, X, y):
        p = self.feedforward(X)
        return -np.mean(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p), axis=1))

    def backprop(self, X, y, lr):
        m = X.shape[0]

        # output layer
        delta2 = (self.a2 - y) / m
        self.W2 -= lr * self.a1.T @ delta2
        self.b2 -= lr * delta2.sum(axis=0)

        # hidden layer
        delta1 = delta2 @ self.W2.T * self.a1 * (1 - self.a1)
        self.W1 -= lr * X.T @ delta1
        self.b1 -= lr * delta1.sum(axis=0)

    def train(self, X, y, lr=0.5, epochs=300):
        for _ in range(epochs):
            self.feedforward(X)
            self.backprop(X, y, lr)

    def predict(self, X):
        return (self.feedforward(X) > 0.5).astype(int)


if __name__ == "__main__":
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    Xtr, Xte, ytr, yte = train_test_split(X, y[:, None], random_state=1)
    net = MLP(30, 8, 1)
    net.train(Xtr, ytr)
    print("train", (net.predict(Xtr) == ytr).mean(), "test", (net.predict(Xte) == yte).mean())
