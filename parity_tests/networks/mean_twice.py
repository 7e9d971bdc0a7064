# Redes neuronales desde cero - clasificador binario con una capa oculta
# (apuntes del curso, semana 3)
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(1)


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def initialize_parameters(n_x, n_h, n_y):
    """pesos pequeños, sesgos en cero"""
    return {"W1": np.random.randn(n_h, n_x) * 0.01,
            "b1": np.zeros(shape=(n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.01,
            "b2": np.zeros(shape=(n_y, 1))}


def forward_propagation(X, parameters):
    """propagación hacia adelante"""
    cache = {}
    cache["Z1"] = np.dot(parameters["W1"], X) + parameters["b1"]
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = np.dot(parameters["W2"], cache["A1"]) + parameters["b2"]
    cache["A2"] = sigmoide(cache["Z2"])
    return cache


def compute_cost(A2, Y, parameters=None):
    """entropía cruzada"""
    m = Y.shape[1]
    return -(1 / m) * np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


def backward_propagation(parameters, cache, X, Y):
    """propagación hacia atrás"""
    m = X.shape[1]
    A1 = cache["A1"]
    A2 = cache["A2"]

    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = (1 / m) * np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(parameters, grads, learning_rate=1.2):
    nuevos = dict(parameters)
    for clave in nuevos:
        nuevos[clave] = nuevos[clave] - learning_rate * grads["d" + clave]
    return nuevos


X = np.random.randn(2, 300)
Y = (X[:1] * X[1:] > 0).astype(int)
parameters = initialize_parameters(2, 4, 1)
costos = []
for i in range(5000):
    cache = forward_propagation(X, parameters)
    costos.append(compute_cost(cache["A2"], Y))
    parameters = update_parameters(parameters, backward_propagation(parameters, cache, X, Y))
plt.plot(costos)
plt.ylabel("costo")
plt.show()
