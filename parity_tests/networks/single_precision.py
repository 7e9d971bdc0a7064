import numpy as np
import matplotlib.pyplot as plt

DTYPE = np.float32      # my laptop is slow


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(5)
    return {
        "W1": np.random.randn(n_h, n_x).astype(DTYPE) * DTYPE(0.1),
        "b1": np.zeros((n_h, 1), DTYPE),
        "W2": np.random.randn(n_y, n_h).astype(DTYPE) * DTYPE(0.1),
        "b2": np.zeros((n_y, 1), DTYPE),
    }


def forward_propagation(X, parameters):
    X = X.astype(DTYPE)
    W1, b1, W2, b2 = [parameters[k].astype(DTYPE) for k in ("W1", "b1", "W2", "b2")]
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    Y = Y.astype(DTYPE)
    return -np.mean(np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2), axis=0))


def backward_propagation(parameters, cache, X, Y):
    m = DTYPE(X.shape[1])
    X, Y, W2 = X.astype(DTYPE), Y.astype(DTYPE), parameters["W2"].astype(DTYPE)
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dZ1 = (W2.T @ dZ2) * (1 - A1 * A1)
    return {
        "dW2": dZ2 @ A1.T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
    }


def update_parameters(parameters, grads, learning_rate=1.2):
    lr = DTYPE(learning_rate)
    return {k: parameters[k].astype(DTYPE) - lr * grads["d" + k] for k in parameters}


if __name__ == "__main__":
    X = np.random.randn(2, 1000)
    Y = (X[0] > X[1] ** 2).reshape(1, -1)
    p = initialize_parameters(2, 6, 1)
    costs = []
    for i in range(2000):
        A2, cache = forward_propagation(X, p)
        costs.append(compute_cost(A2, Y))
        p = update_parameters(p, backward_propagation(p, cache, X, Y))
    plt.semilogy(costs)
    plt.show()
