import numpy as np


class ShallowNN:
    """Binary classifier. fit/predict take X as (m, n_features) like sklearn; inside, examples are columns."""

    def __init__(self, n_x, n_h=4, n_y=1, learning_rate=0.1, seed=None):
        rs = np.random.RandomState(seed)
        self.lr = learning_rate
        self.params = {
            "W1": rs.randn(n_h, n_x) * np.sqrt(2 / n_x),
            "b1": np.zeros((n_h, 1)),
            "W2": rs.randn(n_y, n_h) * np.sqrt(2 / n_h),
            "b2": np.zeros((n_y, 1)),
        }
        self.cache = {}
        self.losses = []

    @staticmethod
    def _sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward_pass(self, X):
        p, c = self.params, self.cache
        c["A0"] = X.T
        c["Z1"] = p["W1"] @ c["A0"] + p["b1"]
        c["A1"] = np.where(c["Z1"] > 0, c["Z1"], 0)
        c["Z2"] = p["W2"] @ c["A1"] + p["b2"]
        c["A2"] = self._sigmoid(c["Z2"])
        return c["A2"].T

    def compute_loss(self, y, y_hat):
        y_hat = np.clip(y_hat, 1e-15, 1 - 1e-15)
        return -np.mean(np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat), axis=1))

    def backward_pass(self, y, y_hat):
        p, c = self.params, self.cache
        m = y.shape[0]
        grads = {}
        delta = (y_hat - y).T / m
        grads["dW2"] = delta @ c["A1"].T
        grads["db2"] = delta.sum(axis=1, keepdims=True)
        delta = (p["W2"].T @ delta) * np.sign(c["A1"])      # sign of a relu output: 0 or 1
        grads["dW1"] = delta @ c["A0"].T
        grads["db1"] = delta.sum(axis=1, keepdims=True)
        return grads

    def update(self, grads):
        for k in self.params:
            self.params[k] = self.params[k] - self.lr * grads["d" + k]

    def fit(self, X, y, epochs=1000):
        y = np.asarray(y, float).reshape(len(X), -1)
        for _ in range(epochs):
            y_hat = self.forward_pass(X)
            self.losses.append(self.compute_loss(y, y_hat))
            self.update(self.backward_pass(y, y_hat))
        return self

    def predict(self, X):
        return (self.forward_pass(X) >= 0.5).astype(int)


if __name__ == "__main__":
    gen = np.random.RandomState(0)
    X = np.vstack([gen.randn(60, 2) + 2, gen.randn(60, 2) - 2])
    y = np.r_[np.ones(60), np.zeros(60)]
    clf = ShallowNN(2, seed=1).fit(X, y)
    print("accuracy", (clf.predict(X).ravel() == y).mean(), "loss", clf.losses[-1])
