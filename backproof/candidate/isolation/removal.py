"""A folder that a stranger's program could write: removed, however it was left."""

import itertools
import os
from contextlib import suppress

ALL = 0o700


def remove(folder: str) -> None:
    """Remove a folder with all that is in it; what cannot be removed stays, and nothing is raised.

    Folders in it come to the top, one after another, and are emptied there: so none is too deep for
    a path, and none stays locked.
    """
    numbers = itertools.count()
    ahead = [folder]
    with suppress(OSError):
        while ahead:
            place = ahead.pop()
            os.chmod(place, ALL)
            for entry in list(os.scandir(place)):
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, ALL)  # or it could not be moved
                    ahead.append(_moved(entry.path, folder, numbers))
                else:
                    os.unlink(entry.path)
            if place != folder:
                os.rmdir(place)
        os.rmdir(folder)


def _moved(path: str, folder: str, numbers: "itertools.count[int]") -> str:
    """Move a folder to the top, under a name that is not taken; return where it is now."""
    while os.path.lexists(there := os.path.join(folder, f".{next(numbers)}")):
        continue
    os.rename(path, there)
    return there
