"""The process that watches over a stranger's program; sandbox.py starts it.

    judge ── supervisor ── gate ── init ── candidate ── whatever that starts

supervisor  this file, run by `python -I -S`: keeps the time, empties the pipes, counts, kills
gate        leaves the judge's PID namespace, where the system lets it
init        process 1 of the new one: adopts orphans; when it ends, the kernel kills all the rest
candidate   limits itself, then becomes the program

In a namespace of its own a candidate can neither signal the others nor read their memory. Where
there is none (most containers, macOS), the supervisor adopts the orphans and kills until it has no
child left: nothing survives either, unless the candidate kills the supervisor first. macOS cannot
adopt, so that a daemon in a session of its own survives there, and does not limit address space.

It is run as a file, without site-packages, so it imports the standard library only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from functools import partial

TYPE_CHECKING = False  # importing typing's would take the supervisor longer than all its work
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

TICK = 0.025  # seconds between two looks at the clock and at the processes
OPEN_FILES = 256
OWN = 3  # gate, init and the candidate itself are not extra processes
UNBURIED = 500  # zombies take no memory, and only a number: far more are allowed

# From <linux/prctl.h>, <linux/sched.h> and <linux/capability.h>.
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 24, 36, 38
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER = 0, 1, 3


class Kept:
    """The beginning and the end of a stream; what is between them is counted and dropped."""

    def __init__(self, limit: int) -> None:
        """Keep at most `limit` bytes."""
        self.limit, self.count = limit, 0
        self.head, self.tail = bytearray(), bytearray()

    def add(self, chunk: bytes) -> None:
        """Take the next bytes of the stream."""
        room = self.limit - self.limit // 2 - len(self.head)
        self.count += len(chunk)
        self.head += chunk[:room]
        self.tail += chunk[room:]
        del self.tail[: max(0, len(self.tail) - self.limit // 2)]

    def text(self) -> bytes:
        """Return what was kept, with a line that says how much was not."""
        dropped = self.count - len(self.head) - len(self.tail)
        mark = b"\n[... %d bytes left out ...]\n" % dropped if dropped else b""
        return bytes(self.head + mark + self.tail)


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process, on Linux; elsewhere there is none to set."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def leave_namespace() -> bool:
    """Put the children to come into a PID namespace of their own; say whether that was allowed."""
    if sys.platform != "linux":
        return False
    user, group = os.geteuid(), os.getegid()
    # Root keeps its user namespace: in another it could no longer read everybody's files.
    if ctypes.CDLL(None).unshare(CLONE_NEWPID | (CLONE_NEWUSER if user else 0)) != 0:
        return False
    rules = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    try:
        for name, rule in rules.items() if user else ():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(rule)
    except OSError:  # Ubuntu's AppArmor allows the first step and not the second
        return False
    return True


def fork(report: int, body: Callable[[], None]) -> int:
    """Run `body` in a child that never returns from here; its failure goes to `report`."""
    child = os.fork()
    if child:
        return child
    try:
        body()
    except OSError as failure:
        os.write(report, b"error %d 0\n" % (failure.errno or 0))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(70)


def gate(report: int, isolate: bool, body: Callable[[], None]) -> None:
    """Open the namespace, say so, and wait in front of it."""
    opened = not isolate or leave_namespace()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.write(report, b"+" if opened else b"-")
    if opened:
        fork(report, body)
        os.wait()


def init(report: int, body: Callable[[], None]) -> None:
    """Adopt and reap whatever comes until the candidate ends; report how it ended."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    candidate = fork(report, body)
    ended = 0
    while ended != candidate:
        ended, status, usage = os.wait4(-1, 0)
    with suppress(OSError):
        os.killpg(candidate, signal.SIGKILL)  # all that macOS can do about children left behind
    unit = 1 if sys.platform == "darwin" else 1024
    os.write(report, b"ended %d %d\n" % (status, usage.ru_maxrss * unit))


