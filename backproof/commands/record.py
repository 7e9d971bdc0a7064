"""`backproof record`: the traces of a target in a file, to be compared later without torch."""

from pathlib import Path
from typing import Annotated

import typer

from backproof.commands.options import Command, Dtypes, Seed
from backproof.errors import BackproofError

TWIN_NAMES = ("numpy", "torch")


def record(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    cases: Annotated[
        list[str] | None,
        typer.Argument(help="Cases; without any, all of the table.", show_default=False),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="A Python file with trace(case).  [default: the twins]")
    ] = None,
    command: Command = None,
    twin: Annotated[
        str, typer.Option(help="One of the twins only: numpy or torch.", show_default=False)
    ] = "",
    dtype: Dtypes = None,
    seed: Seed = 0,
) -> int:
    """Write down what a network computes, and what is expected of it with error bars.

    The first iteration of each case. `backproof compare` sets two such files against each other, on
    any machine, without torch and without the network.
    """
    from rich.console import Console

    from backproof.case import refuse_unknown_dtypes
    from backproof.commands.targets import targets_of
    from backproof.report.files import reserved
    from backproof.report.lines import count, write
    from backproof.suite.request import Request

    if twin and (twin not in TWIN_NAMES or target or command):
        raise BackproofError("--twin is numpy or torch, and goes with no --target and no --cmd.")
    (chosen,) = targets_of([target] if target else [], command, "cpu", written=False)
    request = Request(tuple(cases or ()), 0, tuple(refuse_unknown_dtypes(dtype or [])), seed)
    request.questions()
    with reserved({"record": output}, "backproof.records") as (file,):
        from backproof.records.taking import taken

        found, failed = taken(chosen, request, twin)
        file.write(found)
    console = Console()
    for why, number in failed.items():
        write(console, f"{count(number, 'run')} not recorded of {why}")
    arrays = sum(len(run.actual) for run in found.runs)
    write(console, f"{count(len(found.runs), 'run')}, {count(arrays, 'array')}: {output}")
    return 0
