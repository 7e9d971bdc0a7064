"""Usage: how many outputs the file's own script gives its network."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from backproof.candidate.conventions.calls import parameters_of
from backproof.candidate.conventions.names import is_initialiser, size_role
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.loading import Construction


def outputs_in_use(
    text: str, constructions: Sequence[Construction], reading: Reading, namespace: dict[str, Any]
) -> int | None:
    """Return the number of outputs in NeuralNetwork([784, 30, 10]) or init_params(2, 4, 1).

    The script's calls count, then the defaults of the arguments; None where neither tells.
    """
    if reading.name:
        made = [(c.args, c.keywords) for c in constructions if c.name == reading.name]
        function = namespace[reading.name]
    else:
        made = list(_initialised(text))
        function = None
    for args, keywords in made:
        count = _last_count([*args, *keywords.values()])
        if count is not None:
            return count
    for parameter in parameters_of(function) if function else []:
        if size_role(parameter.name) == "output" and isinstance(parameter.default, int):
            return parameter.default
    return None


def _initialised(text: str) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Yield the literal arguments of every call of an initialising function."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if is_initialiser(node.func.id):
                yield [_literal(arg) for arg in node.args], {}


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(part) for part in node.elts]
    return node.value if isinstance(node, ast.Constant) else None


def _last_count(values: list[Any]) -> int | None:
    """Return the last whole number of a list of sizes, or of at least two sizes in a row."""
    for value in values:
        if isinstance(value, list | tuple) and len(value) > 1:
            last = value[-1]
            return last if _is_count(last) else None
    counts = [value for value in values if _is_count(value)]
    return counts[-1] if len(counts) >= 2 and counts[-1] is values[-1] else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
