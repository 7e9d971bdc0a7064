# Course 2 week 1: gradient checking for my network.
# Result: difference = 0.36...   I do not see it. Asked in the forum.
import numpy as np


def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))


def relu(t):
    return t * (t > 0)


def forward_propagation_n(X, Y, parameters):
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    m = X.shape[1]

    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)

    cost = -(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)).sum() / m
    return cost, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    g = {}
    g["dZ3"] = A3 - Y
    g["dW3"] = 1. / m * g["dZ3"] @ A2.T
    g["db3"] = 1. / m * g["dZ3"].sum(axis=1, keepdims=True)
    g["dA2"] = W3.T @ g["dZ3"]
    g["dZ2"] = g["dA2"] * (A2 > 0)
    g["dW2"] = 1. / m * g["dZ2"] @ A1.T * 2
    g["db2"] = 1. / m * g["dZ2"].sum(axis=1, keepdims=True)
    g["dA1"] = W2.T @ g["dZ2"]
    g["dZ1"] = g["dA1"] * (A1 > 0)
    g["dW1"] = 1. / m * g["dZ1"] @ X.T
    g["db1"] = 4. / m * g["dZ1"].sum(axis=1, keepdims=True)
    return g


def check(parameters, X, Y, eps=1e-6):
    _, cache = forward_propagation_n(X, Y, parameters)
    g = backward_propagation_n(X, Y, cache)
    num, ana = [], []
    for name in sorted(parameters):
        P = parameters[name]
        for idx in np.ndindex(P.shape):
            old = P[idx]
            P[idx] = old + eps
            plus, _ = forward_propagation_n(X, Y, parameters)
            P[idx] = old - eps
            minus, _ = forward_propagation_n(X, Y, parameters)
            P[idx] = old
            num.append((plus - minus) / (2 * eps))
            ana.append(g["d" + name][idx])
    num, ana = np.array(num), np.array(ana)
    return np.linalg.norm(num - ana) / (np.linalg.norm(num) + np.linalg.norm(ana))


if __name__ == '__main__':
    np.random.seed(1)
    dims = [4, 5, 3, 1]
    p = {}
    for l in range(1, 4):
        p["W%d" % l] = np.random.randn(dims[l], dims[l - 1])
        p["b%d" % l] = np.random.randn(dims[l], 1)
    print("difference:", check(p, np.random.randn(4, 3), np.array([[1, 1, 0]])))
