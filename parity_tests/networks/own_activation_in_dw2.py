import numpy as np

# my first neural net :)  learns to add two binary features
# question: why does it predict the contrary??

def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.1
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.1
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "W2": W2, "b1": b1, "b2": b2}

def sigmoid(z): return 1.0/(1.0+np.exp(-z))

def forward_prop(X, parameters):
  W1 = parameters["W1"]
  b1 = parameters["b1"]
  W2 = parameters["W2"]
  b2 = parameters["b2"]
  Z1 = np.dot(W1, X) + b1
  A1 = np.tanh(Z1)
  Z2 = np.dot(W2, A1) + b2
  A2 = sigmoid(Z2)
  cache = {"A1": A1, "A2": A2}
  return A2, cache

def calculate_cost(A2, Y):
  m = Y.shape[1]
  cost = -np.sum(np.multiply(Y, np.log(A2)) + np.multiply(1-Y, np.log(1-A2)))/m
  return np.squeeze(cost)

def backward_prop(X, Y, cache, parameters):
  m = X.shape[1]
  A1 = cache["A1"]
  A2 = cache["A2"]
  W2 = parameters["W2"]

  dZ2 = A2 - Y
  dW2 = np.dot(dZ2, A2.T)/m
  db2 = np.sum(dZ2, axis=1, keepdims=True)/m
  dZ1 = np.multiply(np.dot(W2.T, dZ2), 1-np.power(A1, 2))
  dW1 = np.dot(dZ1, X.T)/m
  db1 = np.sum(dZ1, axis=1, keepdims=True)/m
  grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
  return grads

def update_parameters(parameters, grads, learning_rate):
  W1 = parameters["W1"] - learning_rate*grads["dW1"]
  b1 = parameters["b1"] - learning_rate*grads["db1"]
  W2 = parameters["W2"] - learning_rate*grads["dW2"]
  b2 = parameters["b2"] - learning_rate*grads["db2"]
  return {"W1": W1, "W2": W2, "b1": b1, "b2": b2}

np.random.seed(2)
X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[0, 1, 1, 0]])
parameters = initialize_parameters(2, 2, 1)
for i in range(2000):
  a2, cache = forward_prop(X, parameters)
  if not i % 500:
    print('Cost after iteration# {:d}: {:f}'.format(i, calculate_cost(a2, Y)))
  parameters = update_parameters(parameters, backward_prop(X, Y, cache, parameters), 0.3)
print(forward_prop(X, parameters)[0])
