"""Strangers: one network of two layers, as people with different habits would write it.

Not run here but written out as text: what is tested is that the habit does not change the verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backproof.candidate.loading import execute, read_source
from backproof.own import judging
from backproof.verdict import TargetReport

ACTIVATIONS = {
    "tanh": "np.tanh({Z})",
    "relu": "np.maximum(0, {Z})",
    "sigmoid": "1 / (1 + np.exp(-{Z}))",
    "identity": "{Z}",
    "softmax": "np.exp({Z} - {Z}.max(axis={units}, keepdims=True))",
}
SLOPES = {"tanh": "(1 - A1 ** 2)", "relu": "(Z1 > 0)", "sigmoid": "A1 * (1 - A1)"}
COSTS = {  # goes with the output
    "sigmoid": "-np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m",
    "softmax": "-np.sum(Y * np.log(A2)) / m",
    "identity": "np.sum((A2 - Y) ** 2) / (2 * m)",
}


@dataclass(frozen=True)
class Stranger:
    """A network and the habits of its author.

    fault     "", "no mean", "mask dropped" or "slope of the activation"
    data      "columns": (n, m); "rows": (m, n); "rows outside": transposed on the way in and out
    keys      of weights and biases, with {} for the number; grads: the same with {} for the key
    cache     "dict", "tuple" or "list"; a class keeps it as attributes
    bias      "(n, 1)", "(1, n)", "(n,)" or "none"
    labels    "arrays", "vector" (m,) with one output, "integers" (m,) with several
    cost      "apart", or "first" or "last" in what the forward pass returns
    backward  its arguments, in order
    update    "new", "in place" or "none"
    """

    hidden: str
    output: str
    fault: str = ""
    held: str = "functions"
    data: str = "columns"
    keys: tuple[str, str] = ("W{}", "b{}")
    grads: str = "d{}"
    cache: str = "dict"
    bias: str = "(n, 1)"
    labels: str = "arrays"
    cost: str = "apart"
    backward: tuple[str, ...] = ("parameters", "cache", "X", "Y")
    update: str = "new"

    @property
    def wrong(self) -> list[str]:
        """The gradients that its fault spoils."""
        names = {"": [], "no mean": ["dW2", "db2", "dW1", "db1"]}.get(self.fault, ["dW1", "db1"])
        return [name for name in names if name[1] == "W" or self.bias != "none"]

    @property
    def parameters(self) -> list[str]:
        """Its own names of W1, b1, W2, b2."""
        pairs = [(self.keys[0].format(l), self.keys[1].format(l)) for l in (1, 2)]
        return [name for W, b in pairs for name in ((W,) if self.bias == "none" else (W, b))]

    def text(self) -> str:
        """Return the file."""
        parts = self._class() if self.held == "class" else self._functions()
        return "import numpy as np\n\n\n" + "\n".join(parts) + "\n"

    def _functions(self) -> Iterator[str]:
        yield from ("def initialize_parameters(n_x, n_h, n_y):", *self._drawn("parameters[{!r}]"))
        yield "    return parameters\n"
        both = ", Y" if self.cost != "apart" else ""
        yield f"def forward(X, parameters{both}):"
        yield from indented(self._unpacked("parameters[{!r}]"), *self._forward())
        yield f"    cache = {self._box('Z1', 'A1', 'Z2', 'A2')}"
        out = "A2.T" if self.data == "rows outside" else "A2"
        if self.cost == "apart":
            yield f"    return {out}, cache\n"
            yield "def compute_cost(A2, Y):"
            yield from indented(*self._turned("A2"), *self._cost(), "return cost\n")
        else:
            yield from indented(*self._cost())
            order = ("cost", out, "cache") if self.cost == "first" else (out, "cache", "cost")
            yield f"    return {', '.join(order)}\n"
        yield f"def backward({', '.join(self.backward)}):"
        read = [f"{n} = cache[{n!r}]" for n in ("Z1", "A1", "Z2", "A2")]
        unpacked = read if self.cache == "dict" else ["Z1, A1, Z2, A2 = cache"]
        yield from indented(*unpacked, *self._unpacked("parameters[{!r}]"))
        yield from indented(*self._turned("X"), *self._backward())
        if self.update != "none":
            yield "def update_parameters(parameters, grads, learning_rate):"
            yield from indented(*self._updated("parameters[{!r}]"), "return parameters")

    def _class(self) -> Iterator[str]:
        yield from ("class Network:", "    def __init__(self, n_x, n_h, n_y):")
        yield from indented(*self._drawn("self.{}"))
        yield "    def forward(self, X):"
        remembered = [f"self.{name} = {name}" for name in ("Z1", "A1", "Z2", "A2")]
        body = [*self._unpacked("self.{}"), *self._forward(), *remembered]
        out = "A2.T" if self.data == "rows outside" else "A2"
        yield from indented(*indented(*body, f"return {out}\n"))
        yield "    def compute_loss(self, Y):"
        yield from indented(*indented("A2 = self.A2", *self._cost(), "return cost\n"))
        yield "    def backward(self, X, Y):"
        recalled = [f"{name} = self.{name}" for name in ("Z1", "A1", "Z2", "A2")]
        body = [*recalled, *self._unpacked("self.{}"), *self._turned("X"), *self._backward()]
        yield from indented(*indented(*body))
        if self.update != "none":
            yield "    def update(self, grads, learning_rate):"
            yield from indented(*indented(*self._updated("self.{}")))

    def _drawn(self, slot: str) -> list[str]:
        sizes = {"1": ("n_h", "n_x"), "2": ("n_y", "n_h")}
        lines = [] if self.held == "class" else ["parameters = {}"]
        for name in self.parameters:
            out, into = sizes[name[-1]]
            shape = f"{into}, {out}" if self.data == "rows" else f"{out}, {into}"
            if name == self.keys[1].format(name[-1]):
                shape = self.bias.strip("()").replace("n", out)
            drawn = f"np.random.default_rng(0).normal(size=({shape}))"
            lines.append(f"{slot.format(name)} = {drawn}")
        return list(indented(*lines))

    def _unpacked(self, slot: str) -> list[str]:
        ours = ["W1", "W2"] if self.bias == "none" else ["W1", "b1", "W2", "b2"]
        return [f"{n} = {slot.format(m)}" for n, m in zip(ours, self.parameters, strict=True)]

    def _turned(self, *names: str) -> list[str]:
        return [f"{n} = {n}.T" for n in names] if self.data == "rows outside" else []

    def _forward(self) -> Iterator[str]:
        yield from self._turned("X")
        for l, (name, previous) in enumerate(((self.hidden, "X"), (self.output, "A1")), 1):
            bias = (
                f"b{l}" if self.data == "rows" or self.bias == "(n, 1)" else f"b{l}.reshape(-1, 1)"
            )
            product = f"{previous} @ W{l}" if self.data == "rows" else f"W{l} @ {previous}"
            yield f"Z{l} = {product}" + ("" if self.bias == "none" else f" + {bias}")
            units = 1 if self.data == "rows" else 0
            yield f"A{l} = {ACTIVATIONS[name].format(Z=f'Z{l}', units=units)}"
            if name == "softmax":
                yield f"A{l} = A{l} / A{l}.sum(axis={units}, keepdims=True)"

    def _labels(self) -> Iterator[str]:
        if self.labels == "integers":
            yield f"Y = np.eye(A2.shape[{1 if self.data == 'rows' else 0}])[Y]"
        if self.labels == "vector":
            yield "Y = Y.reshape(-1, 1)"
        turned = self.labels != "arrays" and self.data == "columns"
        if turned or self.data == "rows outside":
            yield "Y = Y.T"
        yield f"m = Y.shape[{0 if self.data == 'rows' else 1}]"

    def _cost(self) -> Iterator[str]:
        yield from (*self._labels(), f"cost = {COSTS[self.output]}")

    def _backward(self) -> Iterator[str]:
        yield from (*self._labels(), "dZ2 = A2 - Y")
        rows = self.data == "rows"
        yield "dA1 = dZ2 @ W2.T" if rows else "dA1 = W2.T @ dZ2"
        slope = SLOPES[self.hidden]
        if self.fault == "slope of the activation":
            slope = "1 / (1 + np.exp(-A1)) * (1 - 1 / (1 + np.exp(-A1)))"
        yield "dZ1 = dA1" if self.fault == "mask dropped" else f"dZ1 = dA1 * {slope}"
        mean = "" if self.fault == "no mean" else " / m"
        for l, previous in ((1, "X"), (2, "A1")):
            product = f"{previous}.T @ dZ{l}" if rows else f"dZ{l} @ {previous}.T"
            yield f"dW{l} = {product}{mean}"
            yield f"db{l} = dZ{l}.sum(axis={0 if rows else 1}){mean}"
            yield (
                f"db{l} = db{l}.reshape({self.bias.strip('()').replace('n', '-1')})"
                if (self.bias != "none")
                else f"del db{l}"
            )
        ours = ["dW1", "dW2"] if self.bias == "none" else ["dW1", "db1", "dW2", "db2"]
        pairs = zip(self.parameters, ours, strict=True)
        entries = (f"{self.grads.format(name)!r}: {mine}" for name, mine in pairs)
        yield f"return {{{', '.join(entries)}}}\n"

    def _updated(self, slot: str) -> Iterator[str]:
        if self.update == "new" and self.held == "functions":
            yield "parameters = dict(parameters)"
        for name in self.parameters:
            step = f"learning_rate * grads[{self.grads.format(name)!r}]"
            if self.update == "in place":
                yield f"{slot.format(name)} -= {step}"
            else:
                yield f"{slot.format(name)} = {slot.format(name)} - {step}"

    def _box(self, *names: str) -> str:
        if self.cache == "dict":
            return "{" + ", ".join(f"{name!r}: {name}" for name in names) + "}"
        return "({})".format(", ".join(names)) if self.cache == "tuple" else f"[{', '.join(names)}]"


def indented(*lines: Any) -> Iterator[str]:
    """Yield lines, and the lines of iterators, four spaces further in."""
    for line in lines:
        for one in [line] if isinstance(line, str) else line:
            yield f"    {one}"


def judged(text: str, folder: Path) -> TargetReport:
    """Judge a text among live objects, which is quicker than as a file."""
    path = folder / "my_net.py"
    path.write_text(text)
    return judging.judge_live(execute(read_source(path)).namespace)
