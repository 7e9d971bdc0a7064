"""Names of activations and losses: in a stranger's source text, and in a sentence."""

from collections.abc import Collection, Sequence

MARKS: dict[str, tuple[str, ...]] = {
    "relu": ("relu", "rectif"),
    "leaky_relu": ("leaky", "lrelu"),
    "sigmoid": ("sigmoid", "logistic", "expit"),
    "tanh": ("tanh",),
    "softmax": ("softmax",),
    "identity": ("identity", "linear_output"),
    "binary_cross_entropy": ("binary_cross", "binarycross", "bce", "logloss", "log_loss"),
    "categorical_cross_entropy": ("categorical", "softmax_loss", "softmax_cross", "nll"),
    "mean_squared_error": ("mse", "mean_sq", "meansq"),
    "squared_error": ("sse", "sum_sq", "sumsq"),
    "half_squared_error": ("half", "quadratic"),
}
TERMS = {
    "leaky_relu": "leaky relu",
    "binary_cross_entropy": "binary cross-entropy",
    "categorical_cross_entropy": "categorical cross-entropy",
    "mean_squared_error": "mean squared error",
    "squared_error": "squared error",
    "half_squared_error": "half the squared error",
}


def term(name: str) -> str:
    """Return the field's standard term: "binary cross-entropy" for "binary_cross_entropy"."""
    return TERMS.get(name, name)


def named(name: str, names: Collection[str]) -> bool:
    """Tell whether one of the identifiers speaks of this activation or loss."""
    lowered = [str(identifier).lower() for identifier in names]
    if name == "relu":
        lowered = [text for text in lowered if not any(mark in text for mark in ("leaky", "lrelu"))]
    return any(mark in text for text in lowered for mark in MARKS.get(name, ()))


def named_first(candidates: Sequence[str], names: Collection[str]) -> list[str]:
    """Return the candidates, those of which an identifier speaks before the others."""
    return sorted(candidates, key=lambda name: not named(name, names))
