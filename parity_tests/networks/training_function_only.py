import numpy as np
import matplotlib.pyplot as plt
import sklearn.datasets

np.random.seed(0)
X, y = sklearn.datasets.make_moons(200, noise=0.20)
epsilon = 0.01


def build_and_train(X, y, nn_hdim, num_passes=20000, print_loss=False):
    """Everything in one function: weights are drawn here, used here and trained here."""
    num_examples, input_dim = X.shape
    output_dim = int(y.max()) + 1
    W1 = np.random.randn(input_dim, nn_hdim) / np.sqrt(input_dim)
    b1 = np.zeros((1, nn_hdim))
    W2 = np.random.randn(nn_hdim, output_dim) / np.sqrt(nn_hdim)
    b2 = np.zeros((1, output_dim))

    for i in range(num_passes):
        a1 = np.tanh(X.dot(W1) + b1)
        exp_scores = np.exp(a1.dot(W2) + b2)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

        delta3 = probs
        delta3[range(num_examples), y] -= 1
        dW2 = (a1.T).dot(delta3)
        db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))
        dW1 = np.dot(X.T, delta2)
        db1 = np.sum(delta2, axis=0)

        W1 += -epsilon * dW1
        b1 += -epsilon * db1
        W2 += -epsilon * dW2
        b2 += -epsilon * db2
        if print_loss and i % 1000 == 0:
            p = np.exp(np.tanh(X.dot(W1) + b1).dot(W2) + b2)
            p /= p.sum(axis=1, keepdims=True)
            print("Loss after iteration %i: %f" % (i, -np.log(p[range(num_examples), y]).mean()))
    return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}


model = build_and_train(X, y, 3, print_loss=True)
plt.scatter(X[:, 0], X[:, 1], s=40, c=y, cmap=plt.cm.Spectral)
plt.show()
