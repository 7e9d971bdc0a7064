"""A process that is killed while it writes a baseline: `python writer.py FOLDER KIND NUMBER SEED`.

KIND is "steps": a child writes and is killed before its first step, then one before its second, and
so on to its last; or "moments": NUMBER children are killed at random moments.  A step is a piece of
the text, or a call that puts the file in its place.  After each child, a line: what the file then
holds, "old", "new" or whatever else.
"""

import contextlib
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from backproof.gate.baseline import Baseline, Entry, read_baseline, rendered
from backproof.gate.judgement import Place
from backproof.report.files import reserved

NAME = "baseline.json"
PIECE = 150  # bytes


def baseline(date: str) -> Baseline:
    case = Place("twins", "ragged", "float64")
    place = case._replace(candidate="impl_numpy")
    entries = {place._replace(array=f"W{n}"): Entry("agree", 0.5, 1e-14) for n in range(100)}
    return Baseline(date, {"numpy": "2"}, {case: {"m": "3"}}, entries)


class Slow:
    """A file that is written piece by piece, with a step before each."""

    def __init__(self, file: Any, step: Callable[[], None]) -> None:
        self.file, self.step = file, step

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            self.step()
            self.file.write(data[start : start + PIECE])
            self.file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def slow_down(step: Callable[[], None]) -> None:
    """Put a step before everything that touches the disk."""
    opened = Path.open

    @contextlib.contextmanager
    def slowly(path: Path, *words: Any, **named: Any) -> Iterator[Slow]:
        with opened(path, *words, **named) as file:
            yield Slow(file, step)

    def before(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def later(*words: Any, **named: Any) -> Any:
            step()
            return real(*words, **named)

        setattr(owner, name, later)

    Path.open = slowly  # type: ignore[method-assign, assignment]
    for owner, name in ((os, "fsync"), (os, "open"), (Path, "chmod"), (Path, "replace")):
        before(owner, name)


def write(folder: Path, step: Callable[[], None]) -> None:
    slow_down(step)
    with reserved({"baseline": folder / NAME}, "backproof.gate") as (file,):
        file.write(baseline("new"))


def child_at_step(folder: Path, last: int) -> int:
    """Fork a child that kills itself before a step; return how it ended."""
    pid = os.fork()
    if pid == 0:
        left = iter(range(last))

        def step() -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        write(folder, step)
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def child_at_moment(folder: Path, delay: float | None) -> int:
    """Fork a child, and kill it after so many seconds, or never; return how it ended."""
    pid = os.fork()
    if pid == 0:
        write(folder, lambda: time.sleep(0.0003))
        os._exit(0)
    if delay is not None:
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def duration(folder: Path) -> float:
    """Return how long a child takes that is not killed, in seconds: the median of five."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        child_at_moment(folder, None)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def tell(folder: Path, old: str) -> None:
    """Print what the file holds; then put the old one back."""
    path = folder / NAME
    text = path.read_text("utf-8")
    known = {old: "old", rendered(baseline("new")): "new"}
    assert read_baseline(path) is not None
    print(known.get(text, "torn"), flush=True)  # noqa: T201
    path.write_text(old, "utf-8")


def main(folder: Path, kind: str, number: int, seed: int) -> None:
    old = rendered(baseline("old"))
    (folder / NAME).write_text(old, "utf-8")
    rng = random.Random(seed)
    whole = duration(folder) if kind == "moments" else 0.0
    (folder / NAME).write_text(old, "utf-8")
    for n in range(number):
        if kind == "steps":
            ended = child_at_step(folder, n)
        else:
            ended = child_at_moment(folder, rng.uniform(0, 1.5 * whole))
        tell(folder, old)
        if kind == "steps" and ended == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
