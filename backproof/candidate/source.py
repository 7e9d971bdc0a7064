"""Someone's file, and as much of it as may be executed: imports, definitions, constants.

Three parts: the text (a file, or the cells of a notebook), the choice (what of the syntax tree
is kept), and the execution (one node at a time; what is not there is stood in for until used).
"""

import __future__

import ast
import builtins
import copy
import dis
import importlib
import importlib.machinery
import json
import keyword
import linecache
import os
import re
import sys
import tokenize
import traceback
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeGuard

from backproof.errors import BackproofError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Importing = ast.Import | ast.ImportFrom


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
        if not self.cells:
            return f"{self.path.name}:{line}"
        first, number = self.cells[max(bisect_right(self.cells, (line, sys.maxsize)) - 1, 0)]
        return f"{self.path.name}, cell {number}, line {line - first + 1}"

    def quote(self, name: str) -> str | None:
        """Return where `f`, `Net` or `Net.backward` is defined; None where it is not."""
        body, line = self.tree.body, None
        for part in name.split("."):
            named = [node for node in _flat(body) if part in _bound(node)]
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


# --- the text ---------------------------------------------------------------------------------

IPYTHON = re.compile(
    r"\s*(?:[%!?]"  # %matplotlib inline, !ls, ?help
    r"|[\w.,\s\[\]]+=\s*[%!]"  # files = !ls
    r"|[\w.\[\]]+\?\??\s*(?:\#.*)?$"  # np.dot?
    r"|(?:pip|conda|cd|ls|cat|mkdir|rm|cp|mv)\s+[^\s=(,\[])"  # magics without their %
)
PYTHON_CELLS = {"time", "timeit", "capture", "prun", "python", "python3"}
MOST_IPYTHON_LINES = 200  # each costs one more parse

LITERAL = re.compile(
    r'("""|\'\'\')(?:\\.|.)*?(?:\1|\Z)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|(#)[^\n]*',
    re.DOTALL,
)
PYTHON_2 = re.compile(
    r"(?:^|[:;])\s*(?:print(?:\s+[^\s=(.,)\]:]|\"|\s*>>)|exec(?:\s+[^\s=(.,)\]:]|\"))"
    r"|^\s*except\s+(?:[\w.]+|\([\w.,\s]+\))\s*,\s*\w+\s*:"
    r"|^\s*raise\s+[\w.]+\s*,"
    r"|`|<>|\b\d+[lL]\b"
)
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def read_source(path: Path) -> Source:
    """Read a .py file or a notebook, and choose what of it may be executed.

    Raises BackproofError, in one sentence: no such file, a folder, another kind of file, not text,
    empty, Python 2, a syntax error, a notebook that is not one or is not in Python.
    """
    return _read(Path(path), may_be_empty=False)


def _read(path: Path, *, may_be_empty: bool) -> Source:
    data = _bytes(path)
    notebook = path.suffix.lower() == ".ipynb"
    if not data.strip() and not may_be_empty:
        raise BackproofError(f"{path} is empty: name the file that holds the network")
    pieces = _cells(path, data) if notebook else [(0, _decoded(path, data))]
    body: list[ast.stmt] = []
    texts: list[str] = []
    firsts: list[tuple[int, int]] = []
    notes: list[str] = []
    troubles: list[str] = []
    line = 1
    for number, text in pieces:
        try:
            tree, dropped = _parsed(text)
        except UNPARSABLE as error:
            what, remedy = _trouble(text, error)
            where = f", cell {number}," if notebook else ""
            troubles.append(f"{path}{where} {what}; {remedy}")
            notes.append(f"{path.name}{where} {what}: the cell is left out")
        else:
            notes += _dropped(path.name, number, text, dropped)
            body += ast.increment_lineno(tree, line - 1).body
        texts.append(text)
        firsts.append((line, number))
        line += text.count("\n") + 1
    if troubles and not body:
        raise BackproofError(troubles[0])
    if not may_be_empty and all(_is_string(node) for node in body):
        raise BackproofError(f"{path} has no code in it: name the file that holds the network")
    source = Source(path, "\n".join(texts), ast.Module([], []), tuple(firsts) if notebook else ())
    try:
        return _chosen(source, body, notes)
    except RecursionError:
        raise BackproofError(f"{path} is nested too deeply to be read: simplify it") from None


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BackproofError(f"{path} is a folder: name a .py file or a notebook in it")
        if not path.exists():
            raise BackproofError(f"{path}: no such file; check its name")
        if path.suffix.lower() not in (".py", ".ipynb"):
            raise BackproofError(
                f"{path} is neither .py nor .ipynb: name a Python file or a notebook"
            )
        if not path.is_file():
            raise BackproofError(f"{path} is not an ordinary file: name one that is")
        return path.read_bytes()
    except OSError as error:
        raise BackproofError(
            f"{path} cannot be read ({error.strerror}): check its name and its permissions"
        ) from None


