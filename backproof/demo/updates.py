"""Mistakes of the update, as a student writes them."""

from backproof.demo.edit import Edit, edit
from backproof.demo.program import IMMEDIATE


def both(line: str) -> Edit:
    """Return the edit of an update of W, and of b likewise."""
    return edit(update_W=line, update_b=line.replace("W", "b"))


EDITS: dict[str, Edit] = {
    "updated-too-early": Edit({IMMEDIATE: "yes"}),
    "biases-frozen": edit(update_b=""),
    "weights-frozen": edit(update_W=""),
    "nothing-updated": both("updated = W - learning_rate * dW"),
    "last-layer-frozen": edit(updated="1 to L - 1"),
    "first-layer-frozen": edit(updated="2 to L"),
    "rate-ignored": both("W = W - dW"),
    "rate-ignored-biases": edit(update_b="b = b - db"),
    "rate-squared": both("W = W - learning_rate**2 * dW"),
    "rate-doubled": both("W = W - 2 * learning_rate * dW"),
    "rate-over-m": both("W = W - learning_rate / m * dW"),
    "rate-times-m": both("W = W - learning_rate * m * dW"),
    "rate-divides": both("W = W - dW / learning_rate"),
    "parameter-overwritten": both("W = -learning_rate * dW"),
    "update-of-gradient": both("W = dW - learning_rate * dW"),
    "sign-of-gradient": both("W = W - learning_rate * np.sign(dW)"),
    "gradient-normalised": both("length = np.linalg.norm(dW)\nW = W - learning_rate * dW / length"),
    "decay-in-update": edit(update_W="decay = 0.01 * W\nW = W - learning_rate * (dW + decay)"),
    "update-in-float32": both(
        "old = W.astype(np.float32)\n"
        "change = np.float32(learning_rate * dW)\n"
        "W = (old - change).astype(float)"
    ),
    "l2-in-gradient": edit(weights="dW{l} = dZ{l} @ {A}.T / m + 0.01 * W{l}"),
    "l2-sign": edit(weights="dW{l} = dZ{l} @ {A}.T / m - 0.01 * W{l}"),
}
