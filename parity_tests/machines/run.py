"""The matrix: the sweep and the tests, on this machine as if it were others.

python -m parity_tests.machines.run                    all rows, from the repository's root
python -m parity_tests.machines.run --tests parity_tests/test_parity.py --random 20 --built 5

A row that this processor cannot run, or that rounds like one before it, is skipped by name.
Exit code 0: nothing failed.  1: something did; what it said stands below the table.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from parity_tests.machines.fingerprint import fingerprint_under
from parity_tests.machines.rows import ROWS, Row

SUITE = ["parity_tests", "benchmarks"]
TAIL = 40  # lines of what failed


@dataclass(frozen=True)
class Outcome:
    """A row's end: in words, and what was printed where it failed."""

    row: str
    sweep: str
    tests: str
    seconds: float
    failed: str = ""


def ran(command: list[str], environment: Mapping[str, str]) -> tuple[str, str]:
    """Run a command; return the last line it printed, and its end where it failed.

    One that was killed has often printed nothing: how it ended is said too, so it never passes.
    """
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()] or [""]
    if not done.returncode:
        return lines[-1].strip(" ="), ""
    ended = f"{' '.join(command)}: exit code {done.returncode}"
    return lines[-1].strip(" =") or ended, "\n".join([*lines[-TAIL:], ended])


def outcome(row: Row, sweep: list[str], tests: list[str]) -> Outcome:
    start = time.monotonic()
    swept, differs = ran(["parity_tests.machines.sweep", *sweep], row.environment)
    one_thread = {"OMP_NUM_THREADS": "1"}  # two processes of pytest share the cores
    tested, fails = "none", ""
    if tests:
        command = ["pytest", "-n", "2", "-q", *tests]
        tested, fails = ran(command, one_thread | dict(row.environment))
    tested = re.sub(r" in [\d.]+s.*", "", tested)
    return Outcome(row.name, swept, tested, time.monotonic() - start, differs + fails)


def skipped(row: Row, seen: dict[str, str]) -> Outcome | None:
    """Return the end of a row that need not, or cannot, be run; None for one to be run.

    seen  fingerprint -> the row that had it first; a new one is added
    """
    try:
        found = fingerprint_under(row)
    except RuntimeError as error:
        return Outcome(row.name, "no fingerprint", "", 0, str(error))
    if found is None:
        return Outcome(row.name, "skipped: not on this processor", "", 0)
    if found in seen:
        return Outcome(row.name, f"skipped: rounds as {seen[found]}", "", 0)
    seen[found] = row.name
    return None


def main(
    tests: Annotated[list[str] | None, typer.Option(help="Test files; the whole suite.")] = None,
    random: Annotated[int, typer.Option(help="Random networks a row.")] = 1250,
    built: Annotated[int, typer.Option(help="Cases with large rounding errors a row.")] = 650,
    seed: Annotated[int, typer.Option(help="Of the first row; the next has the next.")] = 1,
) -> None:
    """Run every row of the matrix that rounds in a way of its own."""
    console, seen, outcomes = Console(), dict[str, str](), list[Outcome]()
    for number, row in enumerate(ROWS, 1):
        console.print(f"{number} of {len(ROWS)}   {row.name}", highlight=False)
        one = skipped(row, seen)
        if one is None:
            sweep = f"--random {random} --built {built} --seed {seed + len(seen) - 1}".split()
            one = outcome(row, sweep, SUITE if tests is None else tests)
        outcomes.append(one)
        console.print(f"          {one.sweep}   {one.tests}", highlight=False, markup=False)
    console.print(table(outcomes))
    for one in outcomes:
        if one.failed:
            console.print(f"\n{one.row}\n{one.failed}", markup=False, highlight=False)
    sys.exit(1 if any(one.failed for one in outcomes) else 0)


def table(outcomes: list[Outcome]) -> Table:
    shown = Table("row", "right code", "tests", "minutes", box=None)
    for one in outcomes:
        minutes = f"{one.seconds / 60:.1f}" if one.seconds else ""
        shown.add_row(one.row, one.sweep, one.tests, minutes)
    return shown


if __name__ == "__main__":
    typer.run(main)
