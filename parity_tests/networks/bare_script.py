# XOR in 20 lines
import numpy as np

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T

np.random.seed(1)
w0 = 2 * np.random.random((3, 4)) - 1
w1 = 2 * np.random.random((4, 1)) - 1

for j in range(20000):
    h = 1 / (1 + np.exp(-(X @ w0)))
    o = 1 / (1 + np.exp(-(h @ w1)))
    o_delta = (y - o) * o * (1 - o)
    h_delta = (o_delta @ w1.T) * h * (1 - h)
    w1 += h.T @ o_delta
    w0 += X.T @ h_delta
    if j % 5000 == 0:
        print("error", np.abs(y - o).mean())

print(o)
