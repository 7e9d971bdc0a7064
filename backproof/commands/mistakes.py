"""`backproof mistakes` and `backproof explain`."""

from typing import Annotated

import typer


def mistakes() -> int:
    """List the mistakes that are known by name."""
    from rich.console import Console

    from backproof.mistakes.page import table
    from backproof.report.lines import write

    for line in table():
        write(Console(), line)
    return 0


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
