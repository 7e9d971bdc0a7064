"""`backproof bench`.  Exit 0: measured; 1: something was refused a time; 2: nothing could be."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from backproof.bench.order import Order
    from backproof.bench.result import Result

ROOM = "backproof.bench.report"


def bench(
    full: Annotated[
        bool,
        typer.Option(
            "--full/--quick", help="Every size and kind, compiled modes too; or under a minute."
        ),
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads of every implementation.")] = 1,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Only workloads with this in their names, as '2-4-1'; repeat it for more.",
            show_default=False,
        ),
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            help="A Python file with more IMPLEMENTATIONS, as benchmarks/peers.py; repeat it.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Write this file as pytest-benchmark does, and more.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="The same as one HTML page with pictures.  (extra: bench)"),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(help="A folder for the pictures, SVG and PNG.  (extra: bench)"),
    ] = None,
) -> int:
    """Time NumPy and PyTorch, forward, backward and step, where each is judged right first.

    Where the lines cross, in words; how near each is to the matrix products alone; its memory.
    """
    from rich.console import Console

    from backproof.bench.order import Order
    from backproof.bench.result import Settings, thorough
    from backproof.bench.text import print_result
    from backproof.bench.workload import chosen, quick
    from backproof.bench.workload import full as everything
    from backproof.report.files import reserved

    if pictures is not None:
        from backproof.bench.folder import save_all, usable_folder

        usable_folder(pictures)
    workloads = chosen(everything() if full else quick(), only or [])
    settings = thorough(threads) if full else Settings(threads)
    order = Order(tuple(workloads), settings, tuple(str(path) for path in also or ()))
    with reserved({"json": json, "html": html}, ROOM) as files:
        result = _measured(order)
        print_result(result, Console())
        for file in files:
            file.write(result)
    if pictures is not None:
        save_all(result, pictures)
    return int(any(timing.refused for timing in result.timings))


def _measured(order: "Order") -> "Result":
    from backproof.bench.sampling import result_of
    from backproof.commands.progress import progress

    with progress("measuring") as tell:
        tell(0, len(order.workloads))
        return result_of(order, lambda found: tell(len(found.workloads), len(order.workloads)))