def _decoded(path: Path, data: bytes) -> str:
    """Decode as Python does: a byte-order mark, a coding line (PEP 263), otherwise UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BackproofError(f"{path} is UTF-16, which Python does not read: save it as UTF-8")
    if b"\0" in data:
        raise BackproofError(f"{path} is not text but binary: name the Python file itself")
    try:
        encoding = tokenize.detect_encoding(BytesIO(data).readline)[0]
        text = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError) as error:
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        raise BackproofError(
            f"{path} is not text in the encoding it declares ({words}): save it as UTF-8"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cells(path: Path, data: bytes) -> list[tuple[int, str]]:
    """Return (number, text) of the code cells of a notebook."""
    saved = "save it again from Jupyter"
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BackproofError(f"{path} is not a notebook (it is not JSON): {saved}") from None
    if not isinstance(document, dict) or not {"cells", "worksheets"} & document.keys():
        raise BackproofError(f"{path} is not a notebook (it has no cells): {saved}")
    language = _language(document.get("metadata"))
    if not language.lower().startswith(("python", "ipython")):
        raise BackproofError(
            f"{path} is a notebook in {language}, not in Python: judge another language with --cmd"
        )
    try:
        nbformat = importlib.import_module("nbformat")
    except ImportError:
        raise BackproofError(
            f"{path} is a notebook, and nbformat, which reads one, is not there: "
            "pip install 'backproof[notebooks]'"
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about cell ids, and old versions
            cells = nbformat.convert(nbformat.reader.reads(json.dumps(document)), 4).cells
            code = [
                (number, re.sub("\r\n?", "\n", cell.source))
                for number, cell in enumerate(cells, 1)
                if cell.cell_type == "code"
            ]
    except Exception as error:  # whatever the upgrade of a damaged notebook stumbles over
        raise BackproofError(f"{path} is not a notebook ({_words(error)}): {saved}") from None
    if not any(text.strip() for _, text in code):
        raise BackproofError(f"{path} has no cell with code in it: name another notebook")
    return code


def _language(metadata: Any) -> str:
    metadata = metadata if isinstance(metadata, dict) else {}
    for room, key in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(room)
        if isinstance(entry, dict) and isinstance(entry.get(key), str):
            return str(entry[key])
    return "python"


def _cell_magic(text: str) -> str | None:
    magic = re.match(r"\s*%%(\S*)", text)
    return magic[1] if magic else None


def _dropped(name: str, number: int, text: str, lines: list[int]) -> list[str]:
    """Say what was dropped: a line of IPython in a .py file, a whole cell of another language."""
    if not number:
        return [f"{name}:{line} is left out: it is IPython, not Python" for line in lines]
    magic = _cell_magic(text)
    if magic is None or magic in PYTHON_CELLS:
        return []
    return [f"{name}, cell {number} is left out: it is %%{magic}, not Python"]


def _parsed(text: str) -> tuple[ast.Module, list[int]]:
    """Parse; where the parser stops at a line of IPython, put `pass` for it, and try again.

    So a line inside a string or an expression that only looks like a magic stays what it is.
    """
    magic = _cell_magic(text)
    if magic is not None and magic not in PYTHON_CELLS:
        return ast.Module([], []), []
    lines = text.split("\n")
    dropped: list[int] = []
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # invalid escapes
                return ast.parse("\n".join(lines)), dropped
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            lost = not 0 <= at < len(lines) or len(dropped) >= MOST_IPYTHON_LINES
            if lost or not IPYTHON.match(lines[at]):
                raise
            dropped.append(at + 1)
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            end = at
            while lines[end].endswith("\\") and end + 1 < len(lines):
                end += 1
            lines[at : end + 1] = [f"{indent}pass"] + [""] * (end - at)


def _trouble(text: str, error: Exception) -> tuple[str, str]:
    """Say why a text does not parse (it is Python 2, or has a syntax error), and what to do."""
    lines = text.split("\n")
    line = getattr(error, "lineno", None) or 0
    old = [] if "triple-quoted" in str(error) else _python_2_lines(text)
    if old:
        at = line if line in old else old[0]
        what = f"is written for Python 2 (line {at}: {_short(lines[at - 1])})"
        return what, "convert it with 2to3 or python-modernize"
    if not isinstance(error, SyntaxError):
        return f"cannot be parsed ({_words(error)})", "simplify it"
    shown = _short(lines[line - 1]) if 0 < line <= len(lines) else ""
    return f"has a syntax error in line {line}: {shown} ({error.msg})", "mend that line"


def _python_2_lines(text: str) -> list[int]:
    def blank(found: re.Match[str]) -> str:
        return ("" if found[2] else '""') + "\n" * found[0].count("\n")

    bare = LITERAL.sub(blank, text).split("\n")
    return [number for number, line in enumerate(bare, 1) if PYTHON_2.search(line)]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def _words(error: BaseException) -> str:
    """Return an exception in one line; its own str() may fail, and is then not our failure."""
    if isinstance(error, BackproofError):
        return str(error)
    return _short("".join(traceback.format_exception_only(error)).strip().split("\n")[-1])


# --- the choice -------------------------------------------------------------------------------


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PURE_MODULES = _set(
    "abc cmath collections copy dataclasses decimal enum fractions functools itertools math "
    "numbers numpy operator types typing"
)
PURE_BUILTINS = _set(
    "abs all any bool bytes complex dict divmod enumerate float frozenset int isinstance len list "
    "map max min object ord pow property range reversed round set slice sorted staticmethod str "
    "sum tuple type zip"
)
# Each makes an object that functions use as a global, and touches nothing else.
HARMLESS_CALLS = _set(
    "logging.getLogger random.Random numpy.random.default_rng numpy.random.RandomState"
)
# These keep a function they are given; others would call it.
KEEPERS = _set(
    "builtins.dict builtins.list builtins.tuple builtins.zip builtins.staticmethod "
    "collections.OrderedDict functools.partial numpy.vectorize numpy.frompyfunc"
)
ASKING = _set("input raw_input open print exec eval exit quit breakpoint")
FILES = _set(
    "DataSource dump fromfile fromregex genfromtxt load load_data loadmat loadtxt memmap open "
    "open_memmap read_csv read_excel save savetxt savez savez_compressed tofile urlopen urlretrieve"
)
UNSAFE = FILES | _set("random ctypeslib f2py show_config test testing reduce")
# What a name stands for; that of an import is its dotted path instead.
VALUE, DEFINED, UNKNOWN = "<value>", "<definition>", "<star>"
PLAIN = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.List, ast.Tuple, ast.Set),
    *(ast.Dict, ast.Subscript, ast.Slice, ast.Starred, ast.JoinedStr, ast.FormattedValue),
)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _chosen(source: Source, body: list[ast.stmt], notes: list[str]) -> Source:
    choice = _Choice(source)
    return replace(
        source,
        tree=ast.Module(choice.block(body), []),
        constructions=tuple(_constructions(body, choice)),
        left_out=choice.left_out,
        notes=(*notes, *choice.notes),
    )


class _Choice:
    """Walks the top level, in order; knows which names are bound to what by then."""

    def __init__(self, source: Source) -> None:
        self.source, self.lines = source, source.text.split("\n")
        self.names = {name: f"builtins.{name}" for name in dir(builtins)}
        self.names |= dict.fromkeys(("__name__", "__file__", "__doc__"), VALUE)
        self.stars = False
        self.left_out: dict[str, str] = {}
        self.notes: list[str] = []

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
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
                self.stars = True
                if base in ("numpy.", "math."):
                    module = importlib.import_module(base[:-1])
                    self.names |= {name: base + name for name in _public(vars(module))}
            elif alias.asname or base:
                self.names[alias.asname or alias.name] = base + alias.name
            else:
                top = alias.name.split(".")[0]
                self.names[top] = top

    def _definition(self, node: Definition) -> ast.stmt | None:
        at_once: list[ast.expr | None] = [*node.decorator_list]
        if isinstance(node, ast.ClassDef):
            at_once += [*node.bases, *(word.value for word in node.keywords)]
        else:
            at_once += [*node.args.defaults, *node.args.kw_defaults]
        if any(part is not None and self._reaches_out(part) for part in at_once):
            self._leave_out(node, "a decorator or a default reads a file or asks for input")
            return None
        self.names[node.name] = DEFINED
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
                or _is_string(node)
                or (assigns and not self._reaches_out(node))
            ):
                kept.append(node)
        return kept

    def _constant(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> ast.stmt | None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        new = not isinstance(node, ast.AugAssign)
        origin = VALUE if node.value is None else self._origin(node.value)
        if origin is None or not all(self._may_be_bound(target, new) for target in targets):
            self._leave_out(node)
            return None
        self.names |= dict.fromkeys(_bound(node), origin)
        return node

    def _may_be_bound(self, target: ast.expr, new: bool) -> bool:
        if isinstance(target, ast.Name):
            return new or target.id in self.names
        if isinstance(target, ast.Subscript):
            return self._origin(target.value) == VALUE and self._origin(target.slice) is not None
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
        elif self._origin(node.test) is None:
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
        for name in _bound(node):
            self.left_out.setdefault(name, f"{place}: {_short(line)} is not executed ({why})")
        if isinstance(node, Definition):
            self.notes.append(f"{place}: {node.name} is left out: {why}")

    def _origin(self, node: ast.expr) -> str | None:
        """Return what a constant expression stands for, or None where it is not constant."""
        if isinstance(node, ast.Constant):
            return VALUE
        if isinstance(node, ast.Name):
            return self.names.get(node.id, UNKNOWN if self.stars else None)
        if isinstance(node, ast.Attribute):
            return self._member(self._origin(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Lambda):
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            return None if None in map(self._origin, defaults) else DEFINED
        if isinstance(node, COMPREHENSIONS):
            return self._comprehension(node)
        if not isinstance(node, PLAIN):
            return None
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return None if None in map(self._origin, parts) else VALUE

    def _call(self, node: ast.Call) -> str | None:
        given = {self._origin(part) for part in [*node.args, *(w.value for w in node.keywords)]}
        if isinstance(node.func, ast.Attribute):
            owner, attribute = self._origin(node.func.value), node.func.attr
            func = self._member(owner, attribute)
            method = owner == VALUE and attribute not in FILES
        else:
            func, method = self._origin(node.func), False
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
        return f"{owner}.{attribute}" if known or _beside(self.source.path, top) else None

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
                self._origin(part) is not None
                for child in ast.iter_child_nodes(node)
                for part in (
                    [child] if isinstance(child, ast.expr) else ast.iter_child_nodes(child)
                )
                if isinstance(part, ast.expr)
            )
            return VALUE if constant else None
        finally:
            self.names = before

    def _reaches_out(self, node: ast.AST) -> bool:
        """Return whether something calls what reads, writes or asks."""
        for part in ast.walk(node):
            if isinstance(part, ast.Call):
                func = part.func
                if isinstance(func, ast.Name) and self._origin(func) == f"builtins.{func.id}":
                    if func.id in ASKING:
                        return True
                elif isinstance(func, ast.Attribute) and func.attr in FILES:
                    return True
        return False


def _with(node: Any, **fields: Any) -> Any:
    """Return a copy of a node with some fields replaced; new parts get its line."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
        for part in value if isinstance(value, list) else [value]:
            if not hasattr(part, "lineno"):
                ast.copy_location(part, node)
    return new


