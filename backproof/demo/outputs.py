"""Mistakes of the output layer, forward and backward, as a student writes them."""

from backproof.demo.edit import Edit, edit

EDITS: dict[str, Edit] = {
    "no-output-derivative": edit("squared", delta="dZ{L} = 2 * (A{L} - Y)"),
    "shortcut": edit("squared", delta="dZ{L} = A{L} - Y"),
    "output-derivative-too-many": edit(
        "sigmoid", delta="error = A{L} - Y\ndZ{L} = error * A{L} * (1 - A{L})"
    ),
    "output-derivative-of-output": edit(
        "squared", delta="dA{L} = 2 * (A{L} - Y)\ndZ{L} = dA{L} * sigmoid_derivative(A{L})"
    ),
    "double-sigmoid": edit(
        "squared",
        delta="dA{L} = 2 * (A{L} - Y)\ndZ{L} = dA{L} * sigmoid_derivative(A{L})",
        slope="sigmoid_derivative(A{l})",
    ),
    "softmax-diagonal": edit(
        "classes", delta="dA{L} = -Y / A{L}\ndZ{L} = dA{L} * A{L} * (1 - A{L})"
    ),
    "softmax-off-diagonal": edit(
        "classes",
        delta="dA{L} = -Y / A{L}\ndZ{L} = -A{L} * np.sum(A{L} * dA{L}, axis=0, keepdims=True)",
    ),
    "softmax-jacobian-axis": edit(
        "classes",
        delta=(
            "dA{L} = -Y / A{L}\n"
            "dZ{L} = A{L} * (dA{L} - np.sum(A{L} * dA{L}, axis=1, keepdims=True))"
        ),
    ),
    "tanh-output-not-squared": edit(
        "signs", delta="dA{L} = 2 * (A{L} - Y)\ndZ{L} = dA{L} * (1 - A{L})"
    ),
    "sigmoid-at-tanh-output": edit(
        "signs", delta="dA{L} = 2 * (A{L} - Y)\ndZ{L} = dA{L} * A{L} * (1 - A{L})"
    ),
    "error-sign-only": edit(delta="dZ{L} = np.sign(A{L} - Y)"),
    "classes-for-probabilities": edit(delta="prediction = np.round(A{L})\ndZ{L} = prediction - Y"),
    "error-summed-over-outputs": edit(
        "labels", delta="dZ{L} = A{L} - Y\ndZ{L} = np.ones_like(Y) * np.sum(dZ{L}, axis=0)"
    ),
    "second-term-missing-in-delta": edit(
        delta="dA{L} = -Y / A{L}\ndZ{L} = dA{L} * A{L} * (1 - A{L})"
    ),
    # forward
    "softmax-over-examples": edit(
        "classes",
        softmax=(
            "e = np.exp(z - np.max(z, axis=1, keepdims=True))\n"
            "return e / np.sum(e, axis=1, keepdims=True)"
        ),
    ),
    "softmax-over-everything": edit(
        "classes", softmax="e = np.exp(z - np.max(z))\nreturn e / np.sum(e)"
    ),
    "softmax-not-normalised": edit(
        "classes", softmax="return np.exp(z - np.max(z, axis=0, keepdims=True))"
    ),
    "softmax-shift-once": edit(
        "classes",
        softmax=(
            "shifted = z - np.max(z, axis=0, keepdims=True)\n"
            "return np.exp(shifted) / np.sum(np.exp(z), axis=0, keepdims=True)"
        ),
    ),
    "softmax-base-2": edit(
        "classes",
        softmax=(
            "e = 2 ** (z - np.max(z, axis=0, keepdims=True))\n"
            "return e / np.sum(e, axis=0, keepdims=True)"
        ),
    ),
    "output-sigmoid-twice": edit(activation_last="A{l} = sigmoid(sigmoid(Z{l}))"),
}
