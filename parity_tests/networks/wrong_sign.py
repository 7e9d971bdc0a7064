import numpy as np

# regression on noisy sine, one hidden layer.  diverges to inf, even with lr = 1e-5


class SineNet:
    def __init__(self, n_in=1, n_hidden=10, n_out=1):
        self.params = {}
        self.params["W1"] = np.random.randn(n_in, n_hidden)
        self.params["b1"] = np.zeros(n_hidden)
        self.params["W2"] = np.random.randn(n_hidden, n_out) * 0.1
        self.params["b2"] = np.zeros(n_out)

    def predict(self, x):
        self.z1 = np.dot(x, self.params["W1"]) + self.params["b1"]
        self.a1 = np.tanh(self.z1)
        return np.dot(self.a1, self.params["W2"]) + self.params["b2"]

    def loss(self, x, t):
        y = self.predict(x)
        return 0.5 * np.sum((y - t) ** 2) / x.shape[0]

    def gradient(self, x, t):
        y = self.predict(x)
        grads = {}
        dy = (t - y) / x.shape[0]
        grads["W2"] = np.dot(self.a1.T, dy)
        grads["b2"] = np.sum(dy, axis=0)
        dz1 = np.dot(dy, self.params["W2"].T) * (1 - self.a1 ** 2)
        grads["W1"] = np.dot(x.T, dz1)
        grads["b1"] = np.sum(dz1, axis=0)
        return grads

    def update(self, grads, lr=0.01):
        for key in self.params.keys():
            self.params[key] -= lr * grads[key]


x = np.linspace(-3, 3, 200).reshape(-1, 1)
t = np.sin(x) + np.random.normal(0, 0.1, x.shape)
net = SineNet()
for i in range(100):
    net.update(net.gradient(x, t), lr=1e-5)
    if i % 10 == 0:
        print(i, net.loss(x, t))
