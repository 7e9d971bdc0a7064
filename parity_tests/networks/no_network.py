"""Clean the survey and cluster the answers (k-means, by hand)."""
import csv
import numpy as np
import matplotlib.pyplot as plt

WANTED = ["age", "income", "hours_online"]


def load(path):
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))
    return np.array([[float(r[c] or "nan") for c in WANTED] for r in rows])


def fill_missing(X):
    X = X.copy()
    means = np.nanmean(X, axis=0)
    where = np.isnan(X)
    X[where] = np.take(means, np.nonzero(where)[1])
    return X


def standardise(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


class KMeans:
    def __init__(self, k, iterations=50, seed=0):
        self.k, self.iterations = k, iterations
        self.rng = np.random.RandomState(seed)

    def fit(self, X):
        self.centres = X[self.rng.choice(len(X), self.k, replace=False)]
        for _ in range(self.iterations):
            labels = self.predict(X)
            self.centres = np.array([X[labels == j].mean(axis=0) for j in range(self.k)])
        return self

    def predict(self, X):
        distances = ((X[:, None, :] - self.centres[None]) ** 2).sum(axis=2)
        return distances.argmin(axis=1)


if __name__ == "__main__":
    X = standardise(fill_missing(load("survey.csv")))
    model = KMeans(4).fit(X)
    plt.scatter(X[:, 0], X[:, 1], c=model.predict(X))
    plt.show()
