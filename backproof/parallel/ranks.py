"""The processes among which the examples are shared: started once, asked case after case."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
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
from backproof.trace import Trace

PATIENCE = 120.0  # seconds for the answer to one case
MOST = 64  # processes
TRAJECTORY = "trajectory of "


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
        return _together([load_file(answer) for answer in answers])

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


def _together(found: Sequence[Trace]) -> Run:
    """Join the layers of all shares; gradients and parameters are every process's own."""
    trace, trajectory = {}, {}
    for name, value in found[0].items():
        if name.startswith(TRAJECTORY):
            trajectory[name.removeprefix(TRAJECTORY)] = value
        elif name[0] in "ZA":
            trace[name] = np.concatenate([one[name] for one in found], axis=1)
        else:
            trace[name] = value
    return Run(trace, trajectory)


def weighted(parts: Sequence[Share], weights: Sequence[float]) -> list[Share]:
    """Return shares with other weights."""
    return [replace(part, weight=w) for part, w in zip(parts, weights, strict=True)]
