"""Mistakes of the hidden layers, forward and backward, as a student writes them."""

from backproof.demo.edit import Edit, edit

HIDDEN, WITH_SLOPE = "dZ{l} = dA{l}", "dZ{l} = dA{l} * {slope}"
SIGMOID_OF_Z = "sigmoid_derivative(Z{l})"

EDITS: dict[str, Edit] = {
    # derivatives
    "no-derivative": edit("deep", hidden=HIDDEN),
    "relu-derivative-at-least": edit("relu", slope="(A{l} >= 0)"),
    "no-derivative-last-hidden": edit(
        "deep", hidden=HIDDEN, hidden_first="dZ{l} = dA{l} * {slope}"
    ),
    "no-derivative-first": edit("deep", hidden_first=HIDDEN),
    "sigmoid-derivative": edit(slope=SIGMOID_OF_Z),
    "relu-derivative": edit(slope="(Z{l} > 0)"),
    "tanh-derivative": edit("relu", slope="tanh_derivative(Z{l})"),
    "sigmoid-of-activation": edit(slope="A{l} * (1 - A{l})"),
    "tanh-of-activation": edit("relu", slope="(1 - A{l}**2)"),
    "derivative-of-activation": edit("sigmoid", slope="sigmoid_derivative(A{l})"),
    "activation-formula-of-z": edit(slope="(1 - Z{l}**2)"),
    "tanh-not-squared": edit(slope="(1 - A{l})"),
    "sigmoid-not-one-minus": edit("sigmoid", slope="A{l}"),
    "relu-derivative-other-side": edit("relu", slope="(Z{l} < 0)"),
    "leaky-derivative": edit("relu", slope="np.where(Z{l} > 0, 1, 0.01)"),
    "relu-for-its-derivative": edit("relu", slope="relu(Z{l})"),
    "derivative-at-error": edit("sigmoid", hidden="dZ{l} = dA{l} * (1 - dA{l})"),
    "derivative-twice": edit(hidden="dZ{l} = dA{l} * {slope} * {slope}"),
    # what is propagated
    "raw-error-propagated": edit(
        "squared",
        delta=("error = A{L} - Y\ndZ{L} = 2 * error * A{L} * (1 - A{L})"),
        propagate="dA{l} = W{n}.T @ error",
    ),
    "raw-error-times-two-propagated": edit("squared", propagate="dA{l} = W{n}.T @ dA{n}"),
    "delta-not-propagated": edit(
        propagate="dA{l} = np.ones_like(A{l}) * np.sum(dZ{n}, axis=0, keepdims=True)"
    ),
    "hidden-gradient-zero": edit(propagate="dA{l} = np.zeros_like(A{l})"),
    # forward; what a file computes there is taken for what it means wherever that is some network
    "activation-twice": edit(
        "sigmoid", activation_hidden="A{l} = {g}({g}(Z{l}))", slope=SIGMOID_OF_Z
    ),
    "no-activation": edit("sigmoid", activation_hidden="A{l} = Z{l}", slope=SIGMOID_OF_Z),
    "sigmoid-sign": edit("sigmoid", sigmoid="return 1 / (1 + np.exp(z))"),
    "dropout-left-on": edit(
        "sigmoid",
        activation_hidden=(
            "keep = np.arange(Z{l}.shape[0]) % 3 > 0\nA{l} = {g}(Z{l}) * keep.reshape(-1, 1)"
        ),
        slope=SIGMOID_OF_Z,
    ),
    "batch-centred": edit(
        "sigmoid",
        activation_hidden="A{l} = {g}(Z{l} - np.mean(Z{l}, axis=1, keepdims=True))",
        slope=SIGMOID_OF_Z,
    ),
    # precision
    "forward-in-float32": edit(
        linear=(
            "W = W{l}.astype(np.float32)\n"
            "A = {A}.astype(np.float32)\n"
            "b = b{l}.astype(np.float32)\n"
            "Z{l} = (W @ A + b).astype(float)"
        )
    ),
    "forward-in-float16": edit(
        linear=(
            "W = W{l}.astype(np.float16)\n"
            "A = {A}.astype(np.float16)\n"
            "b = b{l}.astype(np.float16)\n"
            "Z{l} = (W @ A + b).astype(float)"
        )
    ),
    "gradient-in-float32": edit(
        weights=(
            "dW{l} = dZ{l}.astype(np.float32) @ {A}.T.astype(np.float32) / np.float32(m)\n"
            "dW{l} = dW{l}.astype(float)"
        )
    ),
    "rational-tanh": edit(
        activation_hidden=(
            "z2 = Z{l}**2\n"
            "above = 135135 + z2 * (17325 + z2 * (378 + z2))\n"
            "below = 135135 + z2 * (62370 + z2 * (3150 + 28 * z2))\n"
            "A{l} = Z{l} * above / below"
        ),
        slope="tanh_derivative(Z{l})",
    ),
    "hard-sigmoid": edit(
        "sigmoid", activation_hidden="A{l} = np.clip(0.2 * Z{l} + 0.5, 0, 1)", slope=SIGMOID_OF_Z
    ),
    # aliasing
    "activation-in-place": edit(
        activation="A{l} = {g}(Z{l}, out=Z{l})", slope="tanh_derivative(Z{l})"
    ),
}
