"""System calls for which Python has no function.  Linux only: elsewhere nothing here is called."""

import ctypes
import functools
import os
from collections.abc import Callable

# From <linux/prctl.h> and <linux/capability.h>.
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 24, 36, 38
PR_GET_SECCOMP, PR_SET_SECCOMP = 21, 22


class KernelError(OSError):
    """The kernel refused what isolates a program, as opposed to the program itself."""


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def called(name: str, *words: object) -> int:
    """Call a function of the C library that returns -1 when it fails; raise KernelError then."""
    function: Callable[..., int] = getattr(_libc(), name)
    found = function(*map(_word, words))
    if found < 0:
        number = ctypes.get_errno()
        raise KernelError(number, f"{name}: {os.strerror(number)}")
    return found


def system_call(number: int, *words: object) -> int:
    """Make a system call; raise KernelError where it fails."""
    return called("syscall", number, *words)


def prctl(option: int, value: int = 0, *more: object) -> int:
    """Read or set an attribute of this process; raise KernelError where that fails."""
    return called("prctl", option, value, *more, *(0,) * (3 - len(more)))


def _word(word: object) -> object:
    """Return an argument as wide as a register."""
    return ctypes.c_long(word) if isinstance(word, int) else word
