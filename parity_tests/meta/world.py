"""A world around a sandboxed program, for it to break into: files, sockets, a process.

`attempt` says what a program tries, and `seen` whether it got there, looked at from outside.
"""

import contextlib
import ctypes
import os
import pwd
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

from backproof.candidate.isolation import seccomp
from backproof.candidate.sandbox import Limits, Outcome, run_limited

SECRET = "what nobody is to know"
PREAMBLE = """
import ctypes, mmap, os, resource, signal, socket, sys
HOME, UNIX, ABSTRACT, USER, TOKEN = sys.argv[1:6]
JUDGE, VICTIM, TCP, UDP, ADDRESS, KEY, CLONE = map(int, sys.argv[6:])
SECRET = HOME + "/secret.txt"
libc = ctypes.CDLL(None, use_errno=True)

def said(text): print("SAID", text, flush=True)
def done(*_): said("DONE")

def call(number, *words):
    words = [word if isinstance(word, bytes) else ctypes.c_long(word) for word in words]
    found = libc.syscall(ctypes.c_long(number), *words)
    if found < 0: raise OSError(ctypes.get_errno(), "refused")
    return found

def open_in(folder, name): return open(os.open(name, 0, dir_fd=os.open(folder, os.O_PATH)))
def inotify(): return libc.inotify_init()
def touch(folder): open(f"{folder}/{TOKEN}", "w"); os.unlink(f"{folder}/{TOKEN}"); done()
def send(*address): socket.socket(2, socket.SOCK_DGRAM).sendto(b"mine", address)
def unix(address): socket.socket(socket.AF_UNIX).connect(address)

def read_at(file, position, size):
    file.seek(position)
    return file.read(size)

class Span(ctypes.Structure): _fields_ = (("at", ctypes.c_void_p), ("size", ctypes.c_size_t))

def read_of(pid, address, size):
    room = ctypes.create_string_buffer(size)
    mine, theirs = Span(ctypes.addressof(room), size), Span(address, size)
    if libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return room.raw

def own_by(pid, number):
    import fcntl
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, pid)
    fcntl.fcntl(reader, fcntl.F_SETSIG, number)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writer, b"x")
"""


@dataclass
class World:
    """What a program could reach if nothing held it.

    home     a folder outside, with secret.txt and a program, tool.sh
    run      its working folder
    tcp, udp, stream, abstract, datagram  sockets that listen
    victim   a process of the same user
    """

    home: Path
    run: Path
    victim: "subprocess.Popen[bytes]"
    tcp: socket.socket
    udp: socket.socket
    stream: socket.socket
    abstract: socket.socket
    token: bytes = field(default=SECRET.encode())

    @property
    def secret(self) -> Path:
        return self.home / "secret.txt"

    def attempt(self, code: str, limits: Limits = Limits(seconds=10.0)) -> Outcome:  # noqa: B008
        """Run a program's code; what it raises is said."""
        body = indent(dedent(code).strip(), "    ")
        text = f"{PREAMBLE}\nNUMBERS = {numbers()}\n"
        text += f"try:\n{body}\nexcept BaseException as error: said(repr(error))\n"
        places = (self.home, self.stream.getsockname(), self.abstract.getsockname()[1:].decode())
        user = pwd.getpwuid(os.geteuid()).pw_name
        ports = (socket.getsockname()[1] for socket in (self.tcp, self.udp))
        clone = seccomp.CLONE[seccomp.MACHINES[os.uname().machine][0]]
        words = (*places, user, self.name, os.getpid(), self.victim.pid, *ports)
        words += (address(self.token), self.key, clone)
        argv = [sys.executable, "-I", "-S", "-c", text, *map(str, words)]
        return run_limited(argv, self.run, limits)

    @property
    def name(self) -> str:
        """Return a name that is nobody else's."""
        return f"backproof-test-{self.key}"

    @property
    def key(self) -> int:
        """Return a number that is nobody else's."""
        return self.victim.pid


def numbers() -> dict[str, int]:
    """Return the numbers of the system calls that are filtered, on this machine."""
    column = seccomp.MACHINES[os.uname().machine][0]
    return {name: pair[column] or 0 for name, pair in seccomp.REFUSED.items()}


def address(token: bytes) -> int:
    """Return where some bytes lie in our memory."""
    found = ctypes.cast(ctypes.c_char_p(token), ctypes.c_void_p).value
    assert found is not None
    return found


@contextlib.contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make one; everything in it is gone afterwards."""
    home, run = folder / "home", folder / "run"
    home.mkdir()
    run.mkdir()
    (home / "secret.txt").write_text(SECRET)
    (home / "tool.sh").write_text("#!/bin/sh\necho SAID DONE\n")
    (home / "tool.sh").chmod(0o755)
    (home / "open.txt").touch()
    with contextlib.ExitStack() as stack:
        victim = subprocess.Popen(["sleep", "60"], start_new_session=True)
        stack.callback(victim.wait)
        stack.callback(victim.kill)

        def listening(family: int, kind: int, address: object) -> socket.socket:
            made = stack.enter_context(socket.socket(family, kind))
            made.bind(address)  # type: ignore[arg-type]
            if kind == socket.SOCK_STREAM:
                made.listen()
            made.settimeout(0.2)
            return made

        yield World(
            home,
            run,
            victim,
            listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            listening(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
            listening(socket.AF_UNIX, socket.SOCK_STREAM, f"\0backproof-{os.getpid()}"),
        )


# --- whether it got there, seen from outside ---------------------------------------------------

Seen = Callable[[World, Outcome], bool]


def told(_: World, outcome: Outcome) -> bool:
    """It said so, or said the secret."""
    return "SAID DONE" in outcome.stdout or SECRET in outcome.stdout


def changed(world: World, _: Outcome) -> bool:
    """The secret is not what it was, or is not where it was."""
    return not world.secret.is_file() or world.secret.read_text() != SECRET


def planted(world: World, _: Outcome) -> bool:
    """There is something new in the home."""
    return {path.name for path in world.home.iterdir()} != {"secret.txt", "tool.sh", "open.txt"}


def altered(world: World, _: Outcome) -> bool:
    """Mode, owner, date or attributes of a file are not what they were."""
    found = world.secret.stat()
    modes = {path.stat().st_mode & 0o777 for path in world.home.iterdir()}
    return (
        0o646 in modes
        or found.st_mtime == 1
        or found.st_uid == 12345
        or bool(os.listxattr(world.secret))
    )


def called(listener: str) -> Seen:
    """Return whether somebody called a socket."""

    def seen(world: World, _: Outcome) -> bool:
        try:
            found: socket.socket = getattr(world, listener)
            found.recv(10) if found.type == socket.SOCK_DGRAM else found.accept()[0].close()
        except TimeoutError:
            return False
        return True

    return seen


def hit(world: World, _: Outcome) -> bool:
    """The victim has ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        world.victim.wait(0.3)
    return world.victim.returncode is not None


def bent(world: World, _: Outcome) -> bool:
    """The victim has another priority or limit than we gave it."""
    pid = world.victim.pid
    return os.getpriority(os.PRIO_PROCESS, pid) != os.getpriority(
        os.PRIO_PROCESS, 0
    ) or resource.prlimit(pid, resource.RLIMIT_FSIZE) != resource.getrlimit(resource.RLIMIT_FSIZE)
