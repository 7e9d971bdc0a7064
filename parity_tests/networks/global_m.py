"""Letter recognition. Positional functions; m is a global, set where the data is read."""
import numpy as np
import pandas as pd

frame = pd.read_csv("letters.csv")
data = frame.to_numpy()
m, n = data.shape
labels = data[:, 0].astype(int)
inputs = data[:, 1:].T / 15.


def init_params(hidden=20, classes=26):
    W1 = np.random.randn(hidden, n - 1) * 0.1
    b1 = np.zeros((hidden, 1))
    W2 = np.random.randn(classes, hidden) * 0.1
    b2 = np.zeros((classes, 1))
    return W1, b1, W2, b2


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / np.exp(Z).sum(axis=0)


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    out = np.zeros((Y.max() + 1, Y.size))
    out[Y, np.arange(Y.size)] = 1
    return out


def back_prop(Z1, A1, Z2, A2, W2, X, Y):
    dZ2 = A2 - one_hot(Y)
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1 ** 2)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    return W1 - alpha * dW1, b1 - alpha * db1, W2 - alpha * dW2, b2 - alpha * db2


W1, b1, W2, b2 = init_params()
for step in range(300):
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, inputs)
    grads = back_prop(Z1, A1, Z2, A2, W2, inputs, labels)
    W1, b1, W2, b2 = update_params(W1, b1, W2, b2, *grads, alpha=0.5)
    if step % 50 == 0:
        print(step, (A2.argmax(0) == labels).mean())
