"""`backproof compare`: two records set against each other, without torch."""

from pathlib import Path
from typing import Annotated

import typer


def compare(
    one: Annotated[Path, typer.Argument(metavar="A", help="A file of backproof record.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    json: Annotated[
        Path | None, typer.Option(help="Write the comparison to this file as JSON.")
    ] = None,
) -> int:
    """Compare two records, element by element, by their error bars: no torch, no network.

    Each against the reference that was recorded with it, and both against each other.
    """
    from rich.console import Console

    from backproof.records.comparing import compared
    from backproof.records.record import read_record
    from backproof.records.text import print_comparison
    from backproof.report.files import reserved
    from backproof.report.model import EXIT_CODES

    records = [read_record(path) for path in (one, other)]
    with reserved({"json": json}, "backproof.records") as files:
        comparison = compared(*records)
        print_comparison(comparison, records, Console())
        for file in files:
            file.write(comparison)
    return EXIT_CODES[comparison.verdict]
