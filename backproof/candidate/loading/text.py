"""The text: of a Python file, or of each code cell of a notebook."""

import importlib
import json
import re
import tokenize
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

from backproof.candidate.loading.words import one_line
from backproof.errors import BackproofError


def contents(path: Path) -> bytes:
    """Return the bytes of a .py file or a notebook; raises BackproofError for anything else."""
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


def decoded(path: Path, data: bytes) -> str:
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


def cells_of(path: Path, data: bytes) -> list[tuple[int, str]]:
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
        raise BackproofError(f"{path} is not a notebook ({one_line(error)}): {saved}") from None
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
