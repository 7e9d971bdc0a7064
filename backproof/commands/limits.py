"""What a program that is judged may use here: shown, demanded, and said where it is not held."""

import sys

from backproof.errors import BackproofError

LEVELS = ("available", "strict")
WIDTH = 18  # characters of the first column


def see_to(isolation: str) -> None:
    """Find out what this machine can enforce, and say in one line what it cannot.

    Raises BackproofError for a word that is not in LEVELS; for "strict", where anything is open.
    """
    from backproof.candidate import walls

    if isolation not in LEVELS:
        raise BackproofError(f"There is no --isolation {isolation}: choose {' or '.join(LEVELS)}.")
    if isolation == "strict":
        walls.refuse_gaps()
    if gaps := walls.missing():
        print(f"backproof: {gaps}", file=sys.stderr)  # noqa: T201


def list_limits() -> int:
    """Print the limits and the walls, one a line; return the exit code."""
    from rich.console import Console

    from backproof.candidate import convention, spec, walls
    from backproof.candidate.sandbox import DEFAULT, amount
    from backproof.report.lines import write

    console = Console(highlight=False)
    seconds = f"{convention.LIMITS.seconds:g} s; {spec.LIMITS.seconds:g} s with trace(case)"
    rows = {
        "time": f"{seconds}, for all cases of a file",
        "memory": f"{amount(DEFAULT.memory)} besides NumPy and PyTorch",
        "processes": f"{DEFAULT.processes} at a time besides its own",
        "output": f"{amount(DEFAULT.output)} kept of what it prints",
        "written files": f"{amount(DEFAULT.file)} in all, {DEFAULT.files:,} of them",
    }
    rows |= {
        wall.name: f"held by {', '.join(wall.by)}" if wall.by else f"not held here: {wall.open}"
        for wall in walls.walls()
    }
    for name, words in rows.items():
        write(console, f"{name:<{WIDTH}}{words}")
    return 0