def _is_string(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _asks_for_main(test: ast.expr) -> bool:
    """Return whether a condition holds only where __name__ == "__main__"."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_asks_for_main(value) for value in test.values)
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = [test.left, *test.comparators]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a body, those inside if and try too."""
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.TryStar):
            yield from _flat([*node.body, *node.orelse])
            if not isinstance(node, ast.If):
                yield from _flat([part for handler in node.handlers for part in handler.body])
                yield from _flat(node.finalbody)
        else:
            yield node


def _bound(node: ast.AST) -> Iterator[str]:
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
            yield from _bound(child)


def _constructions(body: list[ast.stmt], choice: _Choice) -> Iterator[Construction]:
    """Yield the instances made at top level, then those made inside functions."""
    classes = {node.name for node in _flat(body) if isinstance(node, ast.ClassDef)}

    def is_class(func: ast.expr) -> bool:
        """Of the file itself, or, by its capital, of a module that may be a helper."""
        name = _called(func)
        if isinstance(func, ast.Name) and name in classes:
            return True
        while isinstance(func, ast.Attribute):
            func = func.value
        unknown = UNKNOWN if choice.stars else VALUE
        origin = choice.names.get(func.id, unknown) if isinstance(func, ast.Name) else VALUE
        top = origin.lstrip(".").split(".")[0]
        foreign = top in sys.stdlib_module_names or top in ("numpy", *PACKAGES)
        return name[:1].isupper() and origin not in (VALUE, DEFINED) and not foreign

    outside = [node for node in _flat(body) if not isinstance(node, Definition)]
    everywhere = _literals(outside, {})
    scopes: list[tuple[list[ast.stmt], dict[str, ast.expr]]] = [(outside, everywhere)]
    for node in _flat(body):
        if isinstance(node, ast.FunctionDef):
            scopes.append(([node], _literals(_flat(node.body), everywhere)))
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


