"""Walls: what this machine keeps a stranger's program from, and by which layers."""

import functools
from collections.abc import Collection
from dataclasses import dataclass

from backproof.candidate.isolation import landlock
from backproof.candidate.isolation.finding import found as tried
from backproof.candidate.isolation.layers import LANDLOCK, SECCOMP
from backproof.candidate.isolation.namespaces import MOUNTS, NETWORK, PID
from backproof.errors import BackproofError


@functools.cache
def found() -> tuple[str, ...]:
    """Return the layers that this machine allows, tried once; each run then puts on all of them."""
    return tried()


@dataclass(frozen=True)
class Wall:
    """One thing that a program is kept from.

    name   as in "files: Landlock ABI 7"
    by     the layers that hold it here, in words; empty where nothing does
    open   what a program could do where nothing does, or although something does
    """

    name: str
    by: tuple[str, ...]
    open: str = ""

    def __str__(self) -> str:
        """Return it as a report's environment tells it."""
        return f"{self.name}: {', '.join(self.by) or 'not held'}"


def walls() -> list[Wall]:
    """Return every wall as it stands on this machine."""
    layers, version = found(), landlock.abi() if LANDLOCK in found() else 0
    words = {
        PID: "process namespace",
        NETWORK: "namespace",
        MOUNTS: "mount namespace",
        SECCOMP: "seccomp",
        LANDLOCK: f"Landlock ABI {version}",
    }

    def wall(name: str, holders: Collection[str], opened: str) -> Wall:
        by = tuple(words[layer] for layer in holders if layer in layers)
        return Wall(name, by, "" if by else opened)

    scoped = [LANDLOCK] if version >= landlock.SCOPES_SINCE else []
    uncut = [LANDLOCK] if version >= landlock.TRUNCATION or SECCOMP in layers else []
    tcp = ", TCP excepted" if version >= landlock.TCP_SINCE else ""
    return [
        wall("files", [LANDLOCK], "it can read every file that you can"),
        wall("writing", [MOUNTS, *uncut], "it can write every file that you can"),
        wall("modes and dates", [MOUNTS, SECCOMP], "it can change modes and dates of your files"),
        wall("network", [NETWORK, SECCOMP], f"it can use the network{tcp}"),
        wall("sockets", [SECCOMP], "it can talk to the services of this machine"),
        wall("signals", [PID, *scoped], "it can end your other processes"),
    ]


def told() -> str:
    """Return all walls in one line, for the environment of a report."""
    return "; ".join(map(str, walls()))


def missing() -> str:
    """Return one sentence about what is not held here; "" where everything is."""
    gaps = [wall.open for wall in walls() if not wall.by]
    if not gaps:
        return ""
    return (
        f"This machine does not keep a program that is judged from everything: {'; '.join(gaps)}."
    )


def refuse_gaps() -> None:
    """Raise BackproofError where this machine does not hold everything: for --isolation strict."""
    if gaps := missing():
        raise BackproofError(
            f"{gaps} Judge strangers' files in a container, as docs/isolation.md shows, or leave "
            "out --isolation strict."
        )
