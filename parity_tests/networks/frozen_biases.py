import numpy as np
from sklearn.preprocessing import StandardScaler


def init_parameters(sizes, seed=0):
    np.random.seed(seed)
    parameters = {}
    for i, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        limit = np.sqrt(6 / (n_in + n_out))
        parameters['W' + str(i)] = np.random.uniform(-limit, limit, (n_out, n_in))
        parameters['b' + str(i)] = np.ones((n_out, 1)) * 0.1
    return parameters


def sigmoid(z):
    return 1. / (1. + np.exp(-z))


def forward_propagation(X, parameters):
    Z1 = np.matmul(parameters['W1'], X) + parameters['b1']
    A1 = sigmoid(Z1)
    Z2 = np.matmul(parameters['W2'], A1) + parameters['b2']
    A2 = sigmoid(Z2)
    return A2, {'Z1': Z1, 'A1': A1, 'Z2': Z2, 'A2': A2}


def binary_cross_entropy(y_true, y_pred):
    return -np.mean(np.sum(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred), axis=0))


def back_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    delta2 = cache['A2'] - Y
    delta1 = np.matmul(parameters['W2'].T, delta2) * cache['A1'] * (1 - cache['A1'])
    grads = {
        'dW1': np.matmul(delta1, X.T) / m,
        'db1': np.sum(delta1, axis=1, keepdims=True) / m,
        'dW2': np.matmul(delta2, cache['A1'].T) / m,
        'db2': np.sum(delta2, axis=1, keepdims=True) / m,
    }
    return grads


def update_parameters(parameters, grads, learning_rate=0.01):
    updated = dict(parameters)
    L = len(parameters) // 2
    for l in range(1, L + 1):
        updated['W' + str(l)] = parameters['W' + str(l)] - learning_rate * grads['dW' + str(l)]
    return updated


def train(X, Y, n_hidden, epochs, learning_rate):
    parameters = init_parameters([X.shape[0], n_hidden, Y.shape[0]])
    for epoch in range(epochs):
        A2, cache = forward_propagation(X, parameters)
        grads = back_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
        if epoch % 1000 == 0:
            print(epoch, binary_cross_entropy(Y, A2))
    return parameters


if __name__ == '__main__':
    X = np.random.normal(size=(150, 3))
    y = (X.sum(axis=1) > 0.5).astype(float)
    X = StandardScaler().fit_transform(X)
    train(X.T, y.reshape(1, -1), 5, 10000, 0.1)
