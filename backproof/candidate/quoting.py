"""Quoting: lines of a stranger's file, read in the file itself by whoever judges it."""

from collections.abc import Mapping
from pathlib import Path

from backproof.candidate.loading import Source
from backproof.candidate.loading.words import short
from backproof.verdict import Line


def quoted(source: Source, path: Path, numbers: Mapping[str, int]) -> dict[str, Line]:
    """Return array -> line, with its text, of lines of `source.text` counted from 1.

    path  of the file, as the user named it
    A number beyond the file is left out: it comes from a process that ran the file.
    """
    texts = source.text.split("\n")
    found = {}
    for name, number in numbers.items():
        if 0 < number <= len(texts):
            cell, inside = source.place(number)
            text = "".join(c if c.isprintable() else "?" for c in short(texts[number - 1]))
            found[name] = Line(str(path), inside, text, cell)
    return found
