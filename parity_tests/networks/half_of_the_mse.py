"""House prices: regression with one hidden layer (tanh), linear output, mean squared error."""
import numpy as np
import pandas as pd
import seaborn as sns


class Regressor:
    def __init__(self, n_features, n_hidden, n_targets=1):
        gen = np.random.default_rng(12)
        self.W1 = gen.normal(size=(n_features, n_hidden)) / np.sqrt(n_features)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = gen.normal(size=(n_hidden, n_targets)) / np.sqrt(n_hidden)
        self.b2 = np.zeros((1, n_targets))

    def forward(self, X):
        self.Z1 = X.dot(self.W1) + self.b1
        self.A1 = np.tanh(self.Z1)
        self.Z2 = self.A1.dot(self.W2) + self.b2
        return self.Z2                      # no activation: prices are not probabilities

    def mse(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2)

    def backward(self, X, y, y_pred):
        N = y.size
        dZ2 = (y_pred - y) / N
        self.dW2 = self.A1.T.dot(dZ2)
        self.db2 = dZ2.sum(axis=0, keepdims=True)
        dZ1 = dZ2.dot(self.W2.T) * (1 - self.A1 ** 2)
        self.dW1 = X.T.dot(dZ1)
        self.db1 = dZ1.sum(axis=0, keepdims=True)

    def step(self, lr):
        for name in ("W1", "b1", "W2", "b2"):
            setattr(self, name, getattr(self, name) - lr * getattr(self, "d" + name))

    def fit(self, X, y, lr=0.05, epochs=500):
        for epoch in range(epochs):
            y_pred = self.forward(X)
            self.backward(X, y, y_pred)
            self.step(lr)
            if epoch % 50 == 0:
                print(f"{epoch:5d} mse={self.mse(y, y_pred):.5f}")


houses = pd.read_csv("housing.csv")
sns.pairplot(houses)
y = houses[["median_house_value"]].to_numpy() / 1e5
X = houses.drop(columns=["median_house_value", "ocean_proximity"]).fillna(0).to_numpy()
X = (X - X.mean(0)) / X.std(0)
model = Regressor(X.shape[1], 16)
model.fit(X, y)
