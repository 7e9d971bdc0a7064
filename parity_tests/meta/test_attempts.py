"""Every attempt is held: by all layers together, without namespaces, and by each holder alone.

With its holders off it gets through, which shows that the attempt is one and that we would see it.
"""

import ctypes
import errno
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backproof.candidate import walls
from backproof.candidate.isolation import seccomp
from parity_tests.meta import processes
from parity_tests.meta.attempts import ATTEMPTS, Attempt
from parity_tests.meta.processes import HERE, layers
from parity_tests.meta.world import World, world

pytestmark = processes.linux_only
ABSENT = (f"OSError({errno.ENOSYS},", f"OSError({errno.EAFNOSUPPORT},")
ROOT = os.name == "posix" and os.geteuid() == 0
OWN = {  # attempts in places that belong to the user, mostly
    "list the user's home": Path(pwd.getpwuid(os.geteuid()).pw_dir),
    "plant a file among the packages": Path(sys.prefix),
}
KINDS = {(attempt.holders, attempt.seen): attempt for attempt in ATTEMPTS}.values()
every = pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)


@pytest.fixture
def around(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made
        _forget(made)


def _forget(made: World) -> None:
    """Remove what got through and stays in the kernel."""
    for kind in ("-M", "-S", "-Q"):
        subprocess.run(["ipcrm", kind, str(made.key)], capture_output=True, check=False)
    ctypes.CDLL(None).mq_unlink(f"/{made.name}".encode())


def got_through(
    attempt: Attempt, around: World, monkeypatch: pytest.MonkeyPatch, on: tuple[str, ...]
) -> bool:
    """Try it with these layers on; say whether it got there."""
    monkeypatch.setattr(walls, "found", lambda: on)
    outcome = around.attempt(attempt.code)
    assert outcome.code == 0, outcome
    if not on and any(words in outcome.stdout for words in ABSENT):
        pytest.skip(f"this kernel does not offer it: {outcome.stdout.strip()}")
    return attempt.seen(around, outcome)


HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_of_system_calls_are_those_of_the_headers(machine: str) -> None:
    """Calls that are newer than the headers are not in them."""
    header, column = Path(HEADERS[machine]), seccomp.MACHINES[machine][0]
    if not header.exists():
        pytest.skip(f"there is no {header}")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    theirs = {name: int(number) for name, number in found}
    ours = {**seccomp.REFUSED, **seccomp.IGNORED, **seccomp.FOR_ITSELF}
    ours |= {"truncate": seccomp.TRUNCATE, "clone": seccomp.CLONE, "clone3": seccomp.CLONE3}
    known = {name: pair[column] for name, pair in ours.items() if name in theirs}
    assert len(known) > 30
    assert known == {name: theirs[name] for name in known}


def needed(attempt: Attempt) -> None:
    if attempt.who == "root" and not ROOT:
        pytest.skip("only root may do this anyway")
    missing = set(attempt.holders) - set(HERE)
    if missing == set(attempt.holders):
        pytest.skip(f"this machine has none of {', '.join(sorted(missing))}")


@every
@pytest.mark.parametrize("namespaces", [True, False], ids=["all", "without-namespaces"])
def test_it_is_held(
    attempt: Attempt, namespaces: bool, around: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed(attempt)
    on = layers(namespaces)
    if not set(on) & set(attempt.holders):
        pytest.skip("without namespaces nothing here holds it")
    assert not got_through(attempt, around, monkeypatch, on)


@every
def test_with_its_holders_off_it_gets_through(
    attempt: Attempt, around: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed(attempt)
    if attempt.who == "user" and ROOT:
        pytest.skip("what root gives up holds it as well")
    place = OWN.get(attempt.name)
    if place is not None and not os.access(place, os.R_OK | os.W_OK):
        pytest.skip(f"{place} is not this user's: its permissions hold it as well")
    assert got_through(attempt, around, monkeypatch, ())


@pytest.mark.parametrize(
    ("attempt", "holder"),
    [(a, holder) for a in KINDS for holder in a.holders],
    ids=lambda value: getattr(value, "name", value),
)
def test_each_of_its_holders_holds_it_alone(
    attempt: Attempt, holder: str, around: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed(attempt)
    if holder not in HERE:
        pytest.skip(f"this machine has no {holder}")
    assert not got_through(attempt, around, monkeypatch, (holder,))
