"""Seccomp: the system calls that a computation has no use for fail, for good, without privileges.

They are those that lead out of the other walls: sockets of every kind (Landlock does not see a Unix
socket with a path), memory and objects that nobody counts and that stay behind, a look into other
processes, and what has been a way around filters, such as io_uring.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator

from .kernel import PR_GET_SECCOMP, PR_SET_SECCOMP, KernelError, prctl

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column below, AUDIT_ARCH_...
X32 = 0x40000000  # this bit makes it a call of another interface, with numbers of its own

# Name -> number on x86_64 and on aarch64; None where there is no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "unshare": (272, 97),
    "setns": (308, 268),
    "inotify_add_watch": (254, 27),
}
# For itself, which is 0, and for nobody else: with the argument that says whom it is about.
FOR_ITSELF: dict[str, tuple[int, int, int]] = {
    "prlimit64": (302, 261, 0),
    "setpriority": (141, 140, 1),
    "ioprio_set": (251, 30, 1),
    "sched_setaffinity": (203, 122, 0),
    "sched_setscheduler": (144, 119, 0),
    "sched_setattr": (314, 274, 0),
}
# Said to be done and not done, where no mount namespace keeps them to the working folder: Landlock
# does not see them, and a program that copies a file is not to fail for want of a date.
IGNORED: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
TRUNCATE = (76, 45)
CLONE, CLONE3 = (56, 220), (435, 435)
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET

# From <linux/bpf_common.h> and <linux/seccomp.h>.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
FILTER, ALLOW, ERROR = 2, 0x7FFF0000, 0x00050000


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def available() -> bool:
    """Say whether this kernel filters system calls, and the numbers are known on this machine."""
    if os.uname().machine not in MACHINES:
        return False
    try:
        prctl(PR_GET_SECCOMP)
        prctl(PR_SET_SECCOMP, FILTER, None)
    except KernelError as error:
        return error.errno == errno.EFAULT  # it would have read the program
    return False


def restrict(*, metadata: bool, truncation: bool) -> None:
    """Filter the calls of this process and of all that it starts.

    metadata    whether nothing else keeps modes, owners and dates outside the folder as they are
    truncation  whether nothing else keeps a file outside from being cut off
    Raises KernelError where the kernel refuses.
    """
    code = b"".join(_program(os.uname().machine, metadata, truncation))
    prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(Program(len(code) // 8, code)))


def _program(machine: str, metadata: bool, truncation: bool) -> Iterator[bytes]:
    """Yield the instructions, 8 bytes each."""
    column, architecture = MACHINES[machine]
    refuse, pretend = ERROR | errno.EACCES, ERROR | 0
    yield _instruction(LOAD, ARCHITECTURE)
    yield _instruction(EQUAL, architecture, 1, 0)
    yield _instruction(RETURN, refuse)
    yield _instruction(LOAD, NUMBER)
    if machine == "x86_64":
        yield from _when(AT_LEAST, X32, refuse)
    for calls, answer in ((REFUSED, refuse), (IGNORED if metadata else {}, pretend)):
        for numbers in calls.values():
            number = numbers[column]
            if number is not None:
                yield from _when(EQUAL, number, answer)
    if truncation:
        yield from _when(EQUAL, TRUNCATE[column], refuse)
    # clone3 hides its flags behind a pointer; the C library falls back to clone.
    yield from _when(EQUAL, CLONE3[column], ERROR | errno.ENOSYS)
    for *numbers_of_call, argument in FOR_ITSELF.values():
        yield from _about(numbers_of_call[column], argument, 0, refuse)
    yield from _about(CLONE[column], 0, NEW_NAMESPACES, refuse)
    yield _instruction(RETURN, ALLOW)


def _about(number: int, argument: int, forbidden: int, answer: int) -> Iterator[bytes]:
    """Answer a call where an argument has a forbidden bit (0: any bit at all)."""
    yield _instruction(EQUAL, number, 0, 4)
    yield _instruction(LOAD, ARGUMENTS + 8 * argument)
    yield from _when(ANY_BIT, forbidden or 0xFFFFFFFF, answer)
    yield _instruction(RETURN, ALLOW)


def _when(test: int, value: int, answer: int) -> Iterator[bytes]:
    yield _instruction(test, value, 0, 1)
    yield _instruction(RETURN, answer)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
