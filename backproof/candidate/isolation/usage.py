"""What a program has written: into its folder, and into files that have no name any more."""

import errno
import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress

BLOCK = 512  # bytes: the unit of st_blocks
SHARE = 20  # looking takes at most one part in so many of the time


class Usage:
    """How much is in a folder beyond what was there at first."""

    def __init__(self, folder: str, size: int, files: int) -> None:
        """Take what is there now as given; allow `size` bytes on the disk and `files` names."""
        self.folder, self.size, self.files = folder, size, files
        self.given = (0, 0)
        self.given = self._found(())
        self.again = 0.0

    def over(self, pids: Iterable[int] = (), *, now: bool = False) -> str:
        """Return "size" or "files", whichever is too much, or "".

        pids  of processes whose open files count too
        now   look, however short the time since the last look
        """
        began = time.monotonic()
        if not now and began < self.again:
            return ""
        size, files = self._found(pids)
        ended = time.monotonic()
        self.again = ended + SHARE * (ended - began)
        if files > self.files:
            return "files"
        return "size" if size > self.size else ""

    def _found(self, pids: Iterable[int]) -> tuple[int, int]:
        """Return bytes and names beyond what was given; what cannot be looked into is too much."""
        size, files = -self.given[0], -self.given[1]
        ahead = [self.folder]
        while ahead and files <= self.files:
            try:
                for entry in _entries(ahead.pop()):
                    with suppress(FileNotFoundError):  # it may go while we look
                        files += 1
                        size += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                        if entry.is_dir(follow_symlinks=False):
                            ahead.append(entry.path)
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                    files = self.files + 1
        return size + sum(map(_nameless, pids)), files


def _entries(folder: str) -> "list[os.DirEntry[str]]":
    """Return what is in a folder, even in one that its owner, who is ours, has locked."""
    try:
        return list(os.scandir(folder))
    except PermissionError:
        os.chmod(folder, 0o700)
        return list(os.scandir(folder))


def _nameless(pid: int) -> int:
    """Return how many bytes a process keeps on a disk in open files that have no name."""
    held = {}
    with suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                found = os.stat(entry.path)
                if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                    held[found.st_dev, found.st_ino] = found.st_blocks * BLOCK
    return sum(held.values())
