"""The process that watches over a stranger's program; sandbox.py starts it.

    judge ── supervisor ── gate ── init ── candidate ── whatever that starts

supervisor  this file: keeps the time, empties the pipes, counts, kills
gate        enters the new namespaces, as far as the system has them
init        process 1 of the new one: adopts orphans; when it ends, the kernel kills all the rest
candidate   gives up what it may not have, limits itself, then becomes the program

In a namespace of its own a candidate can neither signal the others nor read their memory. Where
there is none (most containers, macOS), Landlock keeps its signals in, and the supervisor adopts the
orphans and kills until it has no child left: nothing survives either, unless the candidate can kill
the supervisor first. macOS cannot adopt, so that a daemon in a session of its own survives there,
and does not limit address space.
"""

import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from .kernel import (
    PR_CAPBSET_DROP,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    KernelError,
    prctl,
)
from .layers import confine
from .namespaces import FLAGS, enter
from .order import Order
from .processes import descendants, end_all, reap
from .usage import Usage

TYPE_CHECKING = False  # importing typing's would take the supervisor longer than all its work
if TYPE_CHECKING:
    from typing import NoReturn

TICK = 0.025  # seconds between two looks at the clock and at the processes
OWN = 3  # gate, init and the candidate itself are not extra processes
UNBURIED = 500  # zombies take no memory, and only a number: far more are allowed
WALLS = "walls"  # a report that the kernel refused one of them
LINUX = sys.platform == "linux"
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER = 0, 1, 3  # <linux/capability.h>


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


def fork(report: int, body: Callable[[], None]) -> int:
    """Run `body` in a child that never returns from here; its failure goes to `report`."""
    child = os.fork()
    if child:
        return child
    try:
        body()
    except KernelError as failure:
        os.write(report, f"{WALLS} {failure.errno or 0} 0 {failure.strerror}\n".encode())
    except OSError as failure:
        os.write(report, b"error %d 0\n" % (failure.errno or 0))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(70)


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends."""
    if LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def gate(report: int, layers: Sequence[str], body: Callable[[], None]) -> None:
    """Enter the namespaces, and wait in front of that of the processes."""
    enter([name for name in layers if name in FLAGS])
    die_with_parent()
    fork(report, body)
    os.wait()


def init(report: int, body: Callable[[], None]) -> None:
    """Adopt and reap whatever comes until the candidate ends; report how it ended."""
    die_with_parent()
    candidate = fork(report, body)
    ended = 0
    while ended != candidate:
        ended, status, usage = os.wait4(-1, 0)
    with suppress(OSError):
        os.killpg(candidate, signal.SIGKILL)  # all that macOS can do about children left behind
    unit = 1 if sys.platform == "darwin" else 1024
    os.write(report, b"ended %d %d\n" % (status, usage.ru_maxrss * unit))


def become(
    argv: list[str], out: int, err: int, limits: dict[int, int], isolate: Callable[[], None]
) -> "NoReturn":
    """Give up every privilege, accept the limits, and become the program."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # if the machine runs out of memory, this one goes, not the judge
    die_with_parent()
    give_up_privileges()
    accept(limits)
    isolate()
    os.execvp(argv[0], argv)


def give_up_privileges() -> None:
    """Make sure that no program that is started has more rights than this one, nor root's."""
    if LINUX:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    if (
        LINUX and os.geteuid() == 0
    ):  # with fewer capabilities than the judge it cannot read its memory
        for capability in set(range(64)) - {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER}:
            with suppress(KernelError):  # there are not so many
                prctl(PR_CAPBSET_DROP, capability)


def accept(limits: dict[int, int]) -> None:
    """Accept limits on resources, which nothing can raise again."""
    for kind, most in limits.items():
        allowed = resource.getrlimit(kind)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        try:
            resource.setrlimit(kind, (most - (kind == resource.RLIMIT_CPU), most))
        except (OSError, ValueError):
            if LINUX:
                raise


def start(body: Callable[[int, int, int], None]) -> tuple[int, int, int]:
    """Fork `body` off; return where to read its report, its stdout and its stderr."""
    (report, says), (out, to_out), (err, to_err) = (os.pipe() for _ in range(3))
    fork(says, partial(body, says, to_out, to_err))
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


def supervise(order: Order) -> bytes:
    """Run the program that is asked for; return the answer, or nothing if nobody waits."""
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stops.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
    folder = os.getcwd()
    usage = Usage(folder, order.file, order.files)
    isolate = partial(confine, order.layers, order.rules, folder)

    def chain(report: int, out: int, err: int) -> None:
        candidate = partial(become, order.argv, out, err, order.resources(), isolate)
        gate(report, order.layers, partial(init, report, candidate))

    report, out, err = start(chain)
    streams = {out: Kept(order.output), err: Kept(order.output)}
    began = time.monotonic()

    def over(now: float) -> str:
        reap()
        sizes = descendants(os.getpid())
        if now - began > order.seconds:
            return "seconds"
        alive = sum(size > 0 for size in sizes.values())
        if alive - OWN > order.processes or len(sizes) > UNBURIED:
            return "processes"
        return "memory" if sum(sizes.values()) > order.memory else usage.over(sizes)

    why = watch(report, streams, over, lambda: bool(stops) or os.getppid() != order.judge)
    took = time.monotonic() - began
    end_all()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if why == "abandoned" or stops:
        return b""
    if why == "ended":
        why = usage.over(now=True) or why
    for reader, kept in streams.items():
        os.set_blocking(reader, False)
        with suppress(BlockingIOError):  # macOS: somebody may survive
            kept.add(os.read(reader, 1 << 20))  # a pipe holds less
    said = os.read(report, 1 << 10).decode().partition("\n")[0].split(" ", 3)
    if said[0] == WALLS:
        return said[3].encode()
    how = " ".join(said[:3]) if said[0] else "silence 0 0"
    texts = [kept.text() for kept in streams.values()]
    return f"{why} {how} {took:.6f} {len(texts[0])}\n".encode() + b"".join(texts)


def main() -> None:
    """Do what the command line asks for, and print the answer."""
    sys.stdout.buffer.write(supervise(Order.read(sys.argv[1:])))
    sys.stdout.flush()
    os._exit(0)  # at once: there is nothing to tidy up
