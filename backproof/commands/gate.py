"""`backproof gate`.  Exit 0: green; 1: red; 2: something could not be judged."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backproof.commands.options import Cases, Command, Jobs, Markdown
from backproof.errors import BackproofError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backproof.gate.baseline import Baseline
    from backproof.gate.gate import Gate
    from backproof.gate.outcome import Outcome
    from backproof.gate.pace import Pace
    from backproof.gate.timing import Timing
    from backproof.report.files import ReportFile
    from backproof.suite.target import Target

BASELINE, EXCUSES = Path("backproof-baseline.json"), Path("backproof-excuses.toml")
ROOM, HISTORY = "backproof.gate.report", "backproof.gate.history"


def gate(
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="A Python file or a notebook, as for backproof check; repeat it for more.  "
            "[default: the twins]",
            show_default=False,
        ),
    ] = None,
    command: Command = None,
    case: Cases = None,
    baseline: Annotated[
        Path, typer.Option(help="What this run is held against: a file to be committed.")
    ] = BASELINE,
    excuses: Annotated[
        Path, typer.Option(help="Known differences with their reasons, if there are any.")
    ] = EXCUSES,
    update: Annotated[
        bool, typer.Option("--update", help="Write this run into the baseline.")
    ] = False,
    base: Annotated[
        str | None,
        typer.Option(help="A revision: nothing may have become slower since.", show_default=False),
    ] = None,
    limit: Annotated[
        str, typer.Option(help="By how much something may, with --base: at least 3%.")
    ] = "3%",
    budget: Annotated[
        float, typer.Option(min=1, help="Seconds of measuring in all, with --base.")
    ] = 120,
    strict: Annotated[
        bool, typer.Option("--strict", help="With --base: what stays undecided is red.")
    ] = False,
    history: Annotated[
        Path | None,
        typer.Option(help="A folder that keeps each run, and draws the trends.  (extra: html)"),
    ] = None,
    jobs: Jobs = None,
    json: Annotated[
        Path | None, typer.Option(help="Write the outcome to this file as JSON.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="The same as JUnit XML, one test case a judgement.")
    ] = None,
    markdown: Markdown = None,
) -> int:
    """Hold networks against PyTorch, and this run against a baseline: green or red, for CI.

    Red on parity: something differs that no excuse covers, or an excuse is no longer needed. Red on
    sharpness: something is judged less sharply than the baseline says, or no longer. Red on speed,
    with --base: something became slower than in that revision, beyond doubt.
    """
    from rich.console import Console

    from backproof.case import DTYPES
    from backproof.commands.progress import judged
    from backproof.commands.targets import targets_of
    from backproof.gate.baseline import found, read_baseline
    from backproof.gate.excuses import read_excuses
    from backproof.gate.gate import Gate, asked_of
    from backproof.gate.history import drawings
    from backproof.gate.report.text import print_outcome
    from backproof.report.files import reserved
    from backproof.report.github import unheard
    from backproof.suite.request import Request
    from backproof.suite.tasks import plan

    pace = _pace(base, limit, budget, strict, update)
    targets = targets_of(target or [], command, "cpu", written=False)
    asked = asked_of([one.words for one in targets], case or [])
    held = Gate(str(baseline), read_baseline(baseline), asked, read_excuses(excuses))
    tasks = plan(targets, Request(tuple(case or ()), 0, DTYPES, 0))
    kept = {"baseline": baseline if update else None}
    paths = {"json": json, "junit": junit, "markdown": markdown}
    with (
        reserved(kept, "backproof.gate") as kept_files,
        reserved(paths, ROOM) as files,
        reserved(drawings(history), HISTORY) as drawn,
    ):
        report = judged(tasks, jobs or os.cpu_count() or 1)
        new = found(report)
        outcome = held.recordable(report, new) if update else held.judged(report, new)
        timing, outcome = _paced(pace, outcome, targets) if pace else (None, outcome)
        if history:
            outcome = _kept(history, outcome, timing, drawn)
        with unheard():
            print_outcome(outcome, Console())
        for file in files:
            file.write(outcome)
        _announce(outcome)
        for file in kept_files:
            _update(held, outcome, new, file)
    return outcome.exit_code


def _pace(base: str | None, limit: str, budget: float, strict: bool, update: bool) -> "Pace | None":
    """Return how speed is to be judged; None where it is not."""
    from backproof.gate.pace import Pace, limit_of

    share = limit_of(limit)
    if base is None:
        if strict:
            raise BackproofError("--strict is about speed: give a revision with --base too.")
        return None
    if update:
        raise BackproofError(
            "--update writes no times, for those of another day say nothing: leave out --base."
        )
    pace = Pace(base, share, budget, strict)
    pace.refuse_unknown_base()
    return pace


def _paced(
    pace: "Pace", outcome: "Outcome", targets: "Sequence[Target]"
) -> "tuple[Timing | None, Outcome]":
    """Return the outcome with the judgement on speed; what is wrong is not timed."""
    from backproof.commands.progress import progress
    from backproof.gate.judgement import RED
    from backproof.gate.pace import not_measured

    if outcome.judgements[0].verdict == RED:
        return None, outcome.with_judgement(not_measured())
    with progress("timing") as tell:
        timing, judgement = pace.judged(targets, tell)
    return timing, outcome.with_judgement(judgement)


def _kept(
    folder: Path, outcome: "Outcome", timing: "Timing | None", drawn: "Sequence[ReportFile]"
) -> "Outcome":
    """Keep the run in the history, draw that, and return the outcome with what is to be said."""
    from backproof.gate.history import append, run_of, runs_in
    from backproof.gate.revisions import revision_of

    append(folder, run_of(outcome, timing, revision_of(Path.cwd())))
    runs, notes = runs_in(folder)
    for file in drawn:
        file.write(runs)
    return outcome.with_notes(notes)


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
