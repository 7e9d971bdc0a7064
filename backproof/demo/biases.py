"""Mistakes of the biases, as a student writes them."""

from backproof.demo.edit import Edit, edit

EDITS: dict[str, Edit] = {
    "scalar-bias-gradient": edit(biases="db{l} = np.ones_like(b{l}) * np.sum(dZ{l}) / m"),
    "scalar-bias-shape": edit("classes", biases="db{l} = np.sum(dZ{l}) / m"),
    "squeezed-hidden-bias": edit(biases_hidden="db{l} = np.sum(dZ{l}, axis=1) / m"),
    "bias-first-example": edit(biases="db{l} = dZ{l}[:, :1]"),
    "bias-wrong-axis": edit(biases="db{l} = np.sum(dZ{l}, axis=0, keepdims=True) / m"),
    "bias-from-weight-gradient": edit(biases="db{l} = np.sum(dW{l}, axis=1, keepdims=True)"),
    "bias-from-dA": edit(biases_hidden="db{l} = np.sum(dA{l}, axis=1, keepdims=True) / m"),
    "bias-gradient-zero": edit(biases="db{l} = np.zeros((dZ{l}.shape[0], 1))"),
    "bias-forgotten": edit(linear="Z{l} = W{l} @ {A}"),
    "bias-twice": edit(linear="Z{l} = W{l} @ {A} + b{l}\nZ{l} = Z{l} + b{l}"),
    "output-bias-forgotten": edit(linear_last="Z{l} = W{l} @ {A}"),
    "bias-inside-product": edit(linear="Z{l} = W{l} @ ({A} + np.mean(b{l}))"),
}
