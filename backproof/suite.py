"""Many cases in worker processes: the parent stays free to show progress and to stop at once."""

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from backproof.candidate import SkippedError
from backproof.cases import TABLE, case_named, random_cases
from backproof.errors import BackproofError
from backproof.target import Target
from backproof.verdict import CaseReport


@dataclass(frozen=True)
class Task:
    """One case in one precision, for one target."""

    case: str
    dtype: str
    seed: int
    target: Target


def plan(names: list[str], random: int, dtypes: list[str], seed: int, target: Target) -> list[Task]:
    """Return the tasks of a run: the named cases, or the table, and `random` random cases.

    Raises BackproofError for an unknown case, or where no case is left in these precisions.
    """
    cases = [case_named(name) for name in names] if names or random else list(TABLE)
    cases += random_cases(seed, random)
    tasks = [Task(c.name, d, seed, target) for c in cases for d in dtypes if d in c.dtypes]
    if not tasks:
        raise BackproofError(
            f"None of the chosen cases is run in {' or '.join(dtypes)}: choose another --dtype."
        )
    return tasks


def run(tasks: list[Task]) -> Iterator[tuple[int, CaseReport]]:
    """Yield each task's number and report as soon as it is done.

    Raises BackproofError as the task did, or where a worker died.
    """
    workers = min(os.cpu_count() or 1, len(tasks), 8)
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    workspace = tempfile.TemporaryDirectory(prefix="backproof-")
    pool = ProcessPoolExecutor(workers, context, _start_worker, (workers, workspace.name))
    try:
        futures = {pool.submit(_judge, task): number for number, task in enumerate(tasks)}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise BackproofError(
            "A worker process died before its case was judged; is the machine out of memory? "
            "Run fewer cases at once with --case."
        ) from error
    finally:
        for child in multiprocessing.active_children():
            child.terminate()  # a worker has nothing to tidy up
        pool.shutdown(cancel_futures=True)
        workspace.cleanup()


def _start_worker(workers: int, workspace: str) -> None:
    """Die silently on Ctrl-C, share the cores, and keep files where the parent removes them."""
    tempfile.tempdir = workspace
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // workers))


def _judge(task: Task) -> CaseReport:
    from backproof.judge import judge_case

    case = case_named(task.case)
    try:
        report = judge_case(case, task.dtype, task.seed, task.target.candidates())
    except SkippedError as skipped:
        reason = str(skipped)
        report = CaseReport(case.name, case.why, task.dtype, task.seed, 0, [], skipped=reason)
    return replace(report, target=task.target.words)