# --- the execution ----------------------------------------------------------------------------

UNWELCOME = _set("antigravity code idlelib profile test this tkinter turtle turtledemo")
REAL = _set("numpy scipy scipy.special")  # besides the standard library; anything else waits
PYTHON_2_MODULES = _set("ConfigParser Queue StringIO Tkinter __builtin__ cPickle cStringIO urllib2")
PACKAGES = {  # import -> what to install
    **{
        name: name
        for name in _set(
            "autograd cupy dill h5py imageio jax keras matplotlib mlxtend nnfs numba pandas plotly "
            "scipy seaborn six tensorflow torch torchvision tqdm"
        )
    },
    "IPython": "ipython",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "past": "future",
    "pylab": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}
BIND = "__backproof_import__"
FLAGS = __future__.annotations.compiler_flag  # nobody's annotations are evaluated


class MissingImportError(BackproofError, ImportError):
    """Something the network really uses comes from a module that is not there."""


class StandIn:
    """Stands for a module, or a name out of one, until it is used: then it resolves, or raises."""

    __slots__ = ("_describe", "_missing", "_real", "_resolve")

    def __init__(
        self, describe: str, resolve: Callable[[], Any] | None = None, missing: str | None = None
    ) -> None:
        """Describe what it stands for: `resolve` finds it, or `missing` says why nobody can."""
        self._describe, self._missing = describe, missing
        self._real, self._resolve = None, resolve

    def __repr__(self) -> str:
        """Return what it stands for."""
        return f"<stand-in for {self._describe}>"

    def __getattr__(self, name: str) -> Any:
        """Resolve, unless it is somebody's probe for a special method."""
        if name.startswith("__") and name.endswith("__") and name != "__version__":
            raise AttributeError(f"{self!r} has no {name}")
        return getattr(real(self), name)

    def __copy__(self) -> "StandIn":
        """Return itself, as a module would."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "StandIn":
        """Return itself, as a function would."""
        return self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """Resolve as a base class."""
        return (real(self),)

    def __instancecheck__(self, instance: Any) -> bool:
        """Resolve as the second argument of isinstance."""
        return isinstance(instance, real(self))


def is_stand_in(value: Any) -> TypeGuard[StandIn]:
    """Return whether a value stands for something imported; its attributes load it, or raise."""
    return type(value) is StandIn


def real(stand_in: StandIn) -> Any:
    """Return what a stand-in stands for; raises MissingImportError where that is not there."""
    if stand_in._missing is not None:
        raise MissingImportError(stand_in._missing)
    if stand_in._resolve is not None:
        stand_in._real = stand_in._resolve()
        stand_in._resolve = None
    return stand_in._real


def _special(name: str) -> Callable[..., Any]:
    def method(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        found = getattr(real(self), name, None)
        return NotImplemented if found is None else found(*args, **kwargs)

    method.__name__ = name
    return method


for _name in _set(
    "call array iter len getitem contains bool float int index enter exit neg abs lt le gt ge "
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow "
    "matmul rmatmul"
):
    setattr(StandIn, f"__{_name}__", _special(f"__{_name}__"))


def execute(source: Source) -> Loaded:
    """Execute the kept nodes of a source in a fresh module, one by one; none harms another.

    Helper files beside it are read with the same filter. Nothing is raised for what fails: see
    `missing` and `notes`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = _Files(source)
        loaded = files.enter(source, source.path.stem).loaded
    for helper in files.modules.values():
        if helper.loaded is not loaded:
            loaded.notes.extend(helper.loaded.notes)
    return loaded


