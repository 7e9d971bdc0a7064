"""Usage: what the file's own script does with its network."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from backproof.candidate.conventions.calls import parameters_of
from backproof.candidate.conventions.names import size_role
from backproof.candidate.conventions.players import is_initialiser
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.loading import Construction


def outputs_in_use(
    text: str, constructions: Sequence[Construction], reading: Reading, namespace: dict[str, Any]
) -> int | None:
    """Return the number of outputs in NeuralNetwork([784, 30, 10]) or init_params(2, 4, 1).

    The script's calls count, then the defaults of the arguments; None where neither tells.
    """
    if reading.name:
        made = [(list(c.args), c.keywords) for c in constructions if c.name == reading.name]
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
    for node in ast.walk(_tree(text)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if is_initialiser(name):
                yield [_literal(arg) for arg in node.args], {}


def scopes(text: str) -> tuple[frozenset[str], ...]:
    """Return, for each function of a text and for its top level, the names it calls."""
    tree = _tree(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return tuple(frozenset(_called(node)) for node in (*functions, tree))


def _called(scope: ast.AST) -> Iterator[str]:
    """Yield the functions and methods that a scope calls, those inside functions left out."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Call):
            yield str(getattr(node.func, "id", getattr(node.func, "attr", "")))
        yield from _called(node)


def _tree(text: str) -> ast.Module:
    """Return the syntax tree of a text, lines of a notebook's magics left out; empty if none."""
    lines = ("" if line.lstrip().startswith(("%", "!", "?")) else line for line in text.split("\n"))
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


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
