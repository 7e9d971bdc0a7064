"""A program as functions over a dictionary of parameters."""

import re
from collections.abc import Iterable

from backproof.demo.lines import (
    DESCENT,
    FORWARD,
    GRADIENTS,
    IMMEDIATE_DESCENT,
    INITIAL,
    RATE,
    definition,
    drawn,
    file_of,
    indented,
    parameters_of,
    sizes_of,
)
from backproof.demo.program import Lines, Program

PARAMETER, CACHED = r"\b[Wb]\d\b", r"\b[ZA]\d\b"
WIDTH = 84  # of a line inside a function


def functions(program: Program) -> str:
    """Return the file."""
    penalised = bool(_looked_up_in("parameters", program.cost()))
    parts = [_initialize(program), _forward(program), _cost(program), _backward(program)]
    if not program.is_immediate:
        parts.append(_update(program))
    sizes = ", ".join(map(str, program.network.sizes))
    start = f"parameters = initialize_parameters({sizes})"
    A = f"A{program.L}"
    loop = [
        f"{A}, cache = forward(X, parameters)",
        f"cost = compute_cost({A}, Y{', parameters' if penalised else ''})",
    ]
    if program.is_immediate:
        loop.append(f"backward(X, Y, parameters, cache, {RATE})")
    else:
        count = ", X.shape[1]" if program.counts_in_update else ""
        loop.append("grads = backward(X, Y, parameters, cache)")
        loop.append(f"parameters = update_parameters(parameters, grads, {RATE}{count})")
    return file_of(program, parts, start, loop)


def _initialize(program: Program) -> Lines:
    entries = [f'    "{name}": {drawn(program, name)},' for name in parameters_of(program)]
    body = ["rng = np.random.default_rng(1)", "return {", *entries, "}"]
    return definition("initialize_parameters", sizes_of(program), body, INITIAL)


def _forward(program: Program) -> Lines:
    lines, names = program.forward(), [f"{k}{l}" for l in range(1, program.L + 1) for k in "ZA"]
    taken = _looked_up_in("parameters", lines)
    end = [f"cache = {_dict(names)}", f"return A{program.L}, cache"]
    return definition("forward", ["X", "parameters"], [*taken, *lines, *end], FORWARD)


def _cost(program: Program) -> Lines:
    lines = program.cost()
    taken = _looked_up_in("parameters", lines)
    arguments = [f"A{program.L}", "Y", *(["parameters"] if taken else [])]
    return definition("compute_cost", arguments, [*taken, *lines], program.network.cost_in_words)


def _backward(program: Program) -> Lines:
    lines, names = program.backward(), [f"d{name}" for name in parameters_of(program)]
    taken = [*_looked_up_in("parameters", lines), *_looked_up_in("cache", lines)]
    whole = [f"return {_dict(names)}"]
    if len(whole[0]) > WIDTH:
        whole = ["return {", *(f'    "{name}": {name},' for name in names), "}"]
    arguments, says = ["X", "Y", "parameters", "cache"], GRADIENTS
    if program.is_immediate:
        arguments, says = [*arguments, "learning_rate"], IMMEDIATE_DESCENT
    return definition("backward", arguments, [*taken, *lines, *whole], says)


def _update(program: Program) -> Lines:
    arguments = ["parameters", "grads", "learning_rate"]
    if program.counts_in_update:
        arguments.append("m")
    steps = [line for kind in "Wb" for line in program.step(f"update {kind}")]
    body = [
        "new = dict(parameters)",
        f"for i in range({program.updated.start}, {program.updated.stop}):",
        *indented(_of_layer(line) for line in steps),
        "return new",
    ]
    return definition("update_parameters", arguments, body, DESCENT)


def _of_layer(line: str) -> str:
    """Return a line of an update with the arrays of layer i taken out of dictionaries."""
    left, right = line.split(" = ", 1)
    right = re.sub(r"\bd([Wb])\b", r'grads[f"d\1{i}"]', right)
    right = re.sub(r"\b([Wb])\b", r'parameters[f"\1{i}"]', right)
    return f'new[f"{left}{{i}}"] = {right}' if left in ("W", "b") else f"{left} = {right}"


def _looked_up_in(where: str, lines: Lines) -> Lines:
    """Return lines that take out of a dictionary what other lines read and do not make.

    where  "parameters": a line a layer; "cache": a line for the Z, one for the A
    """
    pattern, which = (PARAMETER, 1) if where == "parameters" else (CACHED, 0)
    made = {name for line in lines if " = " in line for name in re.findall(pattern, _left(line))}
    read = {name for line in lines for name in re.findall(pattern, line)} - made
    groups: dict[str, Lines] = {}
    for name in sorted(read, key=lambda name: (name[which] != "Z", name[1:], name[0] == "b")):
        groups.setdefault(name[which], []).append(name)
    return [
        f"{', '.join(group)} = " + ", ".join(f'{where}["{name}"]' for name in group)
        for group in groups.values()
    ]


def _left(line: str) -> str:
    return line.split(" = ")[0]


def _dict(names: Iterable[str]) -> str:
    return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"
