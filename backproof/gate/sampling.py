"""Measurements, gathered from process after process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backproof.candidate.loading import read_source
from backproof.candidate.program import last_words
from backproof.candidate.reach import Reach, of_file
from backproof.candidate.sandbox import Limits, python_argv, run_limited
from backproof.candidate.scratch import scratch
from backproof.errors import BackproofError
from backproof.gate.measuring import Order

MODULE = "backproof.gate.measuring"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
SLOWEST = 300.0  # seconds that the process of somebody's file may take


def measured(order: Order) -> Iterator[dict[str, Any]]:
    """Yield what a fresh process measures, as soon as it has it.

    Raises BackproofError where the process comes to nothing.
    """
    yield from _of_a_file(order) if order.target else _of_the_twins(order)


def _of_the_twins(order: Order) -> Iterator[dict[str, Any]]:
    env = os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE, order.text()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                yield json.loads(line)
            _, words = process.communicate()
        finally:
            process.kill()
    if process.returncode:
        said = words.strip().rpartition("\n")[2]
        raise BackproofError(f"The process that measures ended by itself: {said or 'no word'}.")


def _of_a_file(order: Order) -> Iterator[dict[str, Any]]:
    """Measure somebody's file within limits: its code runs in that process."""
    argv = python_argv(MODULE, order.text())
    copies = [Path(place, order.target) for place in (order.base, order.head)]
    reach = sum((of_file(read_source(copy)) for copy in copies if copy.is_file()), Reach())
    with scratch() as folder:
        outcome = run_limited(argv, folder, Limits(seconds=SLOWEST), reach)
    if outcome.reason:
        raise BackproofError(f"{order.target} could not be timed: {last_words(outcome)}")
    for line in outcome.stdout.splitlines():
        yield json.loads(line)
