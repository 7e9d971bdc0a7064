"""`backproof gate`.  Exit 0: green; 1: red; 2: something could not be judged."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from backproof.gate.baseline import Baseline
    from backproof.gate.gate import Gate
    from backproof.gate.outcome import Outcome
    from backproof.report.files import ReportFile

BASELINE, EXCUSES = Path("backproof-baseline.json"), Path("backproof-excuses.toml")
ROOM = "backproof.gate.report"


def gate(
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="A Python file or a notebook, as for backproof check; repeat it for more.  "
            "[default: the twins]",
            show_default=False,
        ),
    ] = None,
    command: Annotated[
        str | None, typer.Option("--cmd", help="A program in any language, judged by its trace.")
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help="Run this case only; repeat it for more.")
    ] = None,
    baseline: Annotated[
        Path, typer.Option(help="What this run is held against: a file to be committed.")
    ] = BASELINE,
    excuses: Annotated[
        Path, typer.Option(help="Known differences with their reasons, if there are any.")
    ] = EXCUSES,
    update: Annotated[
        bool, typer.Option("--update", help="Write this run into the baseline.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Worker processes.  [default: the number of cores]"
        ),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Write the outcome to this file as JSON.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="The same as JUnit XML, one test case a judgement.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="The same as Markdown.")] = None,
) -> int:
    """Hold networks against PyTorch, and this run against a baseline: green or red, for CI.

    Red on parity: something differs that no excuse covers, or an excuse is no longer needed. Red on
    sharpness: something is judged less sharply than the baseline says, or no longer.
    """
    from rich.console import Console

    from backproof.case import DTYPES
    from backproof.commands.progress import judged
    from backproof.commands.targets import targets_of
    from backproof.gate.baseline import found, read_baseline
    from backproof.gate.excuses import read_excuses
    from backproof.gate.gate import Gate, asked_of
    from backproof.gate.report.text import print_outcome
    from backproof.report.files import reserved
    from backproof.report.github import unheard
    from backproof.suite.request import Request
    from backproof.suite.tasks import plan

    targets = targets_of(target or [], command, "cpu", written=False)
    asked = asked_of([one.words for one in targets], case or [])
    held = Gate(str(baseline), read_baseline(baseline), asked, read_excuses(excuses))
    tasks = plan(targets, Request(tuple(case or ()), 0, DTYPES, 0))
    kept = {"baseline": baseline if update else None}
    paths = {"json": json, "junit": junit, "markdown": markdown}
    with reserved(kept, "backproof.gate") as kept_files, reserved(paths, ROOM) as files:
        report = judged(tasks, jobs or os.cpu_count() or 1)
        new = found(report)
        outcome = held.recordable(report, new) if update else held.judged(report, new)
        with unheard():
            print_outcome(outcome, Console())
        for file in files:
            file.write(outcome)
        _announce(outcome)
        for file in kept_files:
            _update(held, outcome, new, file)
    return outcome.exit_code


def _update(held: "Gate", outcome: "Outcome", new: "Baseline", file: "ReportFile") -> None:
    """Write the baseline and tell what changes, unless the run is none to be held against."""
    from rich.console import Console

    from backproof.gate.changes import changes
    from backproof.report.lines import write

    console = Console()
    if outcome.exit_code:
        write(console, f"{held.where} is left as it was: what it holds is to be right")
        return
    updated = held.updated(new)
    for line in changes(held.old, updated):
        write(console, line)
    file.write(updated)
    write(console, f"{held.where} is written: commit it")


def _announce(outcome: "Outcome") -> None:
    """Append to the summary of the step, and print annotations, where GitHub listens."""
    from backproof.gate.report.github import announce

    announce(outcome)
