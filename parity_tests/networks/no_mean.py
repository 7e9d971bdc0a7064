'''
Neural network from scratch for the Titanic data
one hidden layer (sigmoid), output sigmoid, log loss
'''
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

train = pd.read_csv("titanic/train.csv")
train["Age"] = train["Age"].fillna(train["Age"].median())
X = train[["Pclass", "Age", "SibSp", "Fare"]].values.T
Y = train["Survived"].values.reshape(1, -1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(42)
    return {
        'W1': np.random.rand(n_h, n_x) - 0.5,
        'b1': np.zeros((n_h, 1)),
        'W2': np.random.rand(n_y, n_h) - 0.5,
        'b2': np.zeros((n_y, 1)),
    }


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters['W1'], X) + parameters['b1']
    A1 = sigmoid(Z1)
    Z2 = np.dot(parameters['W2'], A1) + parameters['b2']
    A2 = sigmoid(Z2)
    return A2, {'Z1': Z1, 'A1': A1, 'Z2': Z2, 'A2': A2}


def compute_cost(A2, Y):
    m = Y.shape[1]
    return - np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m


def backward_propagation(parameters, cache, X, Y):
    dZ2 = cache['A2'] - Y
    dW2 = np.dot(dZ2, cache['A1'].T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(parameters['W2'].T, dZ2)
    dZ1 = dA1 * cache['A1'] * (1 - cache['A1'])
    dW1 = np.dot(dZ1, X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}


def update_parameters(parameters, grads, learning_rate):
    new = {}
    for key in parameters:
        new[key] = parameters[key] - learning_rate * grads['d' + key]
    return new


def train_network(X, Y, hidden=8, iters=3000, lr=0.001):   # bigger lr explodes???
    params = initialize_parameters(X.shape[0], hidden, 1)
    history = []
    for i in range(iters):
        A2, cache = forward_propagation(X, params)
        history.append(compute_cost(A2, Y))
        params = update_parameters(params, backward_propagation(params, cache, X, Y), lr)
    return params, history


params, history = train_network(X, Y)
plt.plot(history)
plt.xlabel("iteration"); plt.ylabel("cost")
plt.savefig("titanic.png")
