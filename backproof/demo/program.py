"""A program out of fragments: its lines, layer by layer, before they are a file of some style."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backproof.demo.fragments import FUNCTIONS, HELPERS, Fragments
from backproof.demo.network import Network

Lines = list[str]
LAYERS = {"1 to L": (1, 0), "2 to L": (2, 0), "1 to L - 1": (1, -1)}  # first, last less L
IMMEDIATE = "immediate"  # a step of a program that updates each layer inside its backward pass


@dataclass(frozen=True)
class Program:
    """The network of an exercise and its fragments."""

    network: Network
    fragments: Fragments

    @property
    def L(self) -> int:  # noqa: N802
        """The number of layers."""
        return self.network.depth

    @property
    def updated(self) -> range:
        """The layers that the update runs over."""
        first, last = LAYERS[self.fragments["updated"]]
        return range(first, self.L + last + 1)

    def step(self, name: str, l: int = 0) -> Lines:
        """Return the lines of a step in layer l; none where it is left out."""
        template = self._template(name, l)
        places = {
            "l": l,
            "n": l + 1,
            "L": self.L,
            "A": "X" if l == 1 else f"A{l - 1}",
            "g": FUNCTIONS.get(self.network.hidden, self.network.hidden),
            "out": FUNCTIONS.get(self.network.output, self.network.output),
        }
        slope = self._template("slope", l).format(**places)
        return [line for line in template.format(slope=slope, **places).split("\n") if line]

    def forward(self) -> Lines:
        """Return the forward pass."""
        lines: Lines = []
        for l in range(1, self.L + 1):
            g = self.network.output if l == self.L else self.network.hidden
            title = f"{self._title(l)}, {g.replace('_', ' ')}"
            lines += [title, *self.step("linear", l), *self.step("activation", l)]
        return lines

    def cost(self) -> Lines:
        """Return the cost, up to its `return`."""
        lines = self.step("cost", self.L)
        used = any(mentions(line, "m") for line in lines)
        return ["m = Y.shape[1]", *lines] if used else lines

    def backward(self) -> Lines:
        """Return the backward pass, output layer first."""
        lines: Lines = []
        for l in range(self.L, 0, -1):
            lines.append(self._title(l))
            if l == self.L:
                lines += self.step("delta", l)
            else:
                lines += [*self.step("propagate", l), *self.step("hidden", l)]
            lines += [*self.step("weights", l), *self.step("biases", l)]
            if self.is_immediate:
                lines += [f"{p}{l} -= learning_rate * d{p}{l}" for p in "Wb"]
        used = any(mentions(line, "m") for line in lines)
        return [*self.step("count"), *lines] if used else lines

    @property
    def is_immediate(self) -> bool:
        """Whether the backward pass updates the parameters."""
        return IMMEDIATE in self.fragments

    @property
    def counts_in_update(self) -> bool:
        """Whether the update divides or multiplies by the number of examples."""
        lines = [*self.step("update W"), *self.step("update b")]
        return any(mentions(line, "m") for line in lines)

    def helpers(self, text: str) -> Iterator[tuple[str, Lines]]:
        """Yield the functions that a text calls: activations and their derivatives."""
        bodies = {name: self.fragments[name] for name in HELPERS}
        called = {name for name in bodies if f"{name}(" in text}
        called |= {name for name in bodies for one in called if f"{name}(" in bodies[one]}
        for name, body in bodies.items():
            if name in called:
                yield name, body.split("\n")

    def _title(self, l: int) -> str:
        if l == self.L:
            return "# output layer"
        return "# hidden layer" if self.L == 2 else f"# hidden layer {l}"

    def _template(self, name: str, l: int) -> str:
        places = {"last": l == self.L, "first": l == 1, "hidden": 0 < l < self.L}
        for place, there in places.items():
            if there and f"{name}.{place}" in self.fragments:
                return self.fragments[f"{name}.{place}"]
        return self.fragments[name]


def mentions(text: str, word: str) -> bool:
    """Tell whether a word stands in a text of Python."""
    return re.search(rf"\b{word}\b", text) is not None
