"""Run all mutants, note what became of each, and write docs/mutation.md.

    python -m parity_tests.mutation.run        from the repository's root; goes on where it stopped

Exit code 0: every mutant is killed, or listed in survivors.toml with the reason why it is
equivalent.  1: some are not, or are listed and did not survive; they are printed.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from functools import cache, partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import typer

from parity_tests.mutation.mutants import MODULES, Mutant, mutants
from parity_tests.mutation.page import page
from parity_tests.mutation.survivors import superfluous, unexplained
from parity_tests.mutation.worker import TESTS, Outcome, outcome, warm

RESULTS = Path("build/mutants.jsonl")
PAGE = Path("docs/mutation.md")
JOBS = 2
PATIENCE = 10  # times what the tests take without a mutant: others may use the machine too


def every_mutant() -> list[Mutant]:
    return [
        mutant
        for module in MODULES
        for mutant in mutants(module, Path(f"impl_numpy/{module}.py").read_text())
    ]


@cache
def digest() -> str:
    """Return what changes with the text of the tests."""
    return sha256(b"".join(Path(test).read_bytes() for test in TESTS)).hexdigest()[:16]


class Results:
    """The outcomes so far, a line each.

    A mutant that survived is tried again when the tests have changed.  One that was killed is not:
    after taking tests away, remove the file to start over (`make clean` does).
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(exist_ok=True)
        lines = file.read_text().splitlines() if file.exists() else []
        self.rows = {row["key"]: row for row in map(json.loads, lines)}

    def get(self, mutant: Mutant) -> Outcome | None:
        row = self.rows.get(mutant.key)
        if row is None or (row["state"] == "survived" and row["tests"] != digest()):
            return None
        return Outcome(row["state"], row["by"])

    def put(self, mutant: Mutant, found: Outcome) -> None:
        row = {"key": mutant.key, "mutant": str(mutant), "tests": digest()} | asdict(found)
        self.rows[mutant.key] = row
        with self.file.open("a") as file:
            file.write(json.dumps(row) + "\n")


def run(todo: list[Mutant], seconds: float) -> Iterator[tuple[Mutant, Outcome]]:
    """Yield each mutant with its outcome, in the order in which they end."""
    with ProcessPoolExecutor(JOBS, mp_context=get_context("fork")) as pool:
        started = {
            pool.submit(partial(outcome, seconds=seconds), mutant): mutant for mutant in todo
        }
        for done in as_completed(started):
            yield started[done], done.result()


def patience() -> float:
    """Return how many seconds a mutant may take.

    Raises RuntimeError where the tests fail without any: they would kill everything.
    """
    start = time.perf_counter()
    found = outcome(None)
    if found.state != "survived":
        raise RuntimeError(f"{found.by} fails on the code as it is: mutants would prove nothing.")
    return PATIENCE * JOBS * (time.perf_counter() - start)


def main() -> int:
    os.environ["OMP_NUM_THREADS"] = "1"  # JOBS children at a time
    warm()
    results, everyone = Results(RESULTS), every_mutant()
    todo = [mutant for mutant in everyone if results.get(mutant) is None]
    typer.echo(f"{len(everyone)} mutants, {len(todo)} to run")
    if todo:
        for count, (mutant, found) in enumerate(run(todo, patience()), 1):
            results.put(mutant, found)
            if found.state == "survived" or count % 50 == 0:
                typer.echo(f"{count:5} of {len(todo)}   {found.state}   {mutant}")
    outcomes = {mutant: found for mutant in everyone if (found := results.get(mutant))}
    PAGE.write_text(page(outcomes))
    survived = [mutant for mutant, found in outcomes.items() if found.state == "survived"]
    complaints = [*unexplained(survived), *superfluous(survived)]
    for complaint in complaints:
        typer.echo(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
