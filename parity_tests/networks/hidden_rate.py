"""
A spam filter with one hidden layer.

Careful with the names: in this file a is the weighted sum and o what comes out of the unit,
as in our lecture (other people write z and a).
"""
import csv
import numpy as np

LEARNING_RATE = 0.3


class SpamNet:

    def __init__(self, n_words, n_hidden=12):
        self.W_h = np.random.normal(0, 1 / np.sqrt(n_words), (n_words, n_hidden))
        self.b_h = np.zeros(n_hidden)
        self.W_o = np.random.normal(0, 1 / np.sqrt(n_hidden), (n_hidden, 1))
        self.b_o = np.zeros(1)

    @staticmethod
    def squash(a):
        return 1 / (1 + np.exp(-a))

    def forward(self, X):
        self.a_h = X @ self.W_h + self.b_h
        self.o_h = np.tanh(self.a_h)
        self.a_o = self.o_h @ self.W_o + self.b_o
        self.o_o = self.squash(self.a_o)
        return self.o_o

    def loss(self, X, y):
        p = self.forward(X)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(axis=1).mean()

    def backward(self, X, y):
        n = len(X)
        out = self.forward(X)
        err = out - y
        g_o = self.o_h.T @ err / n
        gb_o = err.sum(axis=0) / n
        back = (err @ self.W_o.T) * (1 - self.o_h * self.o_h)
        g_h = X.T @ back / n
        gb_h = back.sum(axis=0) / n

        self.W_h -= LEARNING_RATE * g_h
        self.b_h -= LEARNING_RATE * gb_h
        self.W_o -= LEARNING_RATE * g_o
        self.b_o -= LEARNING_RATE * gb_o

    def fit(self, X, y, epochs=200):
        for e in range(epochs):
            self.backward(X, y)
            if e % 20 == 0:
                print("epoch", e, "loss", round(self.loss(X, y), 4))


with open("spambase.csv") as handle:
    rows = [[float(v) for v in row] for row in csv.reader(handle)]
table = np.array(rows)
net = SpamNet(table.shape[1] - 1)
net.fit(np.log1p(table[:, :-1]), table[:, -1:])
