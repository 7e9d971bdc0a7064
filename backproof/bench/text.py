"""What `backproof bench` prints."""

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from backproof.bench.crossing import sentences
from backproof.bench.result import Result
from backproof.bench.tables import Table, missing, tables
from backproof.report.lines import printable, short, write

LONGEST = 40  # characters of a cell
WIDEST = 400  # columns: a table is never folded, wherever it is printed to


def print_result(result: Result, console: Console) -> None:
    """Print tables, then what they say in words, then what is missing, then the machine."""
    console.width = max(console.width, WIDEST)
    for table in tables(result):
        write(console, table.title)
        console.print(_drawn(table))
        console.print()
    for line in sentences(result):
        write(console, line)
    lines = list(missing(result))
    if lines:
        write(console, "")
    for line in lines:
        write(console, line)
    write(console, "")
    write(console, conditions(result))


def conditions(result: Result) -> str:
    """Return how it was measured, in a sentence or two."""
    settings, found = result.settings, result.environment
    threads = "one thread" if settings.threads == 1 else f"{settings.threads} threads"
    cores = found.get("cores", "?")
    return (
        f"Medians of interleaved rounds in one process, {threads} for every implementation, each "
        f"warmed up for {settings.warm_up:g} s and judged before and after; "
        f"{found.get('cpu', 'unknown CPU')}, {cores} cores, load {found.get('load', '?')}, "
        f"numpy {found.get('numpy', '?')} ({found.get('blas', '?')}), "
        f"torch {found.get('torch', '?')}."
    )


def _drawn(table: Table) -> RichTable:
    drawn = RichTable(box=None, pad_edge=False)
    for k, name in enumerate(table.head):
        drawn.add_column(
            Text(short(printable(name), LONGEST)), justify="left" if k == 0 else "right"
        )
    for row, cells in enumerate(table.rows):
        styled = (
            Text(short(printable(cell), LONGEST), style="bold" if (row, k) in table.best else "")
            for k, cell in enumerate(cells)
        )
        drawn.add_row(*styled)
    return drawn
