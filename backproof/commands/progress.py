"""Progress on standard error, while something long goes on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from backproof.report.model import Report
    from backproof.suite.tasks import Task


def judged(tasks: "Sequence[Task]", jobs: int) -> "Report":
    """Judge some tasks, and show how far that is."""
    from backproof.report.model import Report
    from backproof.suite.tasks import gathered, run

    found = {}
    with progress_bar() as progress:
        bar = progress.add_task("judging", total=len(tasks))
        progress.refresh()
        for number, part in run(tasks, jobs):
            found[number] = part
            progress.update(bar, advance=1, refresh=True)
    return Report(gathered(tasks, found))


def progress_bar() -> "Progress":
    """Return a progress bar on standard error, without a thread of its own; none off a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    errors = Console(stderr=True)
    return Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
        auto_refresh=False,
    )
