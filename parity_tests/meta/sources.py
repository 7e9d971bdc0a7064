"""Sources: files and notebooks written by a test, read and executed as a stranger's would be."""

import json
from pathlib import Path
from typing import Any

import pytest

from backproof.candidate.loading import Loaded, MissingImportError, Source, execute, read_source
from backproof.errors import BackproofError

FUNCTION = "\ndef f(x):\n    return 2 * x\n"


def written(folder: Path, text: str | bytes, name: str = "my_net.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, name: str = "my_net.py") -> Source:
    return read_source(written(folder, text, name))


def load(folder: Path, text: str | bytes, name: str = "my_net.py") -> Loaded:
    return execute(read(folder, text, name))


def notebook(*cells: str, language: str | None = "python", **more: Any) -> str:
    """Return a notebook of code cells; a cell that starts with `#md` is a markdown cell."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {"kernelspec": {"name": "k", "display_name": "k", "language": language}},
            "cells": [
                {"cell_type": "markdown", "metadata": {}, "source": cell}
                if cell.startswith("#md")
                else {
                    "cell_type": "code",
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": cell.splitlines(keepends=True),
                }
                for cell in cells
            ],
        }
        | more
    )


def missing_words(call: Any) -> str:
    with pytest.raises(MissingImportError) as raised:
        call()
    assert isinstance(raised.value, BackproofError)
    return str(raised.value)
