import numpy as np
# two layer net for the flower data. relu + sigmoid

def two_layer_init(n_x, n_h, n_y):
    np.random.seed(1)
    p = {}
    p["W1"] = np.random.randn(n_h, n_x)*0.01
    p["b1"] = np.zeros((n_h, 1))
    p["W2"] = np.random.randn(n_y, n_h)*0.01
    p["b2"] = np.zeros((n_y, 1))
    return p

def forward_propagation(X, parameters):
    Z1 = parameters["W1"].dot(X) + parameters["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = parameters["W2"].dot(A1) + parameters["b2"]
    A2 = 1/(1+np.exp(-Z2))
    cache = (Z1, A1, Z2, A2)
    return A2, cache

def compute_cost(A2, Y):
    m = Y.shape[1]
    cost = -1/m*(np.dot(Y, np.log(A2).T) + np.dot(1-Y, np.log(1-A2).T))
    return float(np.trace(cost))

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    Z1, A1, Z2, A2 = cache
    dZ2 = A2 - Y
    dW2 = 1/m*np.dot(dZ2, A1.T)
    db2 = 1/m*np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(parameters["W2"].T, dZ2)
    dZ1 = dA1*(Z1 > 0)
    dW1 = 1/m*np.dot(dZ1, X.T)
    db1 = 1/m*np.squeeze(np.sum(dZ1, axis=1, keepdims=True))
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}

def update_parameters(parameters, grads, learning_rate=0.0075):
    L = len(parameters)//2
    for l in range(L):
        parameters["W"+str(l+1)] = parameters["W"+str(l+1)] - learning_rate*grads["dW"+str(l+1)]
        parameters["b"+str(l+1)] = parameters["b"+str(l+1)] - learning_rate*grads["db"+str(l+1)]
    return parameters

def model(X, Y, n_h=7, iterations=1000):
    parameters = two_layer_init(X.shape[0], n_h, 1)
    for i in range(iterations):
        A2, cache = forward_propagation(X, parameters)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if i % 100 == 0: print(i, compute_cost(A2, Y))
    return parameters
