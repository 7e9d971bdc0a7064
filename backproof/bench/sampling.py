"""A run: a fresh process measures, with the threads it is to have, and tells what it found."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from backproof.bench.order import Order
from backproof.bench.result import Result, Timing, parsed, plain
from backproof.bench.workload import Workload
from backproof.errors import BackproofError

MODULE = "backproof.bench.measuring"
EVERYTHING = "everything"  # the implementation that has no time, where it is all of them
INTERRUPTED = "the run was interrupted before it"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
XLA = "--xla_cpu_multi_thread_eigen={} intra_op_parallelism_threads={}"  # jax's share of them


def environment_of(threads: int) -> dict[str, str]:
    """Return the environment in which everything computes on so many threads."""
    xla = XLA.format(str(threads > 1).lower(), threads)
    count = dict.fromkeys(THREADS, str(threads))
    jax = {"XLA_FLAGS": xla, "NPROC": str(threads)}  # it starts as many threads as it sees cores
    torch = {"TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}  # compile times are those of a first time
    return os.environ | count | jax | torch | {"PYTHONDONTWRITEBYTECODE": "1"}


def result_of(order: Order, tell: Callable[[Result], None] = lambda _: None) -> Result:
    """Measure what is ordered; `tell` hears after each workload what was measured so far.

    Where the process is killed, such as for its memory, the workload at hand has no time, and
    another process goes on with the rest.  Where the run is interrupted, what was measured counts.
    Raises BackproofError where the process itself gives up, KeyboardInterrupt where nothing was
    measured yet.
    """
    timings: list[Timing] = []
    known: dict[str, Any] = {"environment": {}, "peaks": {}}
    began = datetime.now(UTC).isoformat(timespec="seconds")

    def so_far() -> Result:
        return Result(tuple(timings), order.settings, known["environment"], began, known["peaks"])

    try:
        for line in _lines(order):
            if isinstance(line, dict):
                known |= line
            else:
                timings += [parsed(timing) for timing in line]
                tell(so_far())
    except KeyboardInterrupt:
        if not timings:
            raise
        left = order.workloads[len(so_far().workloads) :]
        timings += [Timing(EVERYTHING, one, refused=INTERRUPTED) for one in left]
    return so_far()


def _lines(order: Order) -> Iterator[Any]:
    """Yield what the process tells, and what the next one does of what a killed one leaves."""
    done = 0
    with TemporaryFile("w+") as words, _process(order, words) as process:
        assert process.stdout is not None
        for line in process.stdout:
            found = json.loads(line)
            yield found
            done += isinstance(found, list)
        code = process.wait()
        words.seek(0)
        said = words.read().strip().rpartition("\n")[2]
    if code > 0:
        raise BackproofError(said.removeprefix("backproof: ") or "The measuring process gave up.")
    if code < 0 and done < len(order.workloads):
        yield [plain(_killed(order.workloads[done], -code))]
        yield from _lines(replace(order, workloads=order.workloads[done + 1 :]))


def _killed(workload: Workload, number: int) -> Timing:
    name = signal.Signals(number).name
    clause = f"the measuring process was killed by {name}; is there enough memory?"
    return Timing(EVERYTHING, workload, refused=clause)


@contextmanager
def _process(order: Order, words: IO[str]) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE, order.text()],
        stdout=subprocess.PIPE,
        stderr=words,
        text=True,
        env=environment_of(order.settings.threads),
    ) as process:
        try:
            yield process
        finally:
            process.kill()
