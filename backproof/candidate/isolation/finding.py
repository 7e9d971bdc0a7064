"""Which layers this machine allows, found out by trying."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence

from . import landlock, namespaces, seccomp
from .layers import LANDLOCK, SECCOMP
from .namespaces import MOUNTS, NETWORK, PID


def found() -> tuple[str, ...]:
    """Return the layers that this machine allows; a process of ours tries, and has ended."""
    if sys.platform != "linux":
        return ()
    there = [PID, NETWORK, MOUNTS]
    if not _allowed(there):
        there = [name for name in there if _allowed([name])]
        there = there if _allowed(there) else []
    there += [LANDLOCK] if landlock.abi() else []
    there += [SECCOMP] if seccomp.available() else []
    return tuple(there)


def _allowed(names: Sequence[str]) -> bool:
    """Try namespaces in a child, and a child of that one."""

    def attempt() -> None:
        namespaces.enter(names)
        if MOUNTS in names:
            namespaces.keep_to(tempfile.gettempdir())
        _waited(lambda: None)

    return _waited(attempt) == 0


def _waited(body: Callable[[], None]) -> int:
    """Run something in a forked child that never returns from here; return how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 1
    try:
        body()
        code = 0
    finally:
        os._exit(code)
