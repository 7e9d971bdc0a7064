"""The syntax tree of a text that may have lines of IPython in it, or why there is none."""

import ast
import re
import warnings

from backproof.candidate.loading.words import one_line, short

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


def _cell_magic(text: str) -> str | None:
    magic = re.match(r"\s*%%(\S*)", text)
    return magic[1] if magic else None


def dropped_notes(name: str, number: int, text: str, lines: list[int]) -> list[str]:
    """Say what was dropped: a line of IPython in a .py file, a whole cell of another language."""
    if not number:
        return [f"{name}:{line} is left out: it is IPython, not Python" for line in lines]
    magic = _cell_magic(text)
    if magic is None or magic in PYTHON_CELLS:
        return []
    return [f"{name}, cell {number} is left out: it is %%{magic}, not Python"]


def parsed(text: str) -> tuple[ast.Module, list[int]]:
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


def trouble(text: str, error: Exception) -> tuple[str, str]:
    """Say why a text does not parse (it is Python 2, or has a syntax error), and what to do."""
    lines = text.split("\n")
    line = getattr(error, "lineno", None) or 0
    old = [] if "triple-quoted" in str(error) else _python_2_lines(text)
    if old:
        at = line if line in old else old[0]
        what = f"is written for Python 2 (line {at}: {short(lines[at - 1])})"
        return what, "convert it with 2to3 or python-modernize"
    if not isinstance(error, SyntaxError):
        return f"cannot be parsed ({one_line(error)})", "simplify it"
    shown = short(lines[line - 1]) if 0 < line <= len(lines) else ""
    return f"has a syntax error in line {line}: {shown} ({error.msg})", "mend that line"


def _python_2_lines(text: str) -> list[int]:
    def blank(found: re.Match[str]) -> str:
        return ("" if found[2] else '""') + "\n" * found[0].count("\n")

    bare = LITERAL.sub(blank, text).split("\n")
    return [number for number, line in enumerate(bare, 1) if PYTHON_2.search(line)]
