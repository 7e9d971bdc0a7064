'''Three weight matrices, no biases, sigmoid hidden layers, stochastic: one picture at a time.'''
import time
import numpy as np
from sklearn.datasets import fetch_openml
from sklearn.model_selection import train_test_split


class DeepNeuralNetwork():
    def __init__(self, sizes, epochs=10, l_rate=0.01):
        self.sizes = sizes
        self.epochs = epochs
        self.l_rate = l_rate
        # weights AND activations live in this one dictionary
        self.params = self.initialization()

    def sigmoid(self, x, derivative=False):
        if derivative:
            return np.exp(-x) / ((np.exp(-x) + 1)**2)
        return 1 / (1 + np.exp(-x))

    def softmax(self, x):
        # stable, with the largest entry subtracted
        exps = np.exp(x - x.max())
        return exps / np.sum(exps, axis=0)

    def initialization(self):
        n_0, n_1, n_2, n_3 = self.sizes
        return {
            'W1': np.random.randn(n_1, n_0) * np.sqrt(1. / n_1),
            'W2': np.random.randn(n_2, n_1) * np.sqrt(1. / n_2),
            'W3': np.random.randn(n_3, n_2) * np.sqrt(1. / n_3),
        }

    def forward_pass(self, x_train):
        params = self.params
        params['A0'] = x_train

        params['Z1'] = np.dot(params['W1'], params['A0'])
        params['A1'] = self.sigmoid(params['Z1'])

        params['Z2'] = np.dot(params['W2'], params['A1'])
        params['A2'] = self.sigmoid(params['Z2'])

        params['Z3'] = np.dot(params['W3'], params['A2'])
        params['A3'] = self.softmax(params['Z3'])
        return params['A3']

    def backward_pass(self, y_train, output):
        params = self.params
        change_w = {}

        error = output - y_train
        change_w['W3'] = np.outer(error, params['A2'])

        error = np.dot(params['W3'].T, error) * self.sigmoid(params['Z2'], derivative=True)
        change_w['W2'] = np.outer(error, params['A1'])

        error = np.dot(params['W2'].T, error) * self.sigmoid(params['Z1'], derivative=True)
        change_w['W1'] = np.outer(error, params['A0'])
        return change_w

    def update_network_parameters(self, changes_to_w):
        for key, value in changes_to_w.items():
            self.params[key] -= self.l_rate * value

    def compute_accuracy(self, x_val, y_val):
        hits = [np.argmax(self.forward_pass(x)) == np.argmax(y) for x, y in zip(x_val, y_val)]
        return np.mean(hits)

    def train(self, x_train, y_train, x_val, y_val):
        start_time = time.time()
        for iteration in range(self.epochs):
            for x, y in zip(x_train, y_train):
                output = self.forward_pass(x)
                changes_to_w = self.backward_pass(y, output)
                self.update_network_parameters(changes_to_w)
            accuracy = self.compute_accuracy(x_val, y_val)
            print('Epoch: {0}, Time Spent: {1:.2f}s, Accuracy: {2:.2f}%'.format(
                iteration + 1, time.time() - start_time, accuracy * 100))


x, y = fetch_openml('mnist_784', version=1, return_X_y=True, as_frame=False)
x = (x / 255).astype('float32')
y = np.eye(10)[y.astype(int)]
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.15, random_state=42)
dnn = DeepNeuralNetwork(sizes=[784, 128, 64, 10])
dnn.train(x_train, y_train, x_val, y_val)
