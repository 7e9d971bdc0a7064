"""Right code on many cases, in this process' own way of rounding: none may differ.

python -m parity_tests.machines.sweep --random 500 --built 100 --seed 1
"""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from typing import Annotated, NamedTuple

import typer

from backproof.candidate import Candidate
from backproof.case import Case
from backproof.cases import random_case
from backproof.commands.progress import progress
from backproof.judge import judge_case
from backproof.twins import numpy_candidate, torch_candidate
from parity_tests.machines.built import built_case

CASES = {"random": random_case, "built": built_case}


class Judged(NamedTuple):
    """What came of one case: verdicts given, the largest z, and what was said of what differs."""

    verdicts: int
    z: float
    complaints: tuple[str, ...]


def twins() -> list[Candidate]:
    return [numpy_candidate(), torch_candidate("cpu")]


def judged(kind: str, seed: int, number: int) -> Judged:
    """Judge both twins on one case in each precision."""
    return judged_case(CASES[kind](seed, number), seed, twins())


def judged_case(case: Case, seed: int, candidates: list[Candidate]) -> Judged:
    count, z, complaints = 0, 0.0, []
    for dtype in case.dtypes:
        for verdict in judge_case(case, dtype, seed, candidates).verdicts:
            found = verdict.all_findings
            count, z = count + 1, max(z, *(f.z for f in found))
            complaints += [
                f"{case.name} ({case.why}), {dtype}, {verdict.candidate}: {f.name} {f.reason} "
                f"z = {f.z:.2g}"
                for f in found
                if f.verdict == "differ"
            ]
    return Judged(count, z, tuple(complaints))


def swept(random: int, built: int, seed: int, jobs: int) -> Iterator[Judged]:
    """Yield what came of each case, in the order in which they end."""
    todo = [("random", n) for n in range(random)] + [("built", n) for n in range(built)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        started = [pool.submit(partial(judged, kind, seed, n)) for kind, n in todo]
        for done in as_completed(started):
            yield done.result()


def main(
    random: Annotated[int, typer.Option(help="Random networks.")] = 0,
    built: Annotated[int, typer.Option(help="Cases with large rounding errors.")] = 0,
    seed: int = 0,
    jobs: Annotated[int, typer.Option(min=1)] = os.cpu_count() or 1,
) -> None:
    """Judge both twins on many cases; exit 1 where right code differs."""
    verdicts, z, complaints = 0, 0.0, []
    with progress("judging") as tell:
        for done, one in enumerate(swept(random, built, seed, jobs), 1):
            tell(done, random + built)
            verdicts, z = verdicts + one.verdicts, max(z, one.z)
            complaints += one.complaints
    for complaint in complaints:
        typer.echo(complaint)
    typer.echo(f"{verdicts} verdicts, {len(complaints)} differ, largest z {z:.2g}")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    typer.run(main)
