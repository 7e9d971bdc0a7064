# XOR with a neural network - no libraries (only numpy)
import numpy as np


class NeuralNetwork(object):
    def __init__(self, input_size=2, hidden_size=3, output_size=1):
        self.inputSize = input_size
        self.hiddenSize = hidden_size
        self.outputSize = output_size
        np.random.seed(42)
        self.W1 = np.random.randn(self.inputSize, self.hiddenSize)   # (2x3)
        self.b1 = np.zeros((1, self.hiddenSize))
        self.W2 = np.random.randn(self.hiddenSize, self.outputSize)  # (3x1)
        self.b2 = np.zeros((1, self.outputSize))

    def sigmoid(self, s):
        return 1 / (1 + np.exp(-s))

    def sigmoidPrime(self, s):
        # s is already sigmoid(...), see backward
        return s * (1 - s)

    def forward(self, X):
        self.z = np.dot(X, self.W1) + self.b1
        self.z2 = self.sigmoid(self.z)
        self.z3 = np.dot(self.z2, self.W2) + self.b2
        o = self.sigmoid(self.z3)
        return o

    def backward(self, X, y, o):
        self.o_error = y - o
        self.o_delta = self.o_error * self.sigmoidPrime(o)

        self.z2_error = self.o_delta.dot(self.W2.T)
        self.z2_delta = self.z2_error * self.sigmoidPrime(self.z2)

        self.W1 += X.T.dot(self.z2_delta)
        self.b1 += self.z2_delta.sum(axis=0, keepdims=True)
        self.W2 += self.z2.T.dot(self.o_delta)
        self.b2 += self.o_delta.sum(axis=0, keepdims=True)

    def train(self, X, y):
        o = self.forward(X)
        self.backward(X, y, o)

    def saveWeights(self):
        np.savetxt("w1.txt", self.W1, fmt="%s")
        np.savetxt("w2.txt", self.W2, fmt="%s")


X = np.array(([0, 0], [0, 1], [1, 0], [1, 1]), dtype=float)
y = np.array(([0], [1], [1], [0]), dtype=float)

NN = NeuralNetwork()
for i in range(5000):
    if i % 1000 == 0:
        print("# " + str(i))
        print("Predicted Output: \n" + str(NN.forward(X).round(3)))
        print("Loss: " + str(np.mean(np.square(y - NN.forward(X)))))
    NN.train(X, y)
