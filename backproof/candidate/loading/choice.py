"""The choice: what of a syntax tree is kept, to be executed."""

import ast
import copy
import importlib
from dataclasses import replace
from typing import Any

from backproof.candidate.loading.constructions import constructions
from backproof.candidate.loading.modules import public
from backproof.candidate.loading.origins import DEFINED, VALUE, Origins
from backproof.candidate.loading.source import Definition, Importing, Source, bound, is_string
from backproof.candidate.loading.words import short


def chosen(source: Source, body: list[ast.stmt], notes: list[str]) -> Source:
    """Return the source with what is kept of its statements, and what was seen in the others."""
    choice = Choice(source)
    return replace(
        source,
        tree=ast.Module(choice.block(body), []),
        constructions=tuple(constructions(body, choice.origins)),
        left_out=choice.left_out,
        notes=(*notes, *choice.notes),
    )


class Choice:
    """Walks the top level, in order."""

    def __init__(self, source: Source) -> None:
        """Start with the built-in names."""
        self.source, self.lines = source, source.text.split("\n")
        self.origins = Origins(source.path)
        self.left_out: dict[str, str] = {}
        self.notes: list[str] = []

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Return what is kept of a list of statements."""
        return [kept for node in body for kept in [self.statement(node)] if kept is not None]

    def statement(self, node: ast.stmt) -> ast.stmt | None:
        """Return what is kept of a top-level statement, if anything."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._imports(node)
            return node
        if isinstance(node, Definition):
            return self._definition(node)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return self._constant(node)
        if isinstance(node, ast.If):
            return self._if(node)
        if isinstance(node, ast.Try | ast.TryStar):
            return self._try(node)
        self._leave_out(node)
        return None

    def _imports(self, node: Importing) -> None:
        for alias in node.names:
            base = "" if isinstance(node, ast.Import) else f"{'.' * node.level}{node.module or ''}."
            if alias.name == "*":
                self.origins.stars = True
                if base in ("numpy.", "math."):
                    module = importlib.import_module(base[:-1])
                    self.origins.names |= {name: base + name for name in public(vars(module))}
            elif alias.asname or base:
                self.origins.names[alias.asname or alias.name] = base + alias.name
            else:
                top = alias.name.split(".")[0]
                self.origins.names[top] = top

    def _definition(self, node: Definition) -> ast.stmt | None:
        at_once: list[ast.expr | None] = [*node.decorator_list]
        if isinstance(node, ast.ClassDef):
            at_once += [*node.bases, *(word.value for word in node.keywords)]
        else:
            at_once += [*node.args.defaults, *node.args.kw_defaults]
        if any(part is not None and self.origins.reaches_out(part) for part in at_once):
            self._leave_out(node, "a decorator or a default reads a file or asks for input")
            return None
        self.origins.names[node.name] = DEFINED
        if isinstance(node, ast.ClassDef):
            return _with(node, body=self._class_body(node.body) or [ast.Pass()])
        return node

    def _class_body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Keep definitions, attributes and the docstring; no prints, no loops, no files."""
        kept: list[ast.stmt] = []
        for node in body:
            assigns = isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
            if isinstance(node, ast.ClassDef):
                kept.append(_with(node, body=self._class_body(node.body) or [ast.Pass()]))
            elif isinstance(node, ast.If):
                body, orelse = self._class_body(node.body), self._class_body(node.orelse)
                kept.append(_with(node, body=body or [ast.Pass()], orelse=orelse))
            elif (
                isinstance(node, Definition | Importing)
                or is_string(node)
                or (assigns and not self.origins.reaches_out(node))
            ):
                kept.append(node)
        return kept

    def _constant(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> ast.stmt | None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        new = not isinstance(node, ast.AugAssign)
        origin = VALUE if node.value is None else self.origins.of(node.value)
        if origin is None or not all(self._may_be_bound(target, new) for target in targets):
            self._leave_out(node)
            return None
        self.origins.names |= dict.fromkeys(bound(node), origin)
        return node

    def _may_be_bound(self, target: ast.expr, new: bool) -> bool:
        if isinstance(target, ast.Name):
            return new or target.id in self.origins.names
        if isinstance(target, ast.Subscript):
            return (
                self.origins.of(target.value) == VALUE and self.origins.of(target.slice) is not None
            )
        if isinstance(target, ast.Starred):
            return self._may_be_bound(target.value, new)
        if isinstance(target, ast.Tuple | ast.List):
            return all(self._may_be_bound(part, new) for part in target.elts)
        return False

    def _if(self, node: ast.If) -> ast.stmt | None:
        if _asks_for_main(node.test):
            for inner in node.body:
                self._leave_out(inner, 'it is under if __name__ == "__main__"')
            node = _with(node, test=ast.Constant(value=False), body=[])
        elif self.origins.of(node.test) is None:
            self._leave_out(node)
            return None
        body, orelse = self.block(node.body), self.block(node.orelse)
        return _with(node, body=body or [ast.Pass()], orelse=orelse) if body or orelse else None

    def _try(self, node: ast.Try | ast.TryStar) -> ast.stmt | None:
        """Keep a try around imports and definitions; what else it does is left out."""
        body = self.block(node.body)
        if not any(isinstance(part, Importing | Definition | ast.If | ast.Try) for part in body):
            self._leave_out(node)
            return None
        handlers = [_with(h, body=self.block(h.body) or [ast.Pass()]) for h in node.handlers]
        orelse, final = self.block(node.orelse), self.block(node.finalbody)
        return _with(
            node,
            body=body,
            handlers=handlers,
            orelse=orelse,
            finalbody=final or ([] if handlers else [ast.Pass()]),
        )

    def _leave_out(
        self, node: ast.stmt, why: str = "it is neither definition nor constant"
    ) -> None:
        line = self.lines[node.lineno - 1]
        place = self.source.where(node.lineno)
        for name in bound(node):
            self.left_out.setdefault(name, f"{place}: {short(line)} is not executed ({why})")
        if isinstance(node, Definition):
            self.notes.append(f"{place}: {node.name} is left out: {why}")


def _with(node: Any, **fields: Any) -> Any:
    """Return a copy of a node with some fields replaced; new parts get its line."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
        for part in value if isinstance(value, list) else [value]:
            if not hasattr(part, "lineno"):
                ast.copy_location(part, node)
    return new


def _asks_for_main(test: ast.expr) -> bool:
    """Return whether a condition holds only where __name__ == "__main__"."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_asks_for_main(value) for value in test.values)
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = [test.left, *test.comparators]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)
