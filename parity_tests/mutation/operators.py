"""Operators for matrix code, which cosmic-ray lacks: products, transposes, axes, NumPy's functions,
arguments, names in tables.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Name

Node = Any  # of parso, which has no type that all of its nodes share

FUNCTIONS = {
    "sum": "mean",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "exp": "expm1",
    "log": "log1p",
    "log1p": "log",
    "tanh": "arctan",
    "zeros": "ones",
    "randn": "rand",
    "float64": "float32",
}
STRINGS = {
    "ignore": "warn",
    "mean": "sum",
    "sum": "mean",
    "f": "i",
    "clamp": "clip",
    "clip": "epsilon",
    "epsilon": "clamp",
    "relu": "leaky_relu",
    "leaky_relu": "relu",
    "tanh": "sigmoid",
    "sigmoid": "softmax",
    "softmax": "sigmoid",
    "binary_cross_entropy": "squared_error",
    "categorical_cross_entropy": "binary_cross_entropy",
    "mean_squared_error": "squared_error",
    "squared_error": "half_squared_error",
    "half_squared_error": "mean_squared_error",
}
KEYS = {"A": "Z", "Z": "A", "W": "b", "b": "W", "dW": "db", "db": "dW", "d": ""}
LEFT_OUT = ("floating", "as_precise_as", "float", "asarray", "squeeze", "over_examples", "min")


def code(node: Node) -> str:
    """Return the text of a node without the space before it."""
    return node.get_code(include_prefix=False)


def joined(nodes: list[Node]) -> str:
    return "".join(node.get_code() for node in nodes).strip()


class Rewriting(Operator):
    """An operator that puts other code in a node's place: `rewritings` says which."""

    sample: tuple[str, str]  # before, after the first mutation

    @abstractmethod
    def rewritings(self, node: Node) -> Iterator[str]: ...

    def mutation_positions(self, node: Node) -> Iterator[tuple[Any, Any]]:
        for _ in self.rewritings(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        return Name(
            list(self.rewritings(node))[index], node.start_pos, node.get_first_leaf().prefix
        )

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(*cls.sample),)


class Product(Rewriting):
    """A @ B: the factors swapped, or one of them transposed."""

    sample = "x = A @ B", "x = B @ A"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "term" and [code(c) for c in node.children[1::2]] == ["@"]:
            A, B = code(node.children[0]), code(node.children[2])
            yield f"{B} @ {A}"
            yield f"{A}.T @ {B}"
            yield f"{A} @ {B}.T"


class Transpose(Rewriting):
    """A.T without the .T."""

    sample = "x = A.T", "x = A"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type in ("atom_expr", "power") and code(node.children[-1]) == ".T":
            yield joined(node.children[:-1])


class Axis(Rewriting):
    """axis=0 for axis=1, the other way round, and no axis at all."""

    sample = "f(x, axis=0)", "f(x, axis=1)"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "argument" and code(node) in ("axis=0", "axis=1"):
            yield {"axis=0": "axis=1", "axis=1": "axis=0"}[code(node)]
            yield "axis=None"


class Function(Rewriting):
    """A function of NumPy, or a type, that is easily taken for another."""

    sample = "np.sum(x)", "np.mean(x)"

    def rewritings(self, node: Node) -> Iterator[str]:
        before = node.get_previous_leaf() if node.type == "name" else None
        if before is not None and before.value == "." and node.value in FUNCTIONS:
            yield FUNCTIONS[node.value]


class LeftOut(Rewriting):
    """A conversion or a precaution left out: f(x, ...) becomes x, x.astype(...) becomes x."""

    sample = "y = np.squeeze(x)", "y = x"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type not in ("atom_expr", "power") or code(node.children[-1])[0] != "(":
            return
        *called, arguments = node.children
        name = called[-1].get_last_leaf().value
        if name == "astype":
            yield joined(called[:-1])
        elif name in LEFT_OUT:
            inside = arguments.children[1]
            yield code(inside.children[0] if inside.type == "arglist" else inside)


class Arguments(Rewriting):
    """Two neighbouring arguments swapped."""

    sample = "f(a, b)", "f(b, a)"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type != "arglist" or node.parent.type != "trailer":
            return
        texts = [code(c) for c in node.children[::2]]
        named = [c.type == "argument" for c in node.children[::2]]
        for i in range(len(texts) - 1):
            if not (named[i] or named[i + 1] or texts[i] == texts[i + 1]):
                yield ", ".join([*texts[:i], texts[i + 1], texts[i], *texts[i + 2 :]])


class Operand(Rewriting):
    """One operand left out, of a sum, a product, an `and` or an `or`."""

    sample = "x = a * b", "x = b"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type in ("arith_expr", "term", "and_test", "or_test"):
            yield joined(node.children[2:])
            for i in range(1, len(node.children), 2):
                yield joined(node.children[:i] + node.children[i + 2 :])


class Negated(Rewriting):
    """The sign of what a function returns."""

    sample = "def f(): return a - b", "def f(): return -(a - b)"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "return_stmt" and node.children[1].type in ("arith_expr", "term"):
            yield f"return -({code(node.children[1])})"


class Scaled(Rewriting):
    """A constant that is no whole number, doubled and halved."""

    sample = "x = 0.25", "x = 0.5"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "number" and not (value := float(node.value)).is_integer():
            yield repr(2 * value)
            yield repr(value / 2)


class TableValues(Rewriting):
    """Two neighbouring values of a dictionary swapped."""

    sample = "t = {'a': f, 'b': g}", "t = {'a': g, 'b': f}"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type != "dictorsetmaker" or ":" not in map(code, node.children):
            return
        keys, values = ([code(c) for c in node.children[i::4]] for i in (0, 2))
        for i in range(len(values) - 1):
            swapped = [*values[:i], values[i + 1], values[i], *values[i + 2 :]]
            if swapped != values:
                yield ", ".join(f"{k}: {v}" for k, v in zip(keys, swapped, strict=True))


class String(Rewriting):
    """A name in quotes: a similar one where there is one, and one that nobody knows."""

    sample = "x = 'mean'", "x = 'sum'"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "string":
            text = node.value[1:-1]
            if text in STRINGS:
                yield repr(STRINGS[text])
            yield repr(text + "?")


class Key(Rewriting):
    """The letters of a key that is put together from letters and a layer."""

    sample = 'p[f"W{l}"]', 'p[f"b{l}"]'

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "fstring_string" and node.value in KEYS:
            yield KEYS[node.value]


class Raise(Rewriting):
    """A refusal that does not happen."""

    sample = "if a: raise b", "if a: pass"

    def rewritings(self, node: Node) -> Iterator[str]:
        if node.type == "raise_stmt":
            yield "pass"
