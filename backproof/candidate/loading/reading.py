"""A file, read: its text, and as much of its syntax tree as may be executed."""

import ast
from pathlib import Path

from backproof.candidate.loading.choice import chosen
from backproof.candidate.loading.parsing import UNPARSABLE, dropped_notes, parsed, trouble
from backproof.candidate.loading.source import Source, is_string
from backproof.candidate.loading.text import cells_of, contents, decoded
from backproof.errors import BackproofError


def read_source(path: Path) -> Source:
    """Read a .py file or a notebook, and choose what of it may be executed.

    Raises BackproofError, in one sentence: no such file, a folder, another kind of file, not text,
    empty, Python 2, a syntax error, a notebook that is not one or is not in Python.
    """
    return read(Path(path), may_be_empty=False)


def read(path: Path, *, may_be_empty: bool) -> Source:
    """Read as read_source does; a helper, unlike the file asked for, may be empty."""
    data = contents(path)
    notebook = path.suffix.lower() == ".ipynb"
    if not data.strip() and not may_be_empty:
        raise BackproofError(f"{path} is empty: name the file that holds the network")
    pieces = cells_of(path, data) if notebook else [(0, decoded(path, data))]
    body: list[ast.stmt] = []
    texts: list[str] = []
    firsts: list[tuple[int, int]] = []
    notes: list[str] = []
    troubles: list[str] = []
    line = 1
    for number, text in pieces:
        try:
            tree, dropped = parsed(text)
        except UNPARSABLE as error:
            what, remedy = trouble(text, error)
            where = f", cell {number}," if notebook else ""
            troubles.append(f"{path}{where} {what}; {remedy}")
            notes.append(f"{path.name}{where} {what}: the cell is left out")
        else:
            notes += dropped_notes(path.name, number, text, dropped)
            body += ast.increment_lineno(tree, line - 1).body
        texts.append(text)
        firsts.append((line, number))
        line += text.count("\n") + 1
    if troubles and not body:
        raise BackproofError(troubles[0])
    if not may_be_empty and all(is_string(node) for node in body):
        raise BackproofError(f"{path} has no code in it: name the file that holds the network")
    source = Source(path, "\n".join(texts), ast.Module([], []), tuple(firsts) if notebook else ())
    try:
        return chosen(source, body, notes)
    except RecursionError:
        raise BackproofError(f"{path} is nested too deeply to be read: simplify it") from None
