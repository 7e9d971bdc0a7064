import numpy as np

def sigmoid(z):
    return 1/(1+np.exp(-z))

def sigmoid_prime(z):
    return sigmoid(z)*(1-sigmoid(z))

class Network:
    """sizes like [2, 3, 1]; one training example at a time, as column vectors"""

    def __init__(self, sizes):
        np.random.seed(0)
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]
        self.weights = [np.random.randn(m, n) for n, m in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for w, b in zip(self.weights, self.biases):
            a = sigmoid(w@a + b)
        return a

    def cost(self, x, y):
        return 0.5*np.sum((self.feedforward(x) - y)**2)

    def backprop(self, x, y):
        zs = []
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            zs.append(w@activations[-1] + b)
            activations.append(sigmoid(zs[-1]))

        nabla_b = [np.zeros_like(b) for b in self.biases]
        nabla_w = [np.zeros_like(w) for w in self.weights]

        delta = (activations[-1] - y)*sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = delta@activations[-2].T

        for l in range(2, self.num_layers):
            sp = sigmoid_prime(activations[-l])
            delta = self.weights[-l+1].T@delta*sp
            nabla_b[-l] = delta
            nabla_w[-l] = delta@activations[-l-1].T
        return nabla_b, nabla_w

    def update(self, x, y, eta):
        nabla_b, nabla_w = self.backprop(x, y)
        for l in range(len(self.weights)):
            self.weights[l] = self.weights[l] - eta*nabla_w[l]
            self.biases[l] = self.biases[l] - eta*nabla_b[l]

if __name__ == '__main__':
    data = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
    data = [(np.array(x, float).reshape(2, 1), np.array([[y]], float)) for x, y in data]
    net = Network([2, 4, 1])
    for epoch in range(20000):
        for x, y in data:
            net.update(x, y, 0.5)
    for x, y in data:
        print(x.ravel(), y.item(), net.feedforward(x).item())
