import numpy as np
import matplotlib.pyplot as plt

def sigmoid(x):
    return 1.0/(1+ np.exp(-x))

def sigmoid_derivative(x):
    # expects the OUTPUT of sigmoid
    return x * (1.0 - x)

class NeuralNetwork:
    def __init__(self, x, y):
        self.input    = x
        self.weights1 = np.random.rand(self.input.shape[1], 5)
        self.weights2 = np.random.rand(5, y.shape[1])
        self.y        = y
        self.output   = np.zeros(self.y.shape)

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def loss(self):
        return np.sum((self.y - self.output)**2)

    def backprop(self):
        # chain rule, loss is the sum of squares
        d_output   = 2*(self.y - self.output) * sigmoid_derivative(self.output)
        d_weights2 = np.dot(self.layer1.T, d_output)
        d_weights1 = np.dot(self.input.T, np.dot(d_output, self.weights2.T) * sigmoid_derivative(self.layer1))

        # minus of minus
        self.weights1 += d_weights1
        self.weights2 += d_weights2


if __name__ == "__main__":
    X = np.array([[0,0,1],
                  [0,1,1],
                  [1,0,1],
                  [1,1,1]])
    y = np.array([[0],[1],[1],[0]])
    nn = NeuralNetwork(X,y)
    losses = []
    for i in range(1500):
        nn.feedforward()
        losses.append(nn.loss())
        nn.backprop()
    print(nn.output)
    plt.plot(losses)
    plt.xlabel("iterations")
    plt.ylabel("loss")
    plt.show()
