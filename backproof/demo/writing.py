"""An exercise written to a file, which is never one that is there already."""

import os
import tempfile
from pathlib import Path

from backproof.errors import BackproofError


def write(text: str, path: Path) -> None:
    """Write a text to a new file, whole or not at all.

    Raises BackproofError where the file is there already, or cannot be written.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        os.link(temporary, path)  # unlike a rename, it fails where there is a file
    except FileExistsError:
        raise BackproofError(
            f"{path} is there already, and is left as it is: give another name, or delete it."
        ) from None
    except OSError as error:
        raise BackproofError(f"Cannot write {path}: {error.strerror}.") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
