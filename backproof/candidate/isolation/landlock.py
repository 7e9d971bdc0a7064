"""Landlock: a process gives up every file but those it names, for good, without privileges.

https://docs.kernel.org/userspace-api/landlock.html.  Linux 5.13 brought it; what each later version
of its interface (ABI) adds is told at the constants.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

from .kernel import KernelError, system_call

# System calls, alike on every architecture, and their flags.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
GIVE_VERSION, BENEATH = 1, 1

# Rights to a file.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_SOCK, MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # first ABI -> how many rights there are: 13 of them in ABI 1
TRUNCATION = 3  # the ABI with which a file out of reach cannot be cut off any more

TCP, TCP_SINCE = 0b11, 4  # to bind and to connect
SCOPES, SCOPES_SINCE = 0b11, 6  # abstract sockets, and signals, of processes outside

READ, LIST, DEVICE, WRITE = "r", "l", "d", "w"  # what a rule allows of a path
ALLOWED = {
    READ: EXECUTE | READ_FILE | READ_DIR,
    LIST: READ_DIR,
    DEVICE: READ_FILE | WRITE_FILE | IOCTL_DEV,
    WRITE: ~(MAKE_CHAR | MAKE_BLOCK | MAKE_SOCK),
}
Rule = tuple[str, str]  # one of these, and a path


class Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr."""

    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """Return the version of the kernel's interface; 0 where there is no Landlock."""
    try:
        return system_call(CREATE_RULESET, None, 0, GIVE_VERSION)
    except KernelError:
        return 0


def restrict(rules: Iterable[Rule], version: int) -> None:
    """Give up every file that no rule allows, TCP, and the processes outside, as far as it goes.

    version  of the interface, from abi()
    Raises KernelError where the kernel refuses.
    """
    files = (1 << max(count for first, count in RIGHTS.items() if first <= version)) - 1
    given_up = Ruleset(
        files, TCP if version >= TCP_SINCE else 0, SCOPES if version >= SCOPES_SINCE else 0
    )
    ruleset = system_call(
        CREATE_RULESET, ctypes.byref(given_up), ctypes.c_size_t(_size(version)), 0
    )
    try:
        for kind, path in rules:
            _allow(ruleset, path, files & ALLOWED[kind])
        system_call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _size(version: int) -> int:
    """Return how many bytes of the structure that version knows."""
    return 8 + 8 * (version >= TCP_SINCE) + 8 * (version >= SCOPES_SINCE)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add a rule; a path that is not there needs none."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= OF_A_FILE
        rule = Beneath(rights, parent)
        system_call(ADD_RULE, ruleset, BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)
