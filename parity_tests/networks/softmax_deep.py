import numpy as np
import pandas as pd

EPS = 1e-8


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def initialize_parameters(dims):
    params = {}
    for l in range(1, len(dims)):
        params[f'W{l}'] = np.random.randn(dims[l], dims[l-1]) * np.sqrt(2. / dims[l-1])
        params[f'b{l}'] = np.zeros((dims[l], 1))
    return params


def forward_propagation(X, parameters):
    """relu everywhere, softmax at the end.  X: (features, examples)"""
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):
        A_prev = A
        W, b = parameters[f'W{l}'], parameters[f'b{l}']
        Z = W @ A_prev + b
        A = softmax(Z) if l == L else relu(Z)
        caches.append(((A_prev, W, b), Z))
    return A, caches


def compute_cost(AL, Y):
    # + EPS because log(0) gave me nan after 200 iterations
    return -np.mean(np.sum(Y * np.log(AL + EPS), axis=0))


def backward_propagation(AL, Y, caches):
    grads = {}
    m = Y.shape[1]
    L = len(caches)
    dZ = AL - Y
    for l in range(L, 0, -1):
        (A_prev, W, b), Z = caches[l-1]
        grads[f'dW{l}'] = dZ @ A_prev.T / m
        grads[f'db{l}'] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            Z_prev = caches[l-2][1]
            dZ = (W.T @ dZ) * np.where(Z_prev > 0, 1, 0)
    return grads


def update_parameters(parameters, grads, learning_rate=0.0001):
    for l in range(1, len(parameters) // 2 + 1):
        parameters[f'W{l}'] -= learning_rate * grads[f'dW{l}']
        parameters[f'b{l}'] -= learning_rate * grads[f'db{l}']


def one_hot(labels, k=10):
    return np.eye(k)[labels].T


def accuracy(X, labels, parameters):
    AL, _ = forward_propagation(X, parameters)
    return (AL.argmax(axis=0) == labels).mean()


data = pd.read_csv('data/fashion-mnist_train.csv').values
labels, images = data[:, 0], data[:, 1:].T / 255.
Y = one_hot(labels)
params = initialize_parameters([784, 64, 32, 10])

for epoch in range(50):
    for k in range(0, images.shape[1], 128):
        xb, yb = images[:, k:k+128], Y[:, k:k+128]
        AL, caches = forward_propagation(xb, params)
        update_parameters(params, backward_propagation(AL, yb, caches), 0.05)
    AL, _ = forward_propagation(images, params)
    print(f'epoch {epoch:3d}   cost {compute_cost(AL, Y):.4f}   acc {accuracy(images, labels, params):.3f}')
