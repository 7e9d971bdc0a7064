"""Small disks in memory, which can be filled or write-protected.  Only root can have them."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = "16m"


@contextmanager
def disk() -> Iterator[Path]:
    """Yield a folder that is a disk of its own; afterwards there is nothing of it."""
    with tempfile.TemporaryDirectory() as folder:
        _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder)
        try:
            yield Path(folder)
        finally:
            _run("umount", "--lazy", folder)


def no_disk() -> str:
    """Return why there can be none here; "" where there can."""
    if os.geteuid() != 0:
        return "only root can mount a disk"
    try:
        with disk():
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no disk can be mounted here: {error}"


def fill(folder: Path) -> None:
    """Leave no byte free."""
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass


def write_protect(folder: Path) -> None:
    """Let nothing be written any more."""
    with suppress(subprocess.CalledProcessError):  # what is open for writing is waited for
        _run("mount", "-o", "remount,ro", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
