"""Progress on standard error, while something long goes on."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from backproof.report.model import Report
    from backproof.suite.tasks import Task

Tell = Callable[[int, int], None]  # how many are done, and of how many
PAUSE = 30.0  # seconds between two lines


def judged(tasks: "Sequence[Task]", jobs: int) -> "Report":
    """Judge some tasks, and show how far that is."""
    from backproof.report.model import Report
    from backproof.suite.tasks import gathered, run

    found = {}
    with progress("judging") as tell:
        tell(0, len(tasks))
        for number, part in run(tasks, jobs):
            found[number] = part
            tell(len(found), len(tasks))
    return Report(gathered(tasks, found))


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """Show how much of something long is done, to whoever is told: a bar on a terminal.

    Elsewhere a line, such as "timing: 12 of 111", not more often than every PAUSE seconds.
    """
    from rich.console import Console

    errors = Console(stderr=True)
    if errors.is_terminal:
        with _bar(what, errors) as tell:
            yield tell
    else:
        yield _lines(what, errors)


@contextmanager
def _bar(what: str, console: "Console") -> Iterator[Tell]:
    """Show a bar, without a thread of its own."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
    ) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total, refresh=True)


def _lines(what: str, console: "Console") -> Tell:
    """Return what prints a line now and then."""
    said = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal said
        if done < total and time.monotonic() - said >= PAUSE:
            said = time.monotonic()
            console.print(f"{what}: {done} of {total}")

    return tell
