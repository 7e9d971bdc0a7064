"""What reading and execution hand on, and what the syntax of a statement tells."""

import ast
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Importing = ast.Import | ast.ImportFrom
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Construction:
    """An instance the file makes, such as NeuralNetwork([2, 4, 1], lr=0.1): seen, not executed.

    A literal argument, or the name of a literal constant, is given as its value; any other as its
    ast.expr.
    """

    name: str
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    line: int


@dataclass(frozen=True)
class Source:
    """A file that was read; `tree` is only what is to be executed.

    text           the whole text; of a notebook, its code cells one below the other
    cells          of a notebook: (first line in `text`, number of the cell); every cell counts
    constructions  the instances the file makes, those at top level first
    left_out       name -> why it is not bound: its statement is no definition and no constant
    notes          what was dropped while reading, one sentence each
    """

    path: Path
    text: str
    tree: ast.Module
    cells: tuple[tuple[int, int], ...] = ()
    constructions: tuple[Construction, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def where(self, line: int) -> str:
        """Return my_net.py:12, or my_net.ipynb, cell 3, line 5, for a line of `text`."""
        cell, number = self.place(line)
        name = self.path.name
        return f"{name}, cell {cell}, line {number}" if cell else f"{name}:{number}"

    def place(self, line: int) -> tuple[int, int]:
        """Return the cell of a line of `text`, 0 in a file that is no notebook, and its number."""
        if not self.cells:
            return 0, line
        first, cell = self.cells[max(bisect_right(self.cells, (line, sys.maxsize)) - 1, 0)]
        return cell, line - first + 1

    def quote(self, name: str) -> str | None:
        """Return where `f`, `Net` or `Net.backward` is defined; None where it is not."""
        body, line = self.tree.body, None
        for part in name.split("."):
            named = [node for node in flat(body) if part in bound(node)]
            if not named:
                return None
            body, line = getattr(named[-1], "body", []), named[-1].lineno
            body = body if isinstance(body, list) else []
        return None if line is None else self.where(line)


@dataclass(frozen=True)
class Loaded:
    """What execution left.

    namespace  the module's own dictionary; a value may be a StandIn (see is_stand_in)
    missing    name -> why the namespace lacks it, or holds only a stand-in that raises when used
    notes      what was left out, one sentence each
    """

    namespace: dict[str, Any]
    missing: dict[str, str]
    notes: list[str]


def flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a body, those inside if and try too."""
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.TryStar):
            yield from flat([*node.body, *node.orelse])
            if not isinstance(node, ast.If):
                yield from flat([part for handler in node.handlers for part in handler.body])
                yield from flat(node.finalbody)
        else:
            yield node


def bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds in its own scope."""
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.alias):
        if node.name != "*":
            yield node.asname or node.name.split(".")[0]
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif not isinstance(node, (ast.Lambda, *COMPREHENSIONS)):
        for child in ast.iter_child_nodes(node):
            yield from bound(child)


def is_string(node: ast.stmt) -> bool:
    """Return whether a statement is a bare constant, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
