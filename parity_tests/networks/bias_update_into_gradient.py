import numpy as np
import matplotlib.pyplot as plt

def sigmoid(z):
    return 1.0 / (1 + np.exp(-z))

def softmax(z):
    shifted = z - np.max(z)
    return np.exp(shifted) / np.sum(np.exp(shifted), axis=0)

def init_params(inp, hid, out):
    W1 = np.random.uniform(-0.5, 0.5, (hid, inp))
    b1 = np.random.uniform(-0.5, 0.5, (hid, 1))
    W2 = np.random.uniform(-0.5, 0.5, (out, hid))
    b2 = np.random.uniform(-0.5, 0.5, (out, 1))
    return W1, b1, W2, b2

def forward(W1, b1, W2, b2, X):
    Z1 = W1 @ X + b1
    A1 = sigmoid(Z1)
    Z2 = W2 @ A1 + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2

def one_hot(y, k):
    return np.eye(k)[y].T

def backward(Z1, W1, A1, Z2, W2, A2, y, X):
    m = y.shape[0]
    Y = one_hot(y, A2.shape[0])
    dZ2 = (A2 - Y) / m
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1).reshape(-1, 1)
    dZ1 = (W2.T @ dZ2) * (sigmoid(Z1) * (1 - sigmoid(Z1)))
    dW1 = dZ1 @ X.T
    db1 = dZ1.sum(axis=1).reshape(-1, 1)
    return dW1, db1, dW2, db2

def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    db1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    db2 = b2 - alpha * db2
    return W1, b1, W2, b2

def cost(A2, y):
    return -np.log(A2[y, np.arange(len(y))]).mean()

def gradient_descent(X, y, hid, alpha, epochs):
    W1, b1, W2, b2 = init_params(X.shape[0], hid, y.max() + 1)
    costs = []
    for epoch in range(epochs):
        Z1, A1, Z2, A2 = forward(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = backward(Z1, W1, A1, Z2, W2, A2, y, X)
        W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
        costs.append(cost(A2, y))
        if epoch % 20 == 0:
            print("epoch", epoch, "cost", costs[-1])
    plt.plot(costs)
    plt.show()
    return W1, b1, W2, b2

from sklearn.datasets import load_digits
digits = load_digits()
gradient_descent(digits.data.T / 16, digits.target, 25, 0.5, 400)
