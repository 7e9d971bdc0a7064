import numpy as np
import pickle

# own little framework, batch first


class Linear:
    def __init__(self, fan_in, fan_out):
        self.W = np.random.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in)
        self.b = np.zeros(fan_out)
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class Relu:
    def forward(self, x):
        self.out = np.maximum(0, x)
        return self.out

    def backward(self, dout):
        return dout * (self.out >= 0)


class SigmoidWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = 1 / (1 + np.exp(-x))
        return -np.sum(t * np.log(self.y) + (1 - t) * np.log(1 - self.y)) / len(t)

    def backward(self):
        return (self.y - self.t) / len(self.t)


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.fc1 = Linear(n_in, n_hidden)
        self.relu1 = Relu()
        self.fc2 = Linear(n_hidden, n_out)
        self.last = SigmoidWithLoss()

    def forward(self, x):
        return self.fc2.forward(self.relu1.forward(self.fc1.forward(x)))

    def loss(self, x, t):
        return self.last.forward(self.forward(x), t)

    def backward(self):
        dout = self.last.backward()
        dout = self.fc2.backward(dout)
        dout = self.relu1.backward(dout)
        return self.fc1.backward(dout)

    def update(self, lr):
        for fc in (self.fc1, self.fc2):
            fc.W -= lr * fc.dW
            fc.b -= lr * fc.db


if __name__ == '__main__':
    with open('churn.pkl', 'rb') as f:
        x, t = pickle.load(f)
    net = Net(x.shape[1], 20, 1)
    for i in range(1, 2001):
        loss = net.loss(x, t)
        net.backward()
        net.update(0.05)
        if i % 200 == 0:
            print(i, loss)