class _Files:
    """The file and its helpers, each executed once."""

    def __init__(self, source: Source) -> None:
        self.path = source.path.resolve()
        self.modules: dict[Path, _Execution] = {}

    def enter(self, source: Source, name: str) -> "_Execution":
        execution = _Execution(self, source, name)
        self.modules[source.path.resolve()] = execution
        execution.run()
        return execution

    def locate(self, dotted: str, asker: Path, level: int) -> Path | None:
        """Return the file, or the folder, of a local module: beside the file, else further up."""
        if level:
            return _local(asker.parents[min(level, len(asker.parents)) - 1], dotted)
        top = dotted.split(".")[0]
        if _welcome(top):
            return None
        folder = self.path.parent
        found = _local(folder, top)
        if (found is None or found.is_dir()) and _installed(top):
            return None
        above = [folder, *folder.parents][:3]
        return next((_local(place, dotted) for place in above if _local(place, top)), None)

    def module(self, path: Path, dotted: str) -> ModuleType:
        """Return a local module, executed once; raises BackproofError where it cannot be read."""
        if path.is_dir():
            return ModuleType(dotted)
        path = path.resolve()
        if path not in self.modules:
            self.enter(_read(path, may_be_empty=True), dotted)
        return self.modules[path].module

    def run_of(self, module: Any) -> "_Execution | None":
        """Return the execution that made a module, if it is local."""
        return next((run for run in self.modules.values() if run.module is module), None)


