# Handwritten digit classifier. The accuracy first goes up and then falls to 10%, and
# "RuntimeWarning: overflow encountered in exp" appears after some epochs.
import numpy as np
from keras.datasets import mnist


def initialize(n_x, n_h, n_y):
    np.random.seed(0)
    return (np.random.randn(n_h, n_x) * 0.01, np.zeros((n_h, 1)),
            np.random.randn(n_y, n_h) * 0.01, np.zeros((n_y, 1)))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    return np.exp(x) / np.exp(x).sum()


def forward_propagate(W1, b1, W2, b2, X):
    Z1 = np.dot(W1, X) + b1
    A1 = sigmoid(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def compute_loss(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[1]


def backward_propagate(Z1, A1, Z2, A2, W2, X, Y):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * A1 * (1 - A1)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


def update_parameters(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


if __name__ == "__main__":
    (train_X, train_y), _ = mnist.load_data()
    X = train_X.reshape(-1, 784).T / 255
    Y = np.eye(10)[train_y].T
    params = initialize(784, 30, 10)
    for epoch in range(100):
        Z1, A1, Z2, A2 = forward_propagate(*params, X)
        grads = backward_propagate(Z1, A1, Z2, A2, params[2], X, Y)
        params = update_parameters(*params, *grads, 0.5)
        print(epoch, compute_loss(A2, Y), np.mean(A2.argmax(0) == train_y))
