"""A program as a class, which keeps its arrays as attributes."""

import re

from backproof.demo.lines import (
    DESCENT,
    FORWARD,
    GRADIENTS,
    IMMEDIATE_DESCENT,
    RATE,
    definition,
    drawn,
    file_of,
    indented,
    parameters_of,
    sizes_of,
)
from backproof.demo.program import Lines, Program

KEPT = re.compile(r"\b(d?[Wb]\d|[ZA]\d)\b")  # dZ and dA stay local


def classes(program: Program) -> str:
    """Return the file."""
    methods = [_init(program), _forward(program), _cost(program), _backward(program)]
    loop = ["net.forward(X)", "cost = net.cost(Y)"]
    if program.is_immediate:
        loop.append(f"net.backward(X, Y, {RATE})")
    else:
        methods.append(_update(program))
        count = ", X.shape[1]" if program.counts_in_update else ""
        loop += ["net.backward(X, Y)", f"net.update({RATE}{count})"]
    body = "\n\n".join("\n".join(indented(method)) for method in methods)
    sizes = ", ".join(map(str, program.network.sizes))
    return file_of(program, [["class Network:", body]], f"net = Network({sizes})", loop)


def _init(program: Program) -> Lines:
    weights = [f"self.{name} = {drawn(program, name)}" for name in parameters_of(program)]
    body = ["rng = np.random.default_rng(1)", *weights]
    return definition("__init__", ["self", *sizes_of(program)], body)


def _forward(program: Program) -> Lines:
    body = [*_own(program.forward()), f"return self.A{program.L}"]
    return definition("forward", ["self", "X"], body, FORWARD)


def _cost(program: Program) -> Lines:
    words = program.network.cost_in_words
    return definition("cost", ["self", "Y"], _own(program.cost()), words)


def _backward(program: Program) -> Lines:
    body = _own(program.backward())
    if program.is_immediate:
        arguments = ["self", "X", "Y", "learning_rate"]
        return definition("backward", arguments, body, IMMEDIATE_DESCENT)
    return definition("backward", ["self", "X", "Y"], body, GRADIENTS)


def _update(program: Program) -> Lines:
    arguments = ["self", "learning_rate", *(["m"] if program.counts_in_update else [])]
    body = [
        re.sub(r"\b(d?[Wb])\b", rf"self.\g<1>{l}", line)
        for l in program.updated
        for kind in "Wb"
        for line in program.step(f"update {kind}")
    ]
    return definition("update", arguments, body, DESCENT)


def _own(lines: Lines) -> Lines:
    """Return lines with their arrays as attributes."""
    return [line if line.startswith("#") else KEPT.sub(r"self.\1", line) for line in lines]
