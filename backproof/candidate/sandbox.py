"""Run a stranger's program within limits, and leave nothing of it behind.

    judge ── supervisor ── gate ── init ── candidate ── whatever that starts

supervisor  this file, run by `python -I -S`: keeps the time, empties the pipes, counts, kills
gate        leaves the judge's PID namespace, where the system lets it
init        process 1 of the new one: adopts orphans; when it ends, the kernel kills all the rest
candidate   limits itself, then becomes the program

In a namespace of its own a candidate can neither signal the others nor read their memory. Where
there is none (most containers, macOS), the supervisor adopts the orphans and kills until it has no
child left: nothing survives either, unless the candidate kills the supervisor first. macOS cannot
adopt, so that a daemon in a session of its own survives there, and does not limit address space.

The judge only starts a process and reads an answer, so that it may have threads.
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
    from collections.abc import Callable, Sequence
    from pathlib import Path
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
    os._exit(0)  # all that follows is the judge's; its imports would cost the supervisor 25 ms

import errno  # noqa: E402
import subprocess  # noqa: E402
from dataclasses import dataclass  # noqa: E402

from backproof.errors import BackproofError  # noqa: E402

MUTINY = "It stopped the process that watches over it."
GRACE = 10.0  # seconds after which the judge believes that its supervisor was stopped
ROOM = 1 << 30  # bytes of address space for the interpreter, NumPy and PyTorch themselves
ISOLATE = True  # where the system allows it; the tests also try what remains without
CRASHES = {getattr(signal, f"SIG{name}") for name in ("SEGV", "BUS", "ILL", "FPE", "ABRT", "SYS")}
NO_MEMORY = ("MemoryError", "bad_alloc", "Unable to allocate", "allocate memory", "out of memory")


@dataclass(frozen=True)
class Limits:
    """What a candidate may use.

    seconds    of wall time; each process may also use that much processor time, and a little more
    memory     bytes of address space a process, above what NumPy and PyTorch take; all of the
               processes together may not have more of it resident
    output     bytes kept of stdout, and of stderr; the middle of what is longer is dropped
    file       bytes in any one written file
    processes  processes at a time besides the candidate
    """

    seconds: float = 20.0
    memory: int = 4 << 30
    output: int = 1 << 20
    file: int = 256 << 20
    processes: int = 8


@dataclass(frozen=True)
class Outcome:
    """How a candidate ended.

    code            its exit code; None if it was stopped, crashed, or never started
    reason          "" if it ended by itself with code 0, else one sentence for the user
    stdout, stderr  the beginning and the end of what it printed
    seconds         of wall time
    """

    code: int | None
    reason: str
    stdout: str
    stderr: str
    seconds: float


DEFAULT = Limits()


def python_argv(program: Path | str, *arguments: str) -> list[str]:
    """Return the command that runs a file (a Path) or a module (its name) with this Python.

    Neither the current folder nor that of the file is searched for modules: a candidate's numpy.py
    is not imported in place of NumPy.
    """
    target = ["-m", program] if isinstance(program, str) else [str(program)]
    return [sys.executable, "-P", *target, *arguments]


def run_limited(argv: Sequence[str], folder: Path, limits: Limits = DEFAULT) -> Outcome:
    """Run `argv` in `folder` within `limits`, and leave no process of it behind, however it ends.

    It gets no input, no open file and none of our environment. A relative program is looked for in
    `folder`. An exception here, such as KeyboardInterrupt, ends the candidate too.

    Raises BackproofError if this machine cannot do it.
    """
    memory = limits.memory + ROOM
    numbers = (os.getpid(), memory, limits.file, limits.processes, limits.output, int(ISOLATE))
    words = [*map(str, numbers), str(limits.seconds), *argv]
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, *words],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as supervisor:
        try:
            answer, _ = supervisor.communicate(timeout=limits.seconds + GRACE)
        except subprocess.TimeoutExpired:
            supervisor.kill()  # gate, init and candidate die of that
            answer = b""
        except BaseException:
            supervisor.terminate()
            supervisor.wait()
            raise
    if supervisor.returncode < 0 or not answer:
        took = time.monotonic() - began
        return Outcome(None, MUTINY, "", "", took)
    return read_answer(answer, argv, limits)


def environment(folder: Path) -> dict[str, str]:
    """Return all that a candidate sees of environment variables."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return threads | {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def read_answer(answer: bytes, argv: Sequence[str], limits: Limits) -> Outcome:
    """Turn the supervisor's answer into an outcome."""
    head, _, text = answer.partition(b"\n")
    try:
        why, how, first, second, took, length = head.decode().split()
        number, resident, size, seconds = int(first), int(second), int(length), float(took)
    except ValueError:
        trouble = answer.decode(errors="replace").strip().rpartition("\n")[2]
        raise BackproofError(f"Programs cannot be isolated on this machine: {trouble}") from None
    stdout, stderr = (part.decode(errors="replace") for part in (text[:size], text[size:]))
    if why != "ended":
        return Outcome(None, stopped(why, limits), stdout, stderr, seconds)
    if how == "error":
        reason = f"It could not be started: {os.strerror(number)}: {argv[0]}."
        return Outcome(None, reason, stdout, stderr, seconds)
    if how != "ended":
        return Outcome(None, MUTINY, stdout, stderr, seconds)
    code = os.waitstatus_to_exitcode(number)
    hint = " (os._exit or sys.exit)" if argv[0] == sys.executable else ""
    reason = ended(code, resident, stderr, limits, hint) if code else ""
    return Outcome(code if code >= 0 else None, reason, stdout, stderr, seconds)


def stopped(why: str, limits: Limits) -> str:
    """Say which limit the supervisor saw overstepped."""
    if why == "seconds":
        return f"It ran for more than {limits.seconds:g} seconds and was stopped."
    if why == "processes":
        return f"It started more than {limits.processes} other processes and was stopped."
    return f"It asked for more than {amount(limits.memory)} of memory."


def ended(code: int, resident: int, stderr: str, limits: Limits, hint: str) -> str:
    """Say why a candidate ended with a code that is not 0; a negative one is a signal."""
    last_words = stderr[-2000:]
    if code == -signal.SIGXCPU:
        return f"It used more than {limits.seconds:g} seconds of processor time and was stopped."
    if code == -signal.SIGXFSZ or os.strerror(errno.EFBIG) in last_words:
        return f"It wrote a file of more than {amount(limits.file)}."
    if resident > limits.memory or any(words in last_words for words in NO_MEMORY):
        return stopped("memory", limits)
    if code < 0:
        name = (signal.strsignal(-code) or f"signal {-code}").partition(":")[0]
        return f"It crashed: {name.lower()}." if -code in CRASHES else f"A signal ended it: {name}."
    if code == 1 and "Traceback (most recent call last)" in stderr:
        error = stderr.strip().rpartition("\n")[2]
        return f"It raised {error[:200].rstrip('.')}."
    return f"It ended itself with exit code {code}{hint}."


def amount(size: int) -> str:
    """Write a number of bytes for people."""
    for unit, step in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= step:
            return f"{size / step:.4g} {unit}"
    return f"{size} bytes"
