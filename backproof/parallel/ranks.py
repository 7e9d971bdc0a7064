"""The processes among which the examples are shared: started once, asked case after case."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from safetensors.numpy import load_file

from backproof.candidate import FailedError, Run
from backproof.case import Case, Inputs
from backproof.errors import BackproofError
from backproof.exchange import write_case
from backproof.parallel.shares import Share
from backproof.trace import Array, Trace

PATIENCE = 120.0  # seconds for the answer to one case
MOST = 64  # processes
TRAJECTORY = "trajectory of "  # before the name of what all steps have left


def refuse_impossible(ranks: int, device: str) -> None:
    """Raise BackproofError for a number of processes, or a device, that cannot be had here."""
    import torch
    import torch.distributed as dist

    if not 2 <= ranks <= MOST:
        raise BackproofError(
            f"--ddp {ranks} is not a number of processes that share examples: give 2 to {MOST}."
        )
    if not dist.is_available():
        raise BackproofError("This torch was built without torch.distributed: leave out --ddp.")
    if device not in ("cpu", "cuda"):
        raise BackproofError(f"--ddp runs on cpu or on cuda, and not on {device}.")
    if device == "cuda" and torch.cuda.device_count() < ranks:
        raise BackproofError(
            f"--ddp {ranks} wants a CUDA device for each process, and torch finds "
            f"{torch.cuda.device_count()}; use --device cpu."
        )


class Ranks:
    """So many processes; within a `with` they are there, and after it none is left."""

    def __init__(self, count: int, device: str = "cpu") -> None:
        """Start nothing yet."""
        self.count, self.device = count, device
        self._stack = ExitStack()
        self._processes: list[subprocess.Popen[str]] = []
        self._words: list[IO[str]] = []

    def __enter__(self) -> "Ranks":
        """Start them."""
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        alone = {"GLOO_SOCKET_IFNAME": "lo"} if Path("/sys/class/net/lo").exists() else {}
        for rank in range(self.count):
            words = self._stack.enter_context(tempfile.TemporaryFile("w+"))
            command = ("backproof.parallel.rank", str(rank), str(self.count), self.device)
            process = subprocess.Popen(
                [sys.executable, "-m", *command, str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                text=True,
                env=os.environ | alone,
            )
            self._stack.callback(_end, process)
            self._processes.append(process)
            self._words.append(words)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End them."""
        self._stack.close()

    def run(self, case: Case, inputs: Inputs, parts: Sequence[Share]) -> Run:
        """Return what they compute together, each of its share.

        Raises FailedError where one of them fails, or none answers within PATIENCE.
        """
        asked = self._folder / "case.safetensors"
        write_case(asked, case, inputs)
        answers = [self._folder / f"trace-{rank}.safetensors" for rank in range(self.count)]
        for process, share, answer in zip(self._processes, parts, answers, strict=True):
            order = {
                "case": str(asked),
                "share": asdict(share),
                "iterations": case.iterations,
                "trace": str(answer),
            }
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
            except OSError:
                break  # it has ended, and _await says so
        self._await()
        return together([load_file(answer) for answer in answers])

    def _await(self) -> None:
        """Wait until each has answered."""
        with selectors.DefaultSelector() as selector:
            for rank, process in enumerate(self._processes):
                assert process.stdout is not None
                selector.register(process.stdout, selectors.EVENT_READ, rank)
            while selector.get_map():
                ready = selector.select(PATIENCE)
                if not ready:
                    raise FailedError(f"none of its processes answered within {PATIENCE:g} s", True)
                for key, _ in ready:
                    if not self._processes[key.data].stdout.readline():
                        raise FailedError(self._why(key.data), True)
                    selector.unregister(key.fileobj)

    def _why(self, rank: int) -> str:
        """Return why a process ended."""
        code = self._processes[rank].wait()
        words = self._words[rank]
        words.seek(0)
        last = words.read().strip().rpartition("\n")[2]
        return f"process {rank} of {self.count} ended with exit code {code}: {last}"


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def together(found: Sequence[Trace]) -> Run:
    """Join the layers of all shares; of the rest, which each process has, take what is most apart.

    That is the array of the process that is farthest from the first: where one goes its own way,
    it is that one which is judged.
    """
    trace, trajectory = {}, {}
    for name in found[0]:
        each = [one[name] for one in found]
        if name.startswith(TRAJECTORY):
            trajectory[name.removeprefix(TRAJECTORY)] = _farthest(each)
        elif name[0] in "ZA":
            trace[name] = np.concatenate(each, axis=1)
        else:
            trace[name] = _farthest(each)
    return Run(trace, trajectory)


def _farthest(each: Sequence[Array]) -> Array:
    """Return the array that is farthest from the first, which it is itself where all are alike."""

    def distance(one: Array) -> float:
        with np.errstate(invalid="ignore"):
            apart = np.where(one == each[0], 0.0, np.abs(one - each[0]))
        return float(np.nan_to_num(apart, nan=np.inf).max(initial=0.0))

    return max(each, key=distance)