class _Execution:
    """One module while it is executed."""

    def __init__(self, files: _Files, source: Source, name: str) -> None:
        self.files, self.source, self.asker = files, source, source.path.resolve()
        self.stars: list[tuple[str, StandIn]] = []
        self.module = ModuleType(f"candidate.{files.path.stem}.{name}")
        sys.modules[self.module.__name__] = self.module  # dataclasses look their module up there
        self.namespace = vars(self.module)
        self.hooks: dict[str, Any] = {**vars(builtins), "__import__": self.import_later}
        self.namespace |= {"__builtins__": self.hooks, "__file__": str(source.path)}
        self.loaded = Loaded(self.namespace, {}, list(source.notes))

    def run(self) -> None:
        source, missing = self.source, self.loaded.missing
        if source.cells:  # so that tracebacks and inspect.getsource find the text
            lines = [f"{line}\n" for line in source.text.split("\n")]
            linecache.cache[str(source.path)] = (len(source.text), None, lines, str(source.path))
        own = {name for node in source.tree.body for name in _bound(node)} | source.left_out.keys()
        for node in source.tree.body:
            self.one(node, own)
        for name, why in source.left_out.items():
            if name not in self.namespace:
                missing.setdefault(name, why)

    def one(self, node: ast.stmt, own: set[str]) -> None:
        imports = _Imports()
        refused: list[Importing] = []

        def bind(number: int, strict: bool) -> None:
            try:
                self.bind(imports.found[number], strict=strict)
            except ImportError:
                refused.append(imports.found[number])
                raise

        self.hooks[BIND] = bind
        names = set(_bound(node))
        try:
            may_import = isinstance(node, Importing | ast.If | ast.Try | ast.TryStar)
            kept = imports.visit(copy.deepcopy(node)) if may_import else node
            tree = ast.fix_missing_locations(ast.Module([kept], []))
            code = compile(tree, str(self.source.path), "exec", FLAGS, dont_inherit=True)
            if self.stars:
                self.stand_in_for_stars(code, own)
            exec(code, self.namespace)
        except (Exception, SystemExit) as error:
            self.failed(node, names, error)
        for asked in refused:  # a handler that only told somebody so
            if names - self.namespace.keys() >= set(_bound(asked)):
                self.bind(asked, strict=False)
        for name in names & self.loaded.missing.keys():
            if name in self.namespace and not is_stand_in(self.namespace[name]):
                del self.loaded.missing[name]

    def failed(self, node: ast.stmt, names: set[str], error: BaseException) -> None:
        listed = ", ".join(sorted(names)) or "a statement"
        note = f"{self.source.where(node.lineno)}: {listed} left out: {_words(error)}"
        self.loaded.notes.append(note)
        for name in names:
            if isinstance(node, Definition):
                self.namespace.pop(name, None)  # an older one of the same name is not what it means
            if name not in self.namespace:
                self.loaded.missing[name] = note

    # imports at top level

    def bind(self, node: Importing, *, strict: bool) -> None:
        """Bind what an import statement binds; strict: a missing module raises, as in a try."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                value = self.find(alias.name, 0, strict=strict)
                top = alias.name.split(".")[0]
                if alias.asname:
                    self.put(alias.asname, value)
                else:
                    self.put(top, self.top(alias.name, value))
        else:
            dotted = node.module or ""
            base = self.find(dotted, node.level, strict=strict)
            for alias in node.names:
                if alias.name == "*":
                    self.star("." * node.level + dotted, base)
                else:
                    value = self.member(base, dotted, alias.name, node.level, strict=strict)
                    self.put(alias.asname or alias.name, value)

    def put(self, name: str, value: Any) -> None:
        self.namespace[name] = value
        self.loaded.missing.pop(name, None)
        if is_stand_in(value) and value._missing is not None:
            self.loaded.missing[name] = value._missing

    def find(self, dotted: str, level: int, *, strict: bool) -> Any:
        """Return a module that may be loaded, or a stand-in for it."""
        top = dotted.split(".")[0]
        path = self.files.locate(dotted, self.asker, level)
        if path is not None:
            try:
                return self.local(dotted, level)
            except BackproofError as error:
                return self.absent(dotted, str(error))
        if level == 0 and _welcome(top if top in sys.stdlib_module_names else dotted):
            try:
                return importlib.import_module(dotted)
            except ImportError:
                pass
        elif level == 0 and _installed(top):
            return StandIn(dotted, lambda: self.third_party(dotted))
        if strict:
            raise MissingImportError(self.sentence(dotted, None))
        return self.absent(dotted, self.sentence(dotted, None))

    def local(self, dotted: str, level: int) -> ModuleType:
        """Load a local module, and the packages above it."""
        parent: ModuleType | None = None
        parts = dotted.split(".") if dotted else [""]
        for depth in range(1, len(parts) + 1):
            name = ".".join(parts[:depth])
            path = self.files.locate(name, self.asker, level)
            if path is None:
                raise MissingImportError(self.sentence(dotted, None))
            module = self.files.module(path, name)
            if parent is not None:
                setattr(parent, parts[depth - 1], module)
            parent = module
        assert parent is not None
        return parent

    def top(self, dotted: str, leaf: Any) -> Any:
        """Return what `import a.b.c` binds to a."""
        name = dotted.split(".")[0]
        if isinstance(leaf, ModuleType):
            here = self.files.locate(name, self.asker, 0)
            return sys.modules[name] if here is None else self.local(name, 0)
        older = self.namespace.get(name)
        if dotted == name or leaf._missing is not None:
            return leaf

        def resolve() -> Any:
            if is_stand_in(older):
                real(older)  # the submodules named before are wanted too
            real(leaf)
            return self.third_party(name)

        return StandIn(name, resolve)

    def member(self, base: Any, dotted: str, name: str, level: int, *, strict: bool) -> Any:
        """Return what `from base import name` binds."""
        if is_stand_in(base):
            if base._missing is None:
                return StandIn(
                    f"{name} from {dotted}", lambda: self.out_of(real(base), dotted, name)
                )
            if base._missing == self.sentence(dotted, None):
                return self.absent(name, self.sentence(dotted, name))
            me = self.source.path.name
            return self.absent(name, f"{me} needs '{name}' from '{dotted}': {base._missing}")
        if hasattr(base, name):
            return getattr(base, name)
        inner = f"{dotted}.{name}" if dotted else name
        if self.files.locate(inner, self.asker, level) is not None:
            return self.find(inner, level, strict=strict)
        try:
            return self.out_of(base, dotted, name)
        except MissingImportError as error:
            if strict:
                raise
            return self.absent(name, str(error))

    def out_of(self, module: Any, dotted: str, name: str) -> Any:
        """Return a name of a module, or its submodule, or say that it has neither."""
        if hasattr(module, name):
            return getattr(module, name)
        if dotted in sys.modules:
            try:
                return importlib.import_module(f"{dotted}.{name}")
            except ImportError:
                pass
        helper = self.files.run_of(module)
        why = helper.loaded.missing.get(name) if helper else None
        raise MissingImportError(
            f"{self.source.path.name} needs '{name}' from '{dotted or '.'}', which has no such name"
            + (f" ({why})" if why else ": check the version of that file or package")
        )

    def third_party(self, dotted: str) -> Any:
        try:
            return importlib.import_module(dotted)
        except Exception as error:  # a broken installation raises anything
            raise MissingImportError(
                f"{self.source.path.name} needs '{dotted}', which is installed but does not load "
                f"({_words(error)}): mend the installation"
            ) from error

    def star(self, dotted: str, base: Any) -> None:
        if is_stand_in(base):
            self.stars.append((dotted, base))
        else:
            space = vars(base)
            self.namespace |= {name: space[name] for name in _public(space) if name in space}
            helper = self.files.run_of(base)
            if helper is not None:
                self.stars += helper.stars
                self.loaded.missing.update(helper.loaded.missing)

    def stand_in_for_stars(self, code: CodeType, own: set[str]) -> None:
        """Give a stand-in for each global that only a star import can have meant."""
        there = [base for _, base in reversed(self.stars) if base._missing is None]
        for name in _globals_of(code) - own - self.namespace.keys() - self.hooks.keys():
            if not there:
                self.put(name, self.absent(name, self.starred(name)))
                continue

            def resolve(name: str = name) -> Any:
                for base in there:
                    if hasattr(real(base), name):
                        return getattr(real(base), name)
                raise MissingImportError(self.starred(name))

            self.put(name, StandIn(f"{name} from a star import", resolve))

    # words

    def absent(self, name: str, why: str) -> StandIn:
        return StandIn(f"{name}, which is not there", missing=why)

    def sentence(self, dotted: str, name: str | None) -> str:
        what = f"'{name}' from '{dotted or '.'}'" if name else f"'{dotted or '.'}'"
        return f"{self.source.path.name} needs {what}, which is not there: {_remedy([dotted])}"

    def starred(self, name: str) -> str:
        modules = [dotted for dotted, _ in self.stars]
        listed = " or ".join(f"'{module}'" for module in modules)
        return (
            f"{self.source.path.name} needs '{name}', presumably from {listed} (import *), "
            f"which is not there: {_remedy(modules)}"
        )

    # imports inside functions and classes

    def import_later(
        self,
        name: str,
        space: dict[str, Any] | None = None,
        local: dict[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        """Stand for __import__ in this module's functions: helpers come with the same filter."""
        if self.files.locate(name, self.asker, level) is None:
            try:
                return builtins.__import__(name, space, local, fromlist or (), level)
            except ModuleNotFoundError as error:
                if error.name and not _installed(error.name.split(".")[0]):
                    raise MissingImportError(self.sentence(error.name, None)) from None
                raise
        leaf = self.local(name, level)
        for part in fromlist or ():
            inner = f"{name}.{part}" if name else part
            if not hasattr(leaf, part) and self.files.locate(inner, self.asker, level):
                setattr(leaf, part, self.local(inner, level))
        return leaf if fromlist else self.local(name.split(".")[0], level)


