import numpy as np
import datetime

class NeuralNet:
    def __init__(self, n_input, n_hidden, n_output, learning_rate):
        self.lr = learning_rate
        self.weights_ih = np.random.rand(n_input, n_hidden) * 2 - 1
        self.weights_ho = np.random.rand(n_hidden, n_output) * 2 - 1
        self.bias_h = np.random.rand(1, n_hidden) * 2 - 1
        self.bias_o = np.random.rand(1, n_output) * 2 - 1

    def activate(self, x):
        return 1 / (1 + np.exp(-x))

    def activate_derivative(self, x):
        return self.activate(x) * (1 - self.activate(x))

    def feed_forward(self, inputs):
        self.hidden = self.activate(np.dot(inputs, self.weights_ih) + self.bias_h)
        self.output = self.activate(np.dot(self.hidden, self.weights_ho) + self.bias_o)
        return self.output

    def loss(self, targets, outputs):
        return 0.5 * np.sum((targets - outputs) ** 2)

    def back_propagate(self, inputs, targets):
        errors = targets - self.output
        gradients = errors * self.activate_derivative(self.output)
        hidden_gradients = np.dot(gradients, self.weights_ho.T) * self.activate_derivative(self.hidden)

        self.weights_ho += self.lr * np.dot(self.hidden.T, gradients)
        self.bias_o += self.lr * np.sum(gradients, axis=0, keepdims=True)
        self.weights_ih += self.lr * np.dot(inputs.T, hidden_gradients)
        self.bias_h += self.lr * np.sum(hidden_gradients, axis=0, keepdims=True)

    def train(self, inputs, targets, epochs=1):
        start = datetime.datetime.now()
        for epoch in range(epochs):
            out = self.feed_forward(inputs)
            self.back_propagate(inputs, targets)
            if epoch % 1000 == 0:
                print('epoch:', epoch, 'loss:', self.loss(targets, out))
        print('training took', datetime.datetime.now() - start)

if __name__ == '__main__':
    data = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    labels = np.array([[0], [1], [1], [0]])
    net = NeuralNet(2, 4, 1, 0.5)
    net.train(data, labels, epochs=10000)
    for row in data:
        print(row, '->', net.feed_forward(row))
