"""Displays: in a statement of several lines, the one that stands for a part of its value."""

import ast
from functools import cache

from backproof.candidate.conventions.slots import Path


def inner_line(tree: ast.Module, line: int, path: Path) -> int:
    """Return the line of `"dW2": np.dot(dZ2, A1.T),` in a statement that begins with `grads = {`.

    line  of a statement
    path  from its value, or from the names that it binds, to the part that is meant
    """
    value = _long_values(tree).get(line)
    if value is None:
        return line
    for _, step in path:
        value = _part(value, step) or value
    return value.lineno


@cache
def _long_values(tree: ast.Module) -> dict[int, ast.expr]:
    """Return line -> value of the statement that begins there, of those of several lines."""
    return {
        node.lineno: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return)
        if node.value is not None and node.end_lineno != node.lineno
    }


def _part(value: ast.expr, step: object) -> ast.expr | None:
    """Return what a step leads to in a dict, a tuple, a list or dict(dW2=...); None in any other.

    A name that the statement binds is a step that leads nowhere.
    """
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == step]
        return found[-1] if found else None
    if isinstance(value, ast.Tuple | ast.List) and type(step) is int:
        return value.elts[step] if 0 <= step < len(value.elts) else None
    if isinstance(value, ast.Call):
        named = [word.value for word in value.keywords if word.arg == step]
        return named[0] if named else None
    return None
