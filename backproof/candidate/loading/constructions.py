"""Constructions: the instances a file makes, seen in its syntax tree."""

import ast
import copy
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from backproof.candidate.loading.modules import PACKAGES
from backproof.candidate.loading.origins import DEFINED, UNKNOWN, VALUE, Origins
from backproof.candidate.loading.source import Construction, Definition, flat


def constructions(body: list[ast.stmt], origins: Origins) -> Iterator[Construction]:
    """Yield the instances made at top level, then those made inside functions."""
    classes = {node.name for node in flat(body) if isinstance(node, ast.ClassDef)}

    def is_class(func: ast.expr) -> bool:
        """Of the file itself, or, by its capital, of a module that may be a helper."""
        name = _called(func)
        if isinstance(func, ast.Name) and name in classes:
            return True
        while isinstance(func, ast.Attribute):
            func = func.value
        unknown = UNKNOWN if origins.stars else VALUE
        origin = origins.names.get(func.id, unknown) if isinstance(func, ast.Name) else VALUE
        top = origin.lstrip(".").split(".")[0]
        foreign = top in sys.stdlib_module_names or top in ("numpy", *PACKAGES)
        return name[:1].isupper() and origin not in (VALUE, DEFINED) and not foreign

    outside = [node for node in flat(body) if not isinstance(node, Definition)]
    everywhere = _literals(outside, {})
    scopes: list[tuple[list[ast.stmt], dict[str, ast.expr]]] = [(outside, everywhere)]
    for node in flat(body):
        if isinstance(node, ast.FunctionDef):
            scopes.append(([node], _literals(flat(node.body), everywhere)))
    for nodes, literals in scopes:
        calls = [part for node in nodes for part in ast.walk(node) if isinstance(part, ast.Call)]
        for call in sorted(calls, key=lambda part: (part.lineno, part.col_offset)):
            if is_class(call.func):
                yield Construction(
                    _called(call.func),
                    tuple(_literal(part, literals) for part in call.args),
                    {w.arg: _literal(w.value, literals) for w in call.keywords if w.arg},
                    call.lineno,
                )


def _called(func: ast.expr) -> str:
    return str(getattr(func, "attr", getattr(func, "id", "")))


def _literals(body: Iterable[ast.stmt], outer: dict[str, ast.expr]) -> dict[str, ast.expr]:
    found = dict(outer)
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                found[target.id] = node.value
    return found


class _Named(ast.NodeTransformer):
    """Puts the literal for its name."""

    def __init__(self, literals: dict[str, ast.expr]) -> None:
        self.literals = literals

    def visit_Name(self, name: ast.Name) -> ast.expr:
        return self.literals.get(name.id, name)


def _literal(node: ast.expr, literals: dict[str, ast.expr]) -> Any:
    """Return the value of a literal, or of names of literals in one; otherwise the node."""
    try:
        return ast.literal_eval(_Named(literals).visit(copy.deepcopy(node)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return node
