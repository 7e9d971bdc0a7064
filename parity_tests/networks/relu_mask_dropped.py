import numpy as np


class TwoLayerClassifier:
    # like the assignment, but with my own comments

    def __init__(self, D, H, C, weight_scale=1e-2):
        np.random.seed(231)
        self.params = dict(
            W1=weight_scale * np.random.randn(D, H),
            b1=np.zeros(H),
            W2=weight_scale * np.random.randn(H, C),
            b2=np.zeros(C),
        )

    def loss(self, X, y=None, reg=0.0):
        W1, b1, W2, b2 = (self.params[k] for k in ['W1', 'b1', 'W2', 'b2'])
        num_train, _ = X.shape

        # ---- forward ----
        z1 = X @ W1 + b1
        h1 = np.maximum(0, z1)
        scores = h1 @ W2 + b2
        if y is None:
            return scores

        exp_scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        data_loss = np.sum(-np.log(probs[np.arange(num_train), y])) / num_train
        loss = data_loss + reg * 0.5 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

        # ---- backward ----
        dscores = probs
        dscores[np.arange(num_train), y] -= 1
        dscores /= num_train

        grads = {}
        grads['W2'] = h1.T @ dscores + reg * W2
        grads['b2'] = np.sum(dscores, axis=0)
        dh1 = dscores @ W2.T
        grads['W1'] = X.T @ dh1 + reg * W1
        grads['b1'] = np.sum(dh1, axis=0)
        return loss, grads

    def train(self, X, y, lr=1e-3, reg=1e-5, num_iters=1000):
        for it in range(num_iters):
            loss, grads = self.loss(X, y, reg)
            for p in self.params:
                self.params[p] -= lr * grads[p]
            if it % 100 == 0:
                print(it, loss)

    def predict(self, X):
        return self.loss(X).argmax(axis=1)


if __name__ == '__main__':
    from cs231n.data_utils import load_CIFAR10
    X_train, y_train, X_test, y_test = load_CIFAR10('cs231n/datasets/cifar-10-batches-py')
    X_train = X_train.reshape(len(X_train), -1) / 255 - 0.5
    net = TwoLayerClassifier(3072, 50, 10)
    net.train(X_train[:5000], y_train[:5000])
    print('test acc', np.mean(net.predict(X_test.reshape(len(X_test), -1) / 255 - 0.5) == y_test))
