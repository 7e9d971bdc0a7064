import numpy as np
from math import sqrt


class Net:
    '''predict the next value of a series from the last ones, one window at a time'''

    def __init__(self, n_in, n_hid, n_out, eta=0.05):
        self.eta = eta
        self.W1 = np.random.uniform(-1 / sqrt(n_in), 1 / sqrt(n_in), (n_hid, n_in))
        self.W2 = np.random.uniform(-1 / sqrt(n_hid), 1 / sqrt(n_hid), (n_out, n_hid))

    def act(self, s):
        return 1.0 / (1.0 + np.exp(-s))

    def query(self, x):
        x = np.array(x, ndmin=2).T
        return self.act(self.W2 @ self.act(self.W1 @ x))

    def train(self, x, t):
        x = np.array(x, ndmin=2).T
        t = np.array(t, ndmin=2).T
        h = self.act(self.W1 @ x)
        y = self.act(self.W2 @ h)

        e_out = t - y
        e_hid = self.W2.T @ e_out          # share the error out along the weights

        self.W2 += self.eta * (e_out * y * (1 - y)) @ h.T
        self.W1 += self.eta * (e_hid * h * (1 - h)) @ x.T


def windows(series, k):
    for i in range(len(series) - k):
        yield series[i:i + k], series[i + k]


series = 0.5 + 0.4 * np.sin(np.arange(400) / 9)
net = Net(8, 10, 1)
for epoch in range(30):
    error = 0.0
    for x, t in windows(series, 8):
        error += 0.5 * float((net.query(x)[0, 0] - t) ** 2)
        net.train(x, t)
    print("epoch %2d   error %.5f" % (epoch, error))
