"""A folder that pictures are written to: each file appears whole or not at all."""

import os
import tempfile
from pathlib import Path

from backproof.bench.pictures import pictures
from backproof.bench.result import Result
from backproof.errors import BackproofError


def usable_folder(folder: Path) -> None:
    """Make the folder for the pictures; raise BackproofError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
    except OSError as error:
        raise BackproofError(
            f"Cannot write pictures to {folder}: {error.strerror}; give a folder that can be "
            "written."
        ) from error
    os.close(handle)
    Path(name).unlink()


def save_all(result: Result, folder: Path) -> list[Path]:
    """Write every picture as SVG and PNG; each file appears whole or not at all."""
    saved = []
    for picture in pictures(result):
        for suffix, content in ((".svg", picture.svg.encode()), (".png", picture.png)):
            path = folder / f"{picture.name}{suffix}"
            unfinished = path.with_name(f".{path.name}.unfinished")
            unfinished.write_bytes(content)
            unfinished.replace(path)
            saved.append(path)
    return saved