class _Imports(ast.NodeTransformer):
    """Puts a call of BIND for each import outside functions and classes."""

    def __init__(self) -> None:
        self.found: list[Importing] = []
        self.strict = False

    def visit(self, node: ast.AST) -> Any:
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


def _public(space: dict[str, Any]) -> list[str]:
    public = space.get("__all__")
    if isinstance(public, list | tuple):
        return [name for name in public if isinstance(name, str)]
    return [name for name in space if not name.startswith("_")]


def _globals_of(code: CodeType) -> set[str]:
    """Return the names that a piece of code, or a function in it, looks up globally."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    steps = list(dis.get_instructions(code))
    read = {s.argval for s in steps if s.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    kept = {s.argval for s in steps if s.opname in ("STORE_NAME", "STORE_GLOBAL")}
    found = read.union(*map(_globals_of, inner)) - kept
    return {name for name in found if not name.startswith("__")}


def _remedy(modules: list[str]) -> str:
    tops = {module.lstrip(".").split(".")[0] for module in modules}
    if tops <= PACKAGES.keys():
        return f"pip install {' '.join(sorted(PACKAGES[top] for top in tops))}"
    if tops <= PYTHON_2_MODULES:
        return "it is a module of Python 2; use its name in Python 3"
    return "put the file beside yours"


def _welcome(dotted: str) -> bool:
    top = dotted.split(".")[0]
    if top in sys.stdlib_module_names:
        return top not in UNWELCOME
    return top == "numpy" or dotted in REAL


def _local(folder: Path, dotted: str) -> Path | None:
    """Return the file or folder of a module in a folder, as Python would choose."""
    parts = dotted.split(".") if dotted else []
    if any(not part.isidentifier() or keyword.iskeyword(part) for part in parts):
        return None
    place = folder.joinpath(*parts)
    if (place / "__init__.py").is_file():
        return place / "__init__.py"
    if parts and (file := place.with_name(f"{place.name}.py")).is_file():
        return file
    return place if place.is_dir() and any(place.glob("*.py")) else None


def _beside(path: Path, top: str) -> bool:
    found = _local(path.resolve().parent, top) if top else None
    return found is not None and found.is_file()


def _installed(top: str) -> bool:
    """Return whether a package could be imported, the current folder aside; imports nothing."""
    if not top:
        return False
    here = os.path.realpath(os.getcwd())
    places = [place for place in sys.path if place and os.path.realpath(place) != here]
    try:
        return importlib.machinery.PathFinder.find_spec(top, places) is not None
    except (ImportError, ValueError):
        return False
