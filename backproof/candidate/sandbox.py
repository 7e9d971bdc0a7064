"""Run a stranger's program within limits, and leave nothing of it behind.

The judge only starts isolation/supervisor.py and reads its answer, so that it may have threads;
what that does is told there.
"""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backproof.candidate import walls
from backproof.candidate.isolation.order import Order
from backproof.candidate.reach import Reach
from backproof.errors import BackproofError

MUTINY = "It stopped the process that watches over it."
GRACE = 10.0  # seconds after which the judge believes that its supervisor was stopped
ROOM = 1 << 30  # bytes of address space for the interpreter, NumPy and PyTorch themselves
START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from isolation.supervisor import main; main()"
)
OVERSTEPPED = ("seconds", "processes", "memory", "size", "files")
CRASHES = {getattr(signal, f"SIG{name}") for name in ("SEGV", "BUS", "ILL", "FPE", "ABRT", "SYS")}
NO_MEMORY = ("MemoryError", "bad_alloc", "Unable to allocate", "allocate memory", "out of memory")


@dataclass(frozen=True)
class Limits:
    """What a candidate may use.

    seconds    of wall time; each process may also use that much processor time, and a little more
    memory     bytes of address space a process, above what NumPy and PyTorch take; all of the
               processes together may not have more of it resident
    output     bytes kept of stdout, and of stderr; the middle of what is longer is dropped
    file       bytes in any one written file, and in all of them together
    files      files and folders that it may make
    processes  processes at a time besides the candidate
    """

    seconds: float = 20.0
    memory: int = 4 << 30
    output: int = 1 << 20
    file: int = 256 << 20
    files: int = 10_000
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
NOWHERE = Reach()
HERE = Path(__file__).parent


def python_argv(program: Path | str, *arguments: str) -> list[str]:
    """Return the command that runs a file (a Path) or a module (its name) with this Python.

    Neither the current folder nor that of the file is searched for modules: a candidate's numpy.py
    is not imported in place of NumPy.
    """
    target = ["-m", program] if isinstance(program, str) else [str(program)]
    return [sys.executable, "-P", *target, *arguments]


def run_limited(
    argv: Sequence[str], folder: Path, limits: Limits = DEFAULT, reach: Reach = NOWHERE
) -> Outcome:
    """Run `argv` in `folder` within `limits`, and leave no process of it behind, however it ends.

    It gets no input, no open file and none of our environment, reads what is in reach besides the
    installed software, writes in `folder` alone, and has no network: as far as walls.found() goes.
    A relative program is looked for in `folder`. An exception here, such as KeyboardInterrupt, ends
    the candidate too.

    Raises BackproofError if this machine cannot do it.
    """
    memory = limits.memory + ROOM
    numbers = (os.getpid(), memory, limits.file, limits.files, limits.processes, limits.output)
    order = Order(numbers, limits.seconds, walls.found(), reach.rules(), argv)
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", START, str(HERE), *order.words()],
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
    if why == "files":
        return f"It made more than {limits.files:,} files and was stopped."
    if why == "size":
        return f"It wrote more than {amount(limits.file)} into its files and was stopped."
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
