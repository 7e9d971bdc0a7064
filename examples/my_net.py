"""A network as people write them: `backproof check examples/my_net.py` reads it as it stands."""

import numpy as np


class NeuralNetwork:
    """Two layers: tanh, then sigmoid; examples are rows."""

    def __init__(self, n_in: int, n_hidden: int, n_out: int) -> None:
        """Draw small weights."""
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(n_in, n_hidden)), np.zeros(n_hidden)
        self.W2, self.b2 = rng.normal(size=(n_hidden, n_out)), np.zeros(n_out)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return the probabilities, (m, n_out)."""
        self.hidden = np.tanh(X @ self.W1 + self.b1)
        return 1 / (1 + np.exp(-(self.hidden @ self.W2 + self.b2)))

    def loss(self, X: np.ndarray, y: np.ndarray) -> float:
        """Return the binary cross-entropy."""
        p = self.forward(X)
        return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))

    def train_step(self, X: np.ndarray, y: np.ndarray, learning_rate: float) -> None:
        """Descend once."""
        error = (self.forward(X) - y) / len(X)
        delta = (error @ self.W2.T) * (1 - self.hidden**2)
        self.W2 -= learning_rate * self.hidden.T @ error
        self.b2 -= learning_rate * error.sum(axis=0)
        self.W1 -= learning_rate * X.T @ delta
        self.b1 -= learning_rate * delta.sum(axis=0)


if __name__ == "__main__":
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([[0.0], [1.0], [1.0], [0.0]])
    net = NeuralNetwork(2, 4, 1)
    for step in range(5001):
        if step % 1000 == 0:
            print(step, net.loss(X, y))  # noqa: T201
        net.train_step(X, y, 0.5)
