"""Mistakes that show for some inputs only, written into one right network in three styles.

Each is a snippet with a number {k}: with 1.5 the network is wrong, and with 1 it is right.
"""

from dataclasses import dataclass

INDENT = "    "


@dataclass(frozen=True)
class Snippet:
    """A few statements; place: after "Z1", "A1", "cost", "delta" (dZ2), "mask" (dZ1), "grads"."""

    name: str
    place: str
    code: str
    head: str = ""


SNIPPETS = (
    Snippet("batch above 64", "grads", "if m > 64: dW1 = dW1 * {k}"),
    Snippet("batch above 200", "grads", "if m > 200: db2 = db2 * {k}"),
    Snippet("batch of one", "grads", "if m == 1: dW2 = dW2 * {k}"),
    Snippet("batch of two", "grads", "if m == 2: db1 = db1 * {k}"),
    Snippet("batch above a constant", "grads", "if m > 300: dW2 = dW2 * {k}"),
    Snippet(
        "after the first 64",
        "delta",
        "dZ2 = np.concatenate([dZ2[:, :64], dZ2[:, 64:] * {k}], axis=1)",
    ),
    Snippet(
        "blocks of 32", "mask", "dZ1 = np.concatenate([dZ1[:, :32], dZ1[:, 32:] * {k}], axis=1)"
    ),
    Snippet("inputs above 64", "grads", "if X.shape[0] > 64: dW1 = dW1 * {k}"),
    Snippet("inputs above 128", "grads", "if X.shape[0] > 128: db1 = db1 * {k}"),
    Snippet("inputs above a constant", "grads", "if X.shape[0] > 500: dW1 = dW1 * {k}"),
    Snippet("units above 64", "grads", "if A1.shape[0] > 64: dW2 = dW2 * {k}"),
    Snippet("units above 128", "Z1", "if Z1.shape[0] > 128: Z1 = Z1 * {k}"),
    Snippet(
        "mask at a thousandth", "mask", "dZ1 = dZ1 * np.where((Z1 > 0) & (Z1 <= 1e-3), {k}, 1.0)"
    ),
    Snippet("mask at a millionth", "mask", "dZ1 = dZ1 * np.where(np.abs(Z1) < 5e-6, {k}, 1.0)"),
    Snippet("activation cut at 6", "A1", "A1 = np.where(A1 > 6, A1 * {k}, A1)"),
    Snippet("activation cut at 100", "A1", "A1 = np.where(A1 > 100, A1 * {k}, A1)"),
    Snippet(
        "slope just above 3.7", "mask", "dZ1 = dZ1 * np.where((Z1 > 3.7) & (Z1 < 3.71), {k}, 1.0)"
    ),
    Snippet(
        "slope just below 4.2", "mask", "dZ1 = dZ1 * np.where((Z1 > 4.19) & (Z1 < 4.2), {k}, 1.0)"
    ),
    Snippet("data at a constant", "grads", "if ((X > 7.49) & (X < 7.51)).any(): dW1 = dW1 * {k}"),
    Snippet("large data", "grads", "if np.abs(X).max() > 100: dW1 = dW1 * {k}"),
    Snippet("small data", "grads", "if np.abs(X).max() < 0.01: dW1 = dW1 * {k}"),
    Snippet("large weights", "grads", "if np.abs(W1).max() > 50: db1 = db1 * {k}"),
    Snippet("small weights", "grads", "if np.abs(W2).max() < 0.01: dW2 = dW2 * {k}"),
    Snippet("small activations", "Z1", "if np.abs(Z1).max() < 0.01: Z1 = Z1 * {k}"),
    Snippet("soft labels", "delta", "dZ2 = np.where((Y > 0) & (Y < 1), dZ2 * {k}, dZ2)"),
    Snippet(
        "cost of soft labels", "cost", "cost = cost * ({k} if ((Y > 0) & (Y < 1)).any() else 1.0)"
    ),
    Snippet("all labels 0", "grads", "if not Y.any(): db2 = db2 * {k}"),
    Snippet("all labels 1", "cost", "cost = cost * ({k} if (Y == 1).all() else 1.0)"),
    Snippet("all data positive", "grads", "if (X > 0).all(): dW1 = dW1 * {k}"),
    Snippet("all data negative", "Z1", "if (X < 0).all(): Z1 = Z1 * {k}"),
    Snippet(
        "one call of twenty",
        "grads",
        "N.append(1); dW1 = dW1 * ({k} if len(N) % 20 == 0 else 1.0)",
        "N = []",
    ),
    Snippet(
        "now and then",
        "grads",
        "dW2 = dW2 * ({k} if RNG.random() < 0.2 else 1.0)",
        "RNG = np.random.default_rng()",
    ),
    Snippet("by a global stream", "grads", "db2 = db2 * ({k} if np.random.rand() < 0.2 else 1.0)"),
    Snippet(
        "from the second call",
        "grads",
        "N.append(1); db1 = db1 * ({k} if len(N) > 60 else 1.0)",
        "N = []",
    ),
)

