"""Namespaces: processes, a network and mounts of its own, where the system allows them."""

import ctypes
import os
from collections.abc import Collection

from .kernel import KernelError, called, system_call

PID, NETWORK, MOUNTS = "pid", "network", "mounts"
CLONE_NEWUSER = 0x10000000
FLAGS = {PID: 0x20000000, NETWORK: 0x40000000, MOUNTS: 0x00020000}

# From <linux/mount.h>.
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1


class Attributes(ctypes.Structure):
    """struct mount_attr."""

    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user"))


def enter(wanted: Collection[str]) -> None:
    """Enter new namespaces; that of processes is for the children to come.

    Raises KernelError where the system does not allow it.
    """
    flags = sum(FLAGS[name] for name in wanted)
    user, group = os.geteuid(), os.getegid()
    # Root keeps its user namespace: in another it could no longer read everybody's files.
    if flags and user:
        called("unshare", flags | CLONE_NEWUSER)
        _keep_identity(user, group)
    elif flags:
        called("unshare", flags)


def _keep_identity(user: int, group: int) -> None:
    rules = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    try:
        for name, rule in rules.items():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(rule)
    except OSError as error:  # Ubuntu's AppArmor allows the first step and not the second
        raise KernelError(error.errno, f"{name}: {error.strerror}") from None


def keep_to(folder: str) -> None:
    """Make everything but a folder read-only, modes and dates included, in this mount namespace.

    Raises KernelError where the kernel refuses.
    """
    path = os.fsencode(folder)
    called("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    called("mount", path, path, None, MS_BIND, None)
    _mark(b"/", AT_RECURSIVE, Attributes(set=READ_ONLY))
    _mark(path, 0, Attributes(clear=READ_ONLY))
    os.chdir(folder)  # or it would still stand in the mount below


def _mark(path: bytes, flags: int, attributes: Attributes) -> None:
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    system_call(MOUNT_SETATTR, AT_FDCWD, path, flags, ctypes.byref(attributes), size)
