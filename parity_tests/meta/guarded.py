"""Strangers with a guard: one line of their text changed, as people write it.

A plant is a function of the text, the axis of the classes and the size; it must change the text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from parity_tests.meta.strangers import Stranger

STYLES: tuple[dict[str, object], ...] = (
    {},
    {"held": "class", "data": "rows", "bias": "(1, n)"},
    {
        "data": "rows",
        "keys": ("w{}", "bias{}"),
        "cache": "tuple",
        "update": "in place",
        "bias": "(1, n)",
    },
    {"cost": "last", "cache": "list", "backward": ("X", "Y", "cache", "parameters")},
)
Plant = Callable[[str, str, str], str]


@dataclass(frozen=True)
class Place:
    """A place of a guard, in a network in which it shows.

    told   part of the sentence about it
    moves  the first array that it moves
    """

    hidden: str
    output: str
    plant: Plant
    told: str
    moves: str


def swap(old: str, new: str) -> Plant:
    """Return the plant that writes `new` for `old`; E is the size, AXIS that of the classes."""

    def plant(text: str, axis: str, eps: str) -> str:
        one, other = (part.replace("AXIS", axis).replace("E", eps) for part in (old, new))
        assert one in text
        return text.replace(one, other)

    return plant


def after(line: str, new: str) -> Plant:
    """Return the plant that writes a line below the last one that matches."""

    def plant(text: str, axis: str, eps: str) -> str:
        *_, found = re.finditer(rf"(?m)^( +){line}.*$", text)
        added = new.replace("AXIS", axis).replace("E", eps)
        return f"{text[: found.end()]}\n{found[1]}{added}{text[found.end() :]}"

    return plant


def both(*plants: Plant) -> Plant:
    """Return several plants as one."""

    def plant(text: str, axis: str, eps: str) -> str:
        for one in plants:
            text = one(text, axis, eps)
        return text

    return plant


def clipped(text: str, _: str, eps: str) -> str:
    """Clip every gradient."""
    return re.sub(
        r"(?m)^( +)(d[Wb][12]) = (.*(?:sum|@).*)$", rf"\1\2 = np.clip(\3, -{eps}, {eps})", text
    )


SUM = "A2.sum(axis=AXIS, keepdims=True)"
IN_SOFTMAX = swap(f"A2 / {SUM}", f"A2 / ({SUM} + E)")
IN_LOG = swap("np.log(A2)", "np.log(A2 + E)")
PLACES = {
    "softmax": Place("tanh", "softmax", IN_SOFTMAX, "added to the sum of exp(z - max z)", "A2"),
    "softmax of z": Place(
        "relu",
        "softmax",
        both(swap("np.exp(Z2 - Z2.max(axis=AXIS, keepdims=True))", "np.exp(Z2)"), IN_SOFTMAX),
        "in the softmax of layer 2, added to the sum of exp(z)",
        "A2",
    ),
    "softmax again": Place(
        "tanh", "softmax", after("A2 = A2 /", f"A2 = A2 / ({SUM} + E)"), "the sum of the o", "A2"
    ),
    "sigmoid": Place(
        "relu",
        "sigmoid",
        swap("(1 + np.exp(-Z2))", "(1 + np.exp(-Z2) + E)"),
        "in the sigmoid of layer 2, added to 1 + exp(-z)",
        "A2",
    ),
    "hidden sigmoid": Place(
        "sigmoid",
        "sigmoid",
        swap("(1 + np.exp(-Z1))", "(1 + np.exp(-Z1) + E)"),
        "in the sigmoid of layer 1, added to 1 + exp(-z)",
        "A1",
    ),
    "tanh": Place(
        "tanh",
        "sigmoid",
        swap("np.tanh(Z1)", "(np.exp(Z1) - np.exp(-Z1)) / (np.exp(Z1) + np.exp(-Z1) + E)"),
        "in the tanh of layer 1, added to exp(z) + exp(-z)",
        "A1",
    ),
    "output": Place("tanh", "softmax", after("A2 = A2 /", "A2 = A2 + E"), "behind the s", "A2"),
    "logarithm": Place("tanh", "softmax", IN_LOG, "in the logarithms of the cost, added", "cost"),
    "logarithms": Place(
        "relu",
        "sigmoid",
        both(IN_LOG, swap("np.log(1 - A2)", "np.log(1 - A2 + E)")),
        "in the logarithms of the cost, added",
        "cost",
    ),
    "one logarithm": Place("relu", "sigmoid", IN_LOG, "added to a, and not to 1 - a", "cost"),
    "shifted logarithms": Place(
        "relu",
        "sigmoid",
        both(IN_LOG, swap("np.log(1 - A2)", "np.log(1 - (A2 + E))")),
        "added to a, and so taken from 1 - a",
        "cost",
    ),
    "slope": Place(
        "relu",
        "sigmoid",
        swap("dZ2 = A2 - Y", "dZ2 = ((1 - Y) / (1 - A2 + E) - Y / (A2 + E)) * A2 * (1 - A2)"),
        "in the derivative of the cost, added",
        "dW2",
    ),
    "divisor of a - y": Place(
        "tanh",
        "sigmoid",
        swap("dZ2 = A2 - Y", "dZ2 = (A2 - Y) / (A2 * (1 - A2) + E) * A2 * (1 - A2)"),
        "in the derivative of the cost, added to a (1 - a)",
        "dW2",
    ),
    "derivative": Place(
        "sigmoid",
        "sigmoid",
        swap("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (A1 * (1 - A1) + E)"),
        "in the derivative of the sigmoid of layer 1, added",
        "dW1",
    ),
}
BOUNDS = {  # place, with a size that shows
    "z": (
        "1.5",
        Place(
            "relu",
            "sigmoid",
            swap("np.exp(-Z2)", "np.exp(-np.clip(Z2, -E, E))"),
            "in the sigmoid of layer 2, whose z is kept within [-1.5, 1.5]",
            "A2",
        ),
    ),
    "probabilities": (
        "0.01",
        Place(
            "relu",
            "sigmoid",
            after("A2 = 1", "A2 = np.clip(A2, E, 1 - E)"),
            "where a is kept within [0.01, 1 - 0.01]",
            "A2",
        ),
    ),
    "a - y": (
        "0.01",
        Place(
            "relu",
            "sigmoid",
            swap("dZ2 = A2 - Y", "dZ2 = np.clip(A2, E, 1 - E) - Y"),
            "in the derivative of the cost, a - y, where a is kept within [0.01, 1 - 0.01]",
            "dW2",
        ),
    ),
    "divisors": (
        "0.01",
        Place(
            "relu",
            "sigmoid",
            swap(
                "dZ2 = A2 - Y",
                "p = np.clip(A2, E, 1 - E); dZ2 = ((1 - Y) / (1 - p) - Y / p) * A2 * (1 - A2)",
            ),
            "in the derivative of the cost, whose divisors are of a within [0.01, 1 - 0.01]",
            "dW2",
        ),
    ),
    "gradients": (
        "0.02",
        Place("tanh", "softmax", clipped, "on the gradients, kept within [-0.02, 0.02]", "dW2"),
    ),
    "update": (
        "0.02",
        Place(
            "tanh",
            "sigmoid",
            lambda text, _, eps: re.sub(
                r"learning_rate \* (grads\[[^]]*\])",
                rf"learning_rate * np.clip(\1, -{eps}, {eps})",
                text,
            ),
            "in the update, where the gradients are kept within [-0.02, 0.02]",
            "W1",
        ),
    ),
}


def text_of(place: Place, eps: str, style: int = 0, fault: str = "") -> str:
    """Return a stranger with the guard of a place, and with one of FAULTS."""
    own = fault if fault in ("no mean", "mask dropped") else ""
    stranger = Stranger(place.hidden, place.output, fault=own, **STYLES[style])  # type: ignore[arg-type]
    rows = stranger.data == "rows"
    text = FAULTS[fault](stranger.text(), "1" if rows else "0")
    changed = place.plant(text, "1" if rows else "0", eps)
    assert changed != text
    return changed


FAULTS: dict[str, Callable[[str, str], str]] = {
    "": lambda text, _: text,
    "no mean": lambda text, _: text,
    "mask dropped": lambda text, _: text,
    "no axis": lambda text, axis: re.sub(
        r"(db[12]) = (dZ[12])\.sum\(axis=[01]\)",
        rf"\1 = np.sum(\2) * np.ones(\2.shape[{axis}])",
        text,
    ),
    "sign": lambda text, _: re.sub(r"(dW2) = (.*) / m", r"\1 = -\2 / m", text),
}
BECAUSE = {  # fault -> what is said of it
    "no mean": "the gradients are not divided by the number of examples",
    "mask dropped": "the derivative of the hidden activation is missing",
    "no axis": "np.sum without an axis: one number",
    "sign": "dW2 is -1 × expected",
}
