"""Guards as they stand in the text of a file: their sizes, their lines, and what they are in.

The numbers say what a guard does; the text says which sizes are likely, where a guard stands, and
that there is one at all where it is too small to be seen.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from backproof.architecture import Sizes
from backproof.architecture.guards import ROLES

SMALL = 1e-3  # more is not added to be safe
CLIPS = ("clip", "clamp")
FLOORS = ("maximum", "fmax", "max")
LOGARITHMS = ("log", "log2", "log10", "ln")
ROOTS = ("sqrt",)
FOLDED: dict[type[ast.operator], Callable[[float, float], Any]] = {
    ast.Pow: operator.pow,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
}


@dataclass(frozen=True)
class Written:
    """One guard in the text.

    kind  "add", or "clip" where a number is kept within bounds
    role  "logarithm", "denominator", "root", or "" elsewhere
    line  of the file, from 1
    """

    kind: str
    eps: float
    role: str
    line: int


def sizes_in(tree: ast.Module) -> Sizes:
    """Return the sizes that a guard of a file may have: those of its constants."""
    named = _named(tree)
    values = (_value(node, named) for node in ast.walk(tree) if isinstance(node, ast.expr))
    own = dict.fromkeys(value for value in values if value is not None and value > 0)
    roles: dict[float, set[str]] = {}
    for guard in written(tree):
        roles.setdefault(guard.eps, set()).add(guard.role)
    return Sizes(tuple(own), roles)


def sizes_among(namespace: Mapping[str, Any]) -> Sizes:
    """Return the same of live objects: of their functions the constants, whatever they are in."""
    values = [value for value in namespace.values() if isinstance(value, float)]
    holders = [namespace, *(vars(x) for x in namespace.values() if isinstance(x, type))]
    functions = [x for held in holders for x in held.values() if isinstance(x, FunctionType)]
    for function in functions:
        values += [*(function.__defaults__ or ()), *_in_code(function.__code__)]
    own = dict.fromkeys(x for x in values if isinstance(x, float) and 0 < x < math.inf)
    return Sizes(tuple(own), {x: ROLES.values() for x in own if x <= SMALL})


def _in_code(code: CodeType) -> Iterator[Any]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _in_code(constant)
        else:
            yield constant


def written(tree: ast.Module) -> list[Written]:
    """Return the guards of a file, in the order of its lines."""
    return sorted(_guards(tree, _named(tree), ""), key=lambda guard: guard.line)


def _guards(node: ast.AST, named: Mapping[str, float], role: str) -> Iterator[Written]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            value = _value(one, named)
            if value is not None and 0 < value <= SMALL and _value(other, named) is None:
                yield Written("add", value, role, node.lineno)
    if isinstance(node, ast.Call):
        yield from _of_call(node, named, role)
    for name, child in _parts(node):
        yield from _guards(child, named, _role(node, name, child) or role)


def _parts(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _role(node: ast.AST, name: str, child: ast.AST) -> str:
    """Return what a part of an expression is, or "" where that is what the whole is."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and name == "right":
        return "denominator"
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and name == "value":
        return "denominator"
    if isinstance(node, ast.Call) and child is not node.func:
        called = _name(node.func)
        if called in LOGARITHMS:
            return "logarithm"
        if called in ROOTS:
            return "root"
    return ""


def _of_call(node: ast.Call, named: Mapping[str, float], role: str) -> Iterator[Written]:
    called = _name(node.func)
    if called not in (*CLIPS, *FLOORS):
        return
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    values = [value for value in (_value(a, named) for a in arguments) if value is not None]
    positive = [value for value in values if value > 0]
    if called in FLOORS:
        positive = [value for value in positive if value <= SMALL]
    if positive and len(values) < len(arguments) + isinstance(node.func, ast.Attribute):
        yield Written("clip", min(positive), role, node.lineno)


def _named(tree: ast.Module) -> dict[str, float]:
    """Return the names that stand for one number throughout: eps = 1e-8, def f(x, eps=1e-8)."""
    found: dict[str, set[float]] = {}
    for node in ast.walk(tree):
        for name, expression in _bindings(node):
            value = _value(expression, {})
            found.setdefault(name, set()).add(math.nan if value is None else value)
    return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((_name(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield _name(node.target), node.value
    elif isinstance(node, ast.arguments):
        last = node.args[len(node.args) - len(node.defaults) :]
        pairs = [*zip(last, node.defaults, strict=True)]
        pairs += [(a, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d]
        yield from ((argument.arg, default) for argument, default in pairs)


def _name(node: ast.AST) -> str:
    """Return the last name of `np.clip`, `self.eps` or `eps`; "" of anything else."""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _value(node: ast.AST, named: Mapping[str, float]) -> float | None:
    """Return the number that an expression is, if it is one in the text already."""
    try:
        value = _folded(node, named)
    except (ArithmeticError, ValueError):
        return None
    return value if value is not None and math.isfinite(value) else None


def _folded(node: ast.AST, named: Mapping[str, float]) -> float | None:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return None
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _folded(node.operand, named)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and type(node.op) in FOLDED:
        left, right = _folded(node.left, named), _folded(node.right, named)
        if left is None or right is None:
            return None
        value = FOLDED[type(node.op)](left, right)
        return value if isinstance(value, float) else None
    if isinstance(node, ast.Attribute) and node.attr == "eps" and isinstance(node.value, ast.Call):
        single = any("32" in ast.unparse(argument) for argument in node.value.args)
        return float(np.finfo(np.float32 if single else np.float64).eps)
    if isinstance(node, ast.Name | ast.Attribute):
        return named.get(_name(node))
    return None
