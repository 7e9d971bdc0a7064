"""`backproof check`.  Exit 0: agree; 1: differ or undecided; 2: could not judge."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backproof.commands.limits import list_limits, see_to
from backproof.commands.options import Cases, Command, Dtypes, Isolation, Jobs, Markdown, Seed
from backproof.errors import BackproofError

if TYPE_CHECKING:
    from backproof.suite.tasks import Task


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="Python files or notebooks, my_net.py:Net for one network of a file, or "
            "package.module:Net; without any, the twins.",
            show_default=False,
        ),
    ] = None,
    command: Command = None,
    dtype: Dtypes = None,
    device: Annotated[
        str, typer.Option(help="Where the PyTorch twin runs: cpu, cuda, cuda:1, ...")
    ] = "cpu",
    ddp: Annotated[
        int | None,
        typer.Option(
            help="Judge the PyTorch twin under DistributedDataParallel, on so many processes.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    cases: Annotated[
        int, typer.Option(min=0, help="Run this many random cases instead of the table.")
    ] = 0,
    case: Cases = None,
    jobs: Jobs = None,
    show: Annotated[
        bool, typer.Option("--list", help="List the cases, with their reasons, and stop.")
    ] = False,
    limits: Annotated[
        bool,
        typer.Option("--list-limits", help="List what a program that is judged may use, and stop."),
    ] = False,
    isolation: Isolation = "available",
    json: Annotated[
        Path | None, typer.Option(help="Write the report to this file as JSON.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="The same as JUnit XML, one test case an array.")
    ] = None,
    markdown: Markdown = None,
    html: Annotated[
        Path | None,
        typer.Option(help="The same as one HTML page, with pictures.  (extra: html)"),
    ] = None,
    gradescope: Annotated[
        Path | None, typer.Option(help="The score of one submission, as Gradescope's results.json.")
    ] = None,
) -> int:
    """Compare networks with PyTorch, element by element: one verdict a file.

    Without a file: the NumPy network and its PyTorch twin, in forward outputs, cost, gradients,
    updates and training trajectories, on the notebook's networks, on edge cases and on real data.
    """
    if show:
        return _list_cases()
    if limits:
        return list_limits()
    from backproof.case import refuse_unknown_dtypes
    from backproof.commands.targets import targets_of
    from backproof.suite.request import Request
    from backproof.suite.tasks import plan

    dtypes = refuse_unknown_dtypes(dtype or [])
    request = Request(tuple(case or ()), cases, tuple(dtypes), seed, pictured=html is not None)
    paths = {
        "json": json,
        "junit": junit,
        "markdown": markdown,
        "html": html,
        "gradescope": gradescope,
    }
    chosen = targets_of(targets or [], command, device, ddp, written=any(paths.values()))
    if targets or command is not None:
        see_to(isolation)
    if gradescope is not None:
        from backproof.report.gradescope import refuse_several

        refuse_several(len(chosen))
    if not targets:
        _say(request.left_out)
    return _run(plan(chosen, request), jobs or os.cpu_count() or 1, paths)


def _say(sentence: str) -> None:
    from rich.console import Console

    if sentence:
        Console(highlight=False, markup=False).print(f"{sentence}\n", soft_wrap=True)


def _list_cases() -> int:
    from rich.console import Console

    from backproof.cases import TABLE

    console = Console(highlight=False)
    for case in TABLE:
        console.print(f"[bold]{case.name:<18}[/] {case.why}", soft_wrap=True)
    return 0


def _run(tasks: "Sequence[Task]", jobs: int, paths: "Mapping[str, Path | None]") -> int:
    from rich.console import Console

    from backproof.commands.progress import judged
    from backproof.report.files import reserved
    from backproof.report.github import announce, unheard
    from backproof.report.text import print_report

    with reserved(paths) as files:
        report = judged(tasks, jobs)
        refused = report.targets[0].refused if len(report.targets) == 1 else ""
        if not refused:
            with unheard():
                print_report(report, Console())
        for file in files:
            file.write(report)
    announce(report)
    if refused:
        raise BackproofError(refused)
    return report.exit_code
