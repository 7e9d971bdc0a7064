"""A statement made ready: its imports become calls, and the globals it reads are known."""

import __future__

import ast
import dis
from types import CodeType
from typing import Any

from backproof.candidate.loading.source import Definition, Importing

BIND = "__backproof_import__"
FLAGS = __future__.annotations.compiler_flag  # nobody's annotations are evaluated


class ImportCalls(ast.NodeTransformer):
    """Puts a call of BIND for each import outside functions and classes."""

    def __init__(self) -> None:
        """Start with no import found."""
        self.found: list[Importing] = []
        self.strict = False

    def visit(self, node: ast.AST) -> Any:
        """Return the node with its imports replaced, strict inside a try that has handlers."""
        if isinstance(node, Definition | ast.Lambda):
            return node
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.found.append(node)
            args: list[ast.expr] = [ast.Constant(len(self.found) - 1), ast.Constant(self.strict)]
            return ast.copy_location(ast.Expr(ast.Call(ast.Name(BIND, ast.Load()), args, [])), node)
        if isinstance(node, ast.Try | ast.TryStar):
            before, self.strict = self.strict, bool(node.handlers)
            node.body = [self.visit(part) for part in node.body]
            self.strict = before
            for handler in node.handlers:
                self.generic_visit(handler)
            node.orelse = [self.visit(part) for part in node.orelse]
            node.finalbody = [self.visit(part) for part in node.finalbody]
            return node
        return self.generic_visit(node)


def globals_of(code: CodeType) -> set[str]:
    """Return the names that a piece of code, or a function in it, looks up globally."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    steps = list(dis.get_instructions(code))
    read = {s.argval for s in steps if s.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    kept = {s.argval for s in steps if s.opname in ("STORE_NAME", "STORE_GLOBAL")}
    found = read.union(*map(globals_of, inner)) - kept
    return {name for name in found if not name.startswith("__")}