def become(argv: list[str], out: int, err: int, limits: dict[int, int]) -> NoReturn:
    """Give up every privilege, accept the limits, and become the program."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # if the machine runs out of memory, this one goes, not the judge
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if os.geteuid() == 0:  # with fewer capabilities than the judge it cannot read its memory
        for capability in set(range(64)) - {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER}:
            prctl(PR_CAPBSET_DROP, capability)
    for kind, most in limits.items():
        allowed = resource.getrlimit(kind)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        try:
            resource.setrlimit(kind, (most - (kind == resource.RLIMIT_CPU), most))
        except (OSError, ValueError):
            if sys.platform == "linux":
                raise
    os.execvp(argv[0], argv)


def family() -> dict[int, int]:
    """Return all descendants of this process, each with its resident memory in bytes."""
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        return family_by_ps()
    found: dict[int, int] = {}
    ahead = [os.getpid()]
    while ahead:
        pid = ahead.pop()
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end while we look
            with open(f"/proc/{pid}/statm") as file:
                found[pid] = int(file.read().split()[1]) * resource.getpagesize()
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children") as file:
                    ahead += map(int, file.read().split())
    del found[os.getpid()]
    return found


def family_by_ps() -> dict[int, int]:
    """Return the same without /proc."""
    import subprocess

    command = ["ps", "-A", "-o", "pid=,ppid=,rss="]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as ps:
        rows = [[int(word) for word in line.split()] for line in ps.communicate()[0].splitlines()]
    found: dict[int, int] = {}
    ahead = [os.getpid()]
    while ahead:
        parent = ahead.pop()
        children = {pid: 1024 * size for pid, ppid, size in rows if ppid == parent}
        found |= children
        ahead += children
    found.pop(ps.pid)
    return found


def reap() -> bool:
    """Bury the dead; return whether any child is left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
        return True
    return False


def end_all() -> None:
    """Kill until no child is left: orphans become our children, so that then nobody is left."""
    while reap():
        for pid in family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)


def start(argv: list[str], isolate: bool, limits: dict[int, int]) -> tuple[int, int, int]:
    """Start the chain of processes; return where to read its report, its stdout and its stderr."""
    (report, says), (out, to_out), (err, to_err) = (os.pipe() for _ in range(3))
    candidate = partial(init, says, partial(become, argv, to_out, to_err, limits))
    for attempt in (isolate, False):
        fork(says, partial(gate, says, attempt, candidate))
        if os.read(report, 1) == b"+":
            break
    for writer in (says, to_out, to_err):
        os.close(writer)
    return report, out, err


def watch(
    report: int, streams: dict[int, Kept], over: Callable[[float], str], gone: Callable[[], bool]
) -> str:
    """Empty the pipes until the candidate ends or must; return why it must, or "ended"."""
    poll = select.poll()
    for reader in (report, *streams):
        poll.register(reader, select.POLLIN)
    poll.register(1, 0)  # the judge closed its end
    look = 0.0
    while True:
        for ready, _ in poll.poll(TICK * 1000):
            if ready == report:
                return "ended"
            if ready == 1:
                return "abandoned"
            streams[ready].add(os.read(ready, 1 << 16))
        if gone():
            return "abandoned"
        now = time.monotonic()
        if now >= look:
            look = now + TICK
            if why := over(now):
                return why


def supervise(words: list[str]) -> bytes:
    """Run the program that `words` ask for; return the answer, or nothing if nobody waits."""
    judge, memory, file, processes, output, isolate = map(int, words[:6])
    seconds, argv = float(words[6]), words[7:]
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stops.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: int(seconds) + 3,  # a second earlier, a signal that names the limit
        resource.RLIMIT_FSIZE: file,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    report, out, err = start(argv, bool(isolate), limits)
    streams = {out: Kept(output), err: Kept(output)}
    began = time.monotonic()

    def over(now: float) -> str:
        reap()
        sizes = family()
        if now - began > seconds:
            return "seconds"
        alive = sum(size > 0 for size in sizes.values())
        if alive - OWN > processes or len(sizes) > UNBURIED:
            return "processes"
        return "memory" if sum(sizes.values()) > memory else ""

    why = watch(report, streams, over, lambda: bool(stops) or os.getppid() != judge)
    took = time.monotonic() - began
    end_all()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if why == "abandoned" or stops:
        return b""
    for reader, kept in streams.items():
        os.set_blocking(reader, False)
        with suppress(BlockingIOError):  # macOS: somebody may survive
            kept.add(os.read(reader, 1 << 20))  # a pipe holds less
    said = os.read(report, 1 << 10).decode().split()[:3] or ["silence", "0", "0"]
    texts = [kept.text() for kept in streams.values()]
    return " ".join([why, *said, f"{took:.6f} {len(texts[0])}\n"]).encode() + b"".join(texts)


if __name__ == "__main__":
    sys.stdout.buffer.write(supervise(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # at once: there is nothing to tidy up
