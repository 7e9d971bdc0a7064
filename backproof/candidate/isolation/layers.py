"""The layers: what may stand between a program and the machine, and how they are put on."""

from collections.abc import Collection, Sequence

from . import landlock, namespaces, seccomp
from .kernel import PR_SET_NO_NEW_PRIVS, prctl
from .landlock import Rule
from .namespaces import MOUNTS, NETWORK, PID

LANDLOCK, SECCOMP = "landlock", "seccomp"
ALL = (PID, NETWORK, MOUNTS, LANDLOCK, SECCOMP)


def confine(layers: Collection[str], rules: Sequence[Rule], folder: str) -> None:
    """Put on, for good, whatever needs no new process; `folder` alone may then be written.

    Raises KernelError where the kernel refuses.
    """
    version = landlock.abi() if LANDLOCK in layers else 0
    if MOUNTS in layers:
        namespaces.keep_to(folder)
    if version or SECCOMP in layers:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    if version:
        landlock.restrict([*rules, (landlock.WRITE, folder)], version)
    if SECCOMP in layers:
        apart = MOUNTS in layers
        truncation = not apart and version < landlock.TRUNCATION
        seccomp.restrict(metadata=not apart, truncation=truncation)
