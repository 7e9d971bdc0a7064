"""The command line.  Exit 0: agree; 1: differ or undecided; 2: could not judge."""

import contextlib
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backproof.commands.bench import bench
from backproof.commands.compare import compare
from backproof.commands.demo import demo
from backproof.commands.gate import gate
from backproof.commands.record import record
from backproof.errors import BackproofError

if TYPE_CHECKING:
    from rich.progress import Progress

    from backproof.report.model import Report
    from backproof.suite.target import Target
    from backproof.suite.tasks import Task

INTERRUPTED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Is this hand-written neural-network mathematics right?  Compared with PyTorch, each "
    "number by its own error bar.",
)


@app.command()
def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="Python files or notebooks, my_net.py:Net for one network of a file, or "
            "package.module:Net; without any, the twins.",
            show_default=False,
        ),
    ] = None,
    command: Annotated[
        str | None, typer.Option("--cmd", help="A program in any language, judged by its trace.")
    ] = None,
    dtype: Annotated[
        list[str] | None,
        typer.Option(help="float64 or float32; repeat it for both.  [default: both]"),
    ] = None,
    device: Annotated[
        str, typer.Option(help="Where the PyTorch twin runs: cpu, cuda, cuda:1, ...")
    ] = "cpu",
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random number.")] = 0,
    cases: Annotated[
        int, typer.Option(min=0, help="Run this many random cases instead of the table.")
    ] = 0,
    case: Annotated[
        list[str] | None, typer.Option(help="Run this case only; repeat it for more.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Worker processes.  [default: the number of cores]"
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="List the cases, with their reasons, and stop.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option(help="Write the report to this file as JSON.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="The same as JUnit XML, one test case an array.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="The same as Markdown.")] = None,
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
    from backproof.case import refuse_unknown_dtypes
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
    chosen = _targets(targets or [], command, device, written=any(paths.values()))
    if gradescope is not None:
        from backproof.report.gradescope import refuse_several

        refuse_several(len(chosen))
    return _run(plan(chosen, request), jobs or os.cpu_count() or 1, paths)


@app.command()
def schema() -> int:
    """Print the JSON Schema of what --json writes."""
    from importlib.resources import files

    text = files("backproof.report").joinpath("schema.json").read_text("utf-8")
    print(text, end="")  # noqa: T201
    return 0


@app.command()
def mistakes() -> int:
    """List the mistakes that are known by name."""
    from rich.console import Console

    from backproof.mistakes.page import table
    from backproof.report.lines import write

    for line in table():
        write(Console(), line)
    return 0


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A mistake that `backproof mistakes` lists.")],
) -> int:
    """Tell one mistake: the right formula, the wrong one, and where it was seen."""
    from rich.console import Console

    from backproof.mistakes import mistake_named
    from backproof.mistakes.page import told
    from backproof.report.lines import write

    for line in told(mistake_named(name)):
        write(Console(), line)
    return 0


for _command in (bench, demo, gate, record, compare):
    app.command()(_command)


def _targets(
    words: list[str], command: str | None, device: str, *, written: bool
) -> "Sequence[Target]":
    """Return what is to be judged; `written`: what is not there is a line of a report as well."""
    from backproof.suite.target import Program, Twins

    if words and command is not None:
        raise BackproofError(f"Give either the file {words[0]} or --cmd, not both.")
    if not words and command is None:
        return [Twins(device)]
    if device != "cpu":
        raise BackproofError(
            f"--device {device} is where the PyTorch twin runs; leave it out for your own code."
        )
    if command is not None:
        from backproof.candidate.program import command_candidate

        command_candidate(command)  # so that a program that is not there is said at once
        return [Program(command)]
    return list(_files(words, alone=len(words) == 1 and not written).values())


def _files(words: list[str], *, alone: bool) -> "dict[tuple[Path | str, str], Target]":
    """Return a target for each word, once where several mean the same.

    Raises BackproofError where the only word, `alone`, names nothing.
    """
    from backproof.suite.address import located
    from backproof.suite.target import Nowhere, PythonFile

    files: dict[tuple[Path | str, str], Target] = {}
    for word in words:
        quoted = shlex.quote(word)
        try:
            path, name = located(word)
        except BackproofError as error:
            if alone:
                raise
            files.setdefault((word, ""), Nowhere(quoted, str(error)))
        else:
            files.setdefault((path.resolve(), name), PythonFile(quoted, path, name))
    return files


def _list_cases() -> int:
    from rich.console import Console

    from backproof.cases import TABLE

    console = Console(highlight=False)
    for case in TABLE:
        console.print(f"[bold]{case.name:<18}[/] {case.why}", soft_wrap=True)
    return 0


def _run(tasks: "Sequence[Task]", jobs: int, paths: "Mapping[str, Path | None]") -> int:
    from rich.console import Console

    from backproof.report.files import reserved
    from backproof.report.github import announce, unheard
    from backproof.report.text import print_report

    with reserved(paths) as files:
        report = _judged(tasks, jobs)
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


def _judged(tasks: "Sequence[Task]", jobs: int) -> "Report":
    from backproof.report.model import Report
    from backproof.suite.tasks import gathered, run

    found = {}
    with _progress() as progress:
        bar = progress.add_task("judging", total=len(tasks))
        progress.refresh()
        for number, part in run(tasks, jobs):
            found[number] = part
            progress.update(bar, advance=1, refresh=True)
    return Report(gathered(tasks, found))


def _progress() -> "Progress":
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


def main() -> None:
    """Run the command line; every error is one sentence and exit code 2."""
    if sys.stdout is None:  # closed by the caller, who wants the exit code only
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except BackproofError as error:
        code = _complain(str(error))
    except typer.TyperException as error:
        code = _complain(error.format_message())
    except OSError as error:
        code = _complain(f"Cannot write the output: {error.strerror}.")
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except SystemExit:  # so says rich when nobody reads its output any more
        code = _stop_writing()
    if code == INTERRUPTED:
        code = _complain("Interrupted: nothing was judged and nothing was written.")
    sys.exit(code)


def _complain(sentence: str) -> int:
    if sentence:
        print(f"backproof: {sentence}", file=sys.stderr)  # noqa: T201
    return _stop_writing()


def _stop_writing() -> int:
    """Drop what standard output could not take, so that Python does not complain at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2
