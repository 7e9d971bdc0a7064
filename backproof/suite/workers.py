"""Worker processes: each does one task at a time, and one that dies harms no other."""

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, NoReturn, Self, TypeVar, cast

from backproof.candidate import scratch
from backproof.candidate.isolation.removal import remove
from backproof.candidate.isolation.supervisor import die_with_parent
from backproof.interrupts import allow, held
from backproof.suite.preloaded import load_torch

# Elsewhere a process that has loaded a framework cannot be forked.
FORKS = sys.platform == "linux"
CONTEXT = get_context("fork") if FORKS else get_context("spawn")

PATIENCE = 10.0  # seconds in which the last candidate has ended
PAUSE = 0.05

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class Worker:
    """A process, our end of its pipe, and the number of the task it is at."""

    process: BaseProcess
    pipe: "Connection[object, object]"
    number: int | None = None


class Workers(Generic[T, R]):
    """Up to `most` processes that do `work`; all of them are ended when the block is left."""

    def __init__(self, most: int, work: Callable[[T], R]) -> None:
        """Start none yet."""
        self.most, self.work = most, work
        self.workers: list[Worker] = []
        self.workspace = str(scratch.made())
        self.broom = _broom(self.workspace) if sys.platform == "linux" else None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every process at once: a worker has nothing to tidy up."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
        remove(self.workspace)
        if self.broom is not None:
            handle, process = self.broom
            os.close(handle)
            os.waitpid(process, 0)

    @property
    def free(self) -> bool:
        """Whether another task may be started."""
        return sum(worker.number is not None for worker in self.workers) < self.most

    @property
    def busy(self) -> bool:
        """Whether any task is under way."""
        return any(worker.number is not None for worker in self.workers)

    def start(self, number: int, task: T) -> None:
        """Give a task to a worker; `number` comes back with its result."""
        worker = next((w for w in self.workers if w.number is None), None) or self._new()
        worker.number = number
        with contextlib.suppress(OSError):  # it has died: finished() will see that
            worker.pipe.send(task)

    def finished(self) -> Iterator[tuple[int, R | None]]:
        """Wait until a task is done, then yield each that is; None where its worker died."""
        ready = wait([worker.pipe for worker in self.workers if worker.number is not None])
        for worker in [worker for worker in self.workers if worker.pipe in ready]:
            number, worker.number = worker.number, None
            result: R | None = None
            try:
                result = cast(R, worker.pipe.recv())
            except (EOFError, OSError):
                worker.process.join()
                self.workers.remove(worker)
            if number is not None:
                yield number, result

    def _new(self) -> Worker:
        if FORKS:
            load_torch()  # once for all
        ours, theirs = CONTEXT.Pipe()
        words = (self.work, theirs, ours, self.most, self.workspace)
        process = CONTEXT.Process(target=_serve, args=words, daemon=True)
        with held() if FORKS else contextlib.nullcontext():
            process.start()
            self.workers.append(Worker(process, ours))
        theirs.close()
        return self.workers[-1]


def _broom(folder: str) -> tuple[int, int]:
    """Start a process that removes a folder when we are gone; return what it waits for, and itself.

    It waits for the end of a pipe whose other end is held by us and by the workers: when the last
    of them has died, however that came, nobody needs the folder.
    """
    reader, writer = os.pipe()
    with held():  # the child too, until it ignores what is held
        process = os.fork()
        if not process:
            _sweep(folder, reader, writer)
    os.close(reader)
    return writer, process


def _sweep(folder: str, reader: int, writer: int) -> NoReturn:
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.close(writer)
        os.read(reader, 1)
        until = time.monotonic() + PATIENCE
        while os.path.exists(folder) and time.monotonic() < until:
            remove(folder)
            time.sleep(PAUSE)
    finally:
        os._exit(0)


def _serve(
    work: Callable[[T], R],
    pipe: "Connection[R, T]",
    parents: "Connection[T, R]",
    workers: int,
    workspace: str,
) -> None:
    """Do tasks until the parent is gone.

    Die silently on Ctrl-C and with the parent, share the cores, and keep files where the parent
    removes them.
    """
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if FORKS:
        allow()
    parents.close()  # or the parent's end would not show here
    tempfile.tempdir = workspace
    load_torch()
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // workers))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send(work(pipe.recv()))
