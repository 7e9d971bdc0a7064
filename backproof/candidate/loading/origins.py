"""Origins: what a name or a constant expression stands for, told from the syntax alone."""

import ast
import builtins
import sys
from pathlib import Path

from backproof.candidate.loading.modules import beside
from backproof.candidate.loading.source import COMPREHENSIONS
from backproof.candidate.loading.words import word_set

PURE_MODULES = word_set(
    "abc cmath collections copy dataclasses decimal enum fractions functools itertools math "
    "numbers numpy operator types typing"
)
PURE_BUILTINS = word_set(
    "abs all any bool bytes complex dict divmod enumerate float frozenset int isinstance len list "
    "map max min object ord pow property range reversed round set slice sorted staticmethod str "
    "sum tuple type zip"
)
# Each makes an object that functions use as a global, and touches nothing else.
HARMLESS_CALLS = word_set(
    "logging.getLogger random.Random numpy.random.default_rng numpy.random.RandomState"
)
# These keep a function they are given; others would call it.
KEEPERS = word_set(
    "builtins.dict builtins.list builtins.tuple builtins.zip builtins.staticmethod "
    "collections.OrderedDict functools.partial numpy.vectorize numpy.frompyfunc"
)
ASKING = word_set("input raw_input open print exec eval exit quit breakpoint")
FILES = word_set(
    "DataSource dump fromfile fromregex genfromtxt load load_data loadmat loadtxt memmap open "
    "open_memmap read_csv read_excel save savetxt savez savez_compressed tofile urlopen urlretrieve"
)
UNSAFE = FILES | word_set("random ctypeslib f2py show_config test testing reduce")
# What a name stands for; that of an import is its dotted path instead.
VALUE, DEFINED, UNKNOWN = "<value>", "<definition>", "<star>"
PLAIN = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.List, ast.Tuple, ast.Set),
    *(ast.Dict, ast.Subscript, ast.Slice, ast.Starred, ast.JoinedStr, ast.FormattedValue),
)


class Origins:
    """Knows which names are bound to what, by then; tells what an expression stands for."""

    def __init__(self, path: Path) -> None:
        """Start with the built-in names, as seen by the file at `path`."""
        self.path = path
        self.names = {name: f"builtins.{name}" for name in dir(builtins)}
        self.names |= dict.fromkeys(("__name__", "__file__", "__doc__"), VALUE)
        self.stars = False

    def of(self, node: ast.expr) -> str | None:
        """Return what a constant expression stands for, or None where it is not constant."""
        if isinstance(node, ast.Constant):
            return VALUE
        if isinstance(node, ast.Name):
            return self.names.get(node.id, UNKNOWN if self.stars else None)
        if isinstance(node, ast.Attribute):
            return self._member(self.of(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Lambda):
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            return None if None in map(self.of, defaults) else DEFINED
        if isinstance(node, COMPREHENSIONS):
            return self._comprehension(node)
        if not isinstance(node, PLAIN):
            return None
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return None if None in map(self.of, parts) else VALUE

    def _call(self, node: ast.Call) -> str | None:
        given = {self.of(part) for part in [*node.args, *(w.value for w in node.keywords)]}
        if isinstance(node.func, ast.Attribute):
            owner, attribute = self.of(node.func.value), node.func.attr
            func = self._member(owner, attribute)
            method = owner == VALUE and attribute not in FILES
        else:
            func, method = self.of(node.func), False
        if func is None or None in given or not (method or self._may_be_called(func)):
            return None
        if DEFINED in given and func not in KEEPERS:
            return None
        return f"{func}()" if func in HARMLESS_CALLS else VALUE

    def _member(self, owner: str | None, attribute: str) -> str | None:
        if owner is None or owner in (VALUE, DEFINED):
            return owner
        top = owner.split(".")[0]
        known = top in sys.stdlib_module_names or top in ("numpy", "scipy") or owner.startswith(".")
        return f"{owner}.{attribute}" if known or beside(self.path, top) else None

    def _may_be_called(self, origin: str) -> bool:
        first, *rest = origin.split(".")
        if first == "builtins":
            return rest[0] in PURE_BUILTINS
        return origin in HARMLESS_CALLS or (first in PURE_MODULES and not UNSAFE & set(rest))

    def _comprehension(self, node: ast.expr) -> str | None:
        before = dict(self.names)
        try:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self.names[part.id] = VALUE
            constant = all(
                self.of(part) is not None
                for child in ast.iter_child_nodes(node)
                for part in (
                    [child] if isinstance(child, ast.expr) else ast.iter_child_nodes(child)
                )
                if isinstance(part, ast.expr)
            )
            return VALUE if constant else None
        finally:
            self.names = before

    def reaches_out(self, node: ast.AST) -> bool:
        """Return whether something calls what reads, writes or asks."""
        for part in ast.walk(node):
            if isinstance(part, ast.Call):
                func = part.func
                if isinstance(func, ast.Name) and self.of(func) == f"builtins.{func.id}":
                    if func.id in ASKING:
                        return True
                elif isinstance(func, ast.Attribute) and func.attr in FILES:
                    return True
        return False
