"""Mistakes of scale, sign and axes, as a student writes them."""

from backproof.demo.edit import Edit, edit

DW, DB = "dW{l} = dZ{l} @ {A}.T", "db{l} = np.sum(dZ{l}, axis=1, keepdims=True)"
DELTA = "dZ{L} = A{L} - Y"

EDITS: dict[str, Edit] = {
    # scale
    "no-mean": edit(weights=DW, biases=DB),
    "no-mean-weights": edit(weights=DW),
    "no-mean-biases": edit(biases=DB),
    "no-mean-hidden": edit(weights_hidden=DW, biases_hidden=DB),
    "no-mean-output": edit(weights_last=DW, biases_last=DB),
    "mean-twice": edit(delta="dZ{L} = (A{L} - Y) / m"),
    "mean-for-sum": edit("sum", weights=f"{DW} / m", biases=f"{DB} / m"),
    "mean-twice-hidden": edit("deep", hidden="dZ{l} = dA{l} * {slope} / m"),
    "mean-twice-weights": edit(weights=f"{DW} / m**2"),
    "mean-twice-biases": edit(biases="db{l} = np.mean(dZ{l}, axis=1, keepdims=True) / m"),
    "m-minus-one": edit(weights=f"{DW} / (m - 1)", biases=f"{DB} / (m - 1)"),
    "m-minus-one-biases": edit(biases=f"{DB} / (m - 1)"),
    "divided-by-inputs": edit("curve", count="m = X.shape[0]"),
    "divided-by-units": edit(
        weights=f"m = dZ{{l}}.shape[0]\n{DW} / m", biases=f"{DB} / m", count=""
    ),
    "mean-over-outputs": edit("classes", delta="dZ{L} = (A{L} - Y) / Y.shape[0]"),
    "no-mean-over-outputs": edit("curves", delta="dZ{L} = 2 * (A{L} - Y)"),
    "gradient-doubled": edit(delta="dZ{L} = 2 * (A{L} - Y)"),
    "gradient-halved": edit("squared", delta="dA{L} = A{L} - Y\ndZ{L} = dA{L} * A{L} * (1 - A{L})"),
    "output-weights-doubled": edit(weights_last="dW{l} = 2 * dZ{l} @ {A}.T / m"),
    "first-bias-quadrupled": edit(biases_first=f"db{{l}} = 4 / m * {DB[8:]}"),
    # signs
    "output-sign": edit(delta="dZ{L} = Y - A{L}"),
    "hidden-sign": edit("deep", propagate="dA{l} = -W{n}.T @ dZ{n}"),
    "weight-sign": edit(weights="dW{l} = -dZ{l} @ {A}.T / m"),
    "bias-sign": edit(biases="db{l} = -np.sum(dZ{l}, axis=1, keepdims=True) / m"),
    "uphill": edit(update_W="W = W + learning_rate * dW", update_b="b = b + learning_rate * db"),
    "uphill-biases": edit(update_b="b = b + learning_rate * db"),
    "cost-sign": edit(
        cost="logs = Y * np.log(A{L}) + (1 - Y) * np.log(1 - A{L})\nreturn np.sum(logs) / m"
    ),
    "bias-subtracted": edit(linear="Z{l} = W{l} @ {A} - b{l}"),
    # axes and examples
    "own-activation": edit(weights_last="dW{l} = dZ{l} @ A{l}.T / m"),
    "gradient-for-weights": edit(propagate="dA{l} = dW{n}.T @ dZ{n}"),
    "weights-for-input": edit(weights="dW{l} = W{l} * np.mean(dZ{l}, axis=1, keepdims=True)"),
    "scalar-weight-gradient": edit(
        weights="dW{l} = np.ones_like(W{l}) * np.sum(dZ{l} @ {A}.T) / m"
    ),
    "product-of-means": edit(
        weights=(
            "mean_dZ = np.mean(dZ{l}, axis=1, keepdims=True)\n"
            "mean_A = np.mean({A}, axis=1, keepdims=True)\n"
            "dW{l} = mean_dZ @ mean_A.T"
        )
    ),
    "last-example-lost": edit(
        weights=(
            "dW{l} = np.zeros_like(W{l})\n"
            "for k in range(m - 1):\n"
            "    dW{l} = dW{l} + np.outer(dZ{l}[:, k], {A}[:, k]) / m"
        )
    ),
    "first-example-only": edit(weights="dW{l} = np.outer(dZ{l}[:, 0], {A}[:, 0])"),
    "last-example-only": edit(
        weights="for k in range(m):\n    dW{l} = dZ{l}[:, [k]] @ {A}[:, [k]].T",
        biases="    db{l} = dZ{l}[:, [k]]",
    ),
    "averaged-in-a-loop": edit(
        weights=(
            "dW{l} = np.zeros_like(W{l})\n"
            "for k in range(m):\n"
            "    dW{l} = (dW{l} + np.outer(dZ{l}[:, k], {A}[:, k])) / 2"
        )
    ),
    "data-reversed": edit(
        linear_first="X = X[:, ::-1]\nZ{l} = W{l} @ X + b{l}",
        weights_first="dW{l} = dZ{l} @ X[:, ::-1].T / m",
    ),
    "absolute-gradient": edit(
        weights="dW{l} = np.abs(dZ{l} @ {A}.T) / m",
        biases="db{l} = np.abs(np.sum(dZ{l}, axis=1, keepdims=True)) / m",
    ),
}
