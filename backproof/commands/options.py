"""Options that several commands have, each with the same words."""

from pathlib import Path
from typing import Annotated

import typer

Command = Annotated[
    str | None, typer.Option("--cmd", help="A program in any language, judged by its trace.")
]
Cases = Annotated[list[str] | None, typer.Option(help="Run this case only; repeat it for more.")]
Dtypes = Annotated[
    list[str] | None,
    typer.Option(help="float64 or float32; repeat it for both.  [default: both]"),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random number.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, help="Worker processes.  [default: the number of cores]"),
]
Isolation = Annotated[
    str,
    typer.Option(
        help="available: judge a program behind the walls that this machine has; strict: judge "
        "none unless it has all of them (--list-limits)."
    ),
]
Markdown = Annotated[Path | None, typer.Option(help="The same as Markdown.")]
