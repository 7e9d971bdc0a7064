"""`backproof demo`: a small network as text, with a chosen mistake in it."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    name: Annotated[
        str,
        typer.Argument(
            help="A mistake that `backproof mistakes` marks with demo; right for none; random for "
            "one that the seed draws."
        ),
    ] = "right",
    output: Annotated[
        Path | None, typer.Option(help="A new file to write to.  [default: standard output]")
    ] = None,
    style: Annotated[
        str, typer.Option(help="functions, over a dictionary of parameters, or class.")
    ] = "functions",
    seed: Annotated[int, typer.Option(min=0, help="Seed that draws a random mistake.")] = 0,
) -> int:
    """Write a small network with a mistake in it, as an exercise: `backproof check` solves it."""
    from backproof.demo import exercise, write

    text = exercise(name, style, seed)
    if output is None:
        sys.stdout.write(text)
    else:
        write(text, output)
    return 0
