"""Damaged inputs by the thousand, each read or refused with a sentence.

python -m parity_tests.mutated.run                                     2,000 of them
python -m parity_tests.mutated.run --number 50 --only record --seed 7

Exit code 1 where one ends in anything but a sentence; it is kept in a folder that is named.
"""

import os
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from backproof.commands.progress import progress
from backproof.errors import BackproofError
from parity_tests.mutated.damage import spoiled
from parity_tests.mutated.kinds import KINDS


@dataclass(frozen=True)
class Ending:
    """What came of one damaged file: "read", "refused" with a sentence, or "failed"."""

    kind: str
    outcome: str
    said: str
    data: bytes


def ended(kind: str, seed: int) -> Ending:
    """Damage a file of a kind in the way that the seed says, and read it."""
    source = random.Random(f"{kind} {seed}")
    data = spoiled(source.choice(KINDS[kind].sound()), source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / KINDS[kind].name
        path.write_bytes(data)
        try:
            KINDS[kind].read(path)
        except BackproofError as error:
            sentence = str(error)
            whole = bool(sentence.strip()) and "Traceback" not in sentence
            return Ending(kind, "refused" if whole else "failed", sentence, data)
        except Exception:
            return Ending(kind, "failed", traceback.format_exc(), data)
    return Ending(kind, "read", "", data)


def endings(kinds: Sequence[str], number: int, seed: int) -> Iterator[Ending]:
    """Yield what comes of `number` files, each kind with its share of them."""
    whole = sum(KINDS[kind].share for kind in kinds)
    names = [kind for kind in kinds for _ in range(round(number * KINDS[kind].share / whole))]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(ended, names, range(seed, seed + len(names)), chunksize=4)


def main(
    number: Annotated[int, typer.Option(help="How many.")] = 2000,
    only: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(KINDS)}.")] = None,
    seed: Annotated[int, typer.Option(help="Other damages.")] = 0,
) -> None:
    """Damage inputs, and read them."""
    counts: Counter[tuple[str, str]] = Counter()
    failed = []
    with progress("reading") as tell:
        for done, ending in enumerate(endings(only or list(KINDS), number, seed), 1):
            counts[ending.kind, ending.outcome] += 1
            failed += [ending] if ending.outcome == "failed" else []
            tell(done, number)
    for kind in dict.fromkeys(kind for kind, _ in counts):
        outcomes = "   ".join(f"{counts[kind, o]} {o}" for o in ("read", "refused", "failed"))
        typer.echo(f"{kind:9} {outcomes}")
    if failed:
        folder = Path(tempfile.mkdtemp(prefix="mutated-"))
        for n, ending in enumerate(failed):
            (folder / f"{n}-{KINDS[ending.kind].name}").write_bytes(ending.data)
            typer.echo(f"\n{n}-{KINDS[ending.kind].name}\n{ending.said}")
        typer.echo(f"kept in {folder}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    typer.run(main)