STEPS = {
    "Z1": ("Z1 = W1 @ X + b1", "Z1"),
    "A1": ("A1 = np.maximum(0, Z1)", "A1"),
    "Z2": ("Z2 = W2 @ A1 + b2", ""),
    "A2": ("A2 = 1 / (1 + np.exp(-Z2))", ""),
    "cost": ("cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m", "cost"),
    "dZ2": ("dZ2 = A2 - Y", "delta"),
    "dZ1": ("dZ1 = (W2.T @ dZ2) * (Z1 > 0)", "mask"),
    "dW2": ("dW2 = dZ2 @ A1.T / m", ""),
    "db2": ("db2 = np.sum(dZ2, axis=1, keepdims=True) / m", ""),
    "dW1": ("dW1 = dZ1 @ X.T / m", ""),
    "db1": ("db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "grads"),
}
FORWARD = ("Z1", "A1", "Z2", "A2")
BACKWARD = ("dZ2", "dZ1", "dW2", "db2", "dW1", "db1")
DRAWN = {
    "W1": "np.random.default_rng(1).normal(size=(n_h, n_x))",
    "b1": "np.zeros((n_h, 1))",
    "W2": "np.random.default_rng(2).normal(size=(n_y, n_h))",
    "b2": "np.zeros((n_y, 1))",
}


def body(steps: tuple[str, ...], snippet: Snippet, k: float) -> list[str]:
    """Return the lines of some steps, with the snippet after the one where it belongs."""
    lines = []
    for step in steps:
        line, place = STEPS[step]
        lines.append(line)
        if place == snippet.place:
            lines += snippet.code.format(k=k).split("; ")
    return lines


def functions(snippet: Snippet, k: float) -> str:
    """Return functions over dicts of parameters, a cache and gradients."""
    read = [f"{name} = p['{name}']" for name in DRAWN]
    kept = "{" + ", ".join(f"'{name}': {name}" for name in FORWARD) + "}"
    grads = "{" + ", ".join(f"'{name}': {name}" for name in BACKWARD[2:]) + "}"
    made = "{" + ", ".join(f"'{name}': {drawn}" for name, drawn in DRAWN.items()) + "}"
    cached = [f"{name} = cache['{name}']" for name in FORWARD]
    return written(
        snippet.head,
        ("initialize(n_x, n_h, n_y)", [f"return {made}"]),
        ("forward(X, p)", [*read, *body(FORWARD, snippet, k), f"return A2, {kept}"]),
        ("compute_cost(A2, Y)", ["m = Y.shape[1]", *body(("cost",), snippet, k), "return cost"]),
        (
            "backward(p, cache, X, Y)",
            [*read, *cached, "m = X.shape[1]", *body(BACKWARD, snippet, k), f"return {grads}"],
        ),
        (
            "update(p, grads, learning_rate)",
            ["return {n: v - learning_rate * grads['d' + n] for n, v in p.items()}"],
        ),
    )


def flat(snippet: Snippet, k: float) -> str:
    """Return functions of arrays passed one by one, as a script calls them."""
    every = ", ".join(DRAWN)
    grads = ", ".join(BACKWARD[2:])
    new = [f"{name} = {name} - learning_rate * d{name}" for name in DRAWN]
    return written(
        snippet.head,
        ("init_params(n_x, n_h, n_y)", [f"return {', '.join(DRAWN.values())}"]),
        (
            f"forward_prop({every}, X)",
            [*body(FORWARD, snippet, k), f"return {', '.join(FORWARD)}"],
        ),
        ("get_cost(A2, Y)", ["m = Y.shape[1]", *body(("cost",), snippet, k), "return cost"]),
        (
            f"backward_prop(Z1, A1, Z2, A2, {every}, X, Y)",
            ["m = X.shape[1]", *body(BACKWARD, snippet, k), f"return {grads}"],
        ),
        (f"update_params({every}, {grads}, learning_rate)", [*new, f"return {every}"]),
    )


def one_class(snippet: Snippet, k: float) -> str:
    """Return a class with arrays as attributes."""
    read = [f"{name} = self.{name}" for name in DRAWN]
    kept = [f"self.{name} = {name}" for name in ("X", *FORWARD)]
    recalled = [f"{name} = self.{name}" for name in ("X", *FORWARD)]
    grads = "{" + ", ".join(f"'{name}': {name}" for name in BACKWARD[2:]) + "}"
    step = [f"self.{name} = self.{name} - learning_rate * grads['d{name}']" for name in DRAWN]
    methods = (
        ("__init__(self, n_x, n_h, n_y)", [f"self.{n} = {drawn}" for n, drawn in DRAWN.items()]),
        ("forward(self, X)", [*read, *body(FORWARD, snippet, k), *kept, "return A2"]),
        (
            "compute_loss(self, Y)",
            ["A2 = self.A2", "m = Y.shape[1]", *body(("cost",), snippet, k), "return cost"],
        ),
        (
            "backward(self, Y)",
            [*read, *recalled, "m = X.shape[1]", *body(BACKWARD, snippet, k), f"return {grads}"],
        ),
        ("update(self, grads, learning_rate)", step),
    )
    text = written("", *methods).partition("\n\n\n")[2]
    inner = "\n".join(f"{INDENT}{line}" if line else "" for line in text.splitlines())
    return f"import numpy as np\n\n{snippet.head}\n\n\nclass Network:\n{inner}\n"


def written(head: str, *functions: tuple[str, list[str]]) -> str:
    """Return a file of functions."""
    texts = ["\n".join([f"def {name}:", *(INDENT + s for s in lines)]) for name, lines in functions]
    return "\n\n\n".join([f"import numpy as np\n\n{head}".rstrip(), *texts]) + "\n"


STYLES = {"functions": functions, "flat": flat, "class": one_class}
