"""A thousand files in one call, a hundred of them hostile; then calls in which things go wrong.

python -m parity_tests.load.run                          1,000 files; 30 kills; 30 disks, as root
python -m parity_tests.load.run --number 40 --hostile 12 --kills 4 --disks 0

Exit code 1 where a file has another verdict than it should, or where anything is left behind.
"""

import random
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from parity_tests.load.disks import disk, fill, write_protect
from parity_tests.load.files import written
from parity_tests.load.runs import Ended, after, judged, one_below, the_judge

FEW = 8  # files of a call in which something is killed
JOBS = 2


def complaints(known: dict[str, str], ended: Ended, may_miss: int = 0) -> list[str]:
    """Return what is wrong with a call that ran to its end.

    may_miss  files that need no verdict, but then a sentence
    """
    wrong = [f"left behind: {what}" for what in ended.left]
    if ended.torn:
        wrong.append("half a report")
    missed = []
    for name, verdict in known.items():
        found = ended.verdicts.get(name, "nothing")
        if found == "cannot judge" and not ended.refusals[name].strip():
            wrong.append(f"{name}: cannot judge, and no sentence says why")
        if found != verdict:
            said = f"{name}: {found} instead of {verdict}: {ended.refusals.get(name, '')}"
            (missed if found == "cannot judge" else wrong).append(said)
    return wrong + (missed if len(missed) > may_miss else [])


def killed(seed: int) -> list[str]:
    """Kill the judge, or one process below it, at a random moment; return what is wrong."""
    source = random.Random(seed)
    whole = source.random() < 0.5
    kill = the_judge if whole else one_below(source)
    with tempfile.TemporaryDirectory() as folder:
        files, scratch = Path(folder) / "files", Path(folder) / "scratch"
        files.mkdir()
        scratch.mkdir()
        known = written(files, FEW, 0, seed)
        ended = judged(files, scratch, JOBS, after(source.uniform(0.5, 9.0), kill))
    if not whole:
        return complaints(known, ended, may_miss=1)
    return complaints({}, ended)


def spoilt(seed: int) -> list[str]:
    """Fill the disk, or let nothing be written any more, at a random moment; return what is wrong.

    A full disk holds the temporary folder and the report, one that is read only just the report.
    """
    source = random.Random(seed)
    full = source.random() < 0.5
    with tempfile.TemporaryDirectory() as folder, disk() as mounted:
        files, scratch = Path(folder) / "files", Path(folder) / "scratch"
        scratch = mounted / "scratch" if full else scratch
        files.mkdir()
        scratch.mkdir()
        known = written(files, FEW, 0, seed)
        spoil = partial(fill if full else write_protect, mounted)
        moment = after(source.uniform(0.0, 9.0), lambda _: spoil())
        ended = judged(files, scratch, JOBS, moment, mounted / "report.json")
    wrong = [f"a traceback: {ended.said[-300:]}"] if "Traceback" in ended.said else []
    if ended.verdicts:
        return wrong + complaints(known, ended, may_miss=len(known))
    if ended.code != 2 or not ended.said.startswith("backproof: "):
        wrong.append(f"no report, and exit code {ended.code} with: {ended.said[-300:]!r}")
    return wrong + complaints({}, ended)


def main(
    number: Annotated[int, typer.Option(help="Files.")] = 1000,
    hostile: Annotated[int, typer.Option(help="Of which so many are hostile.")] = 100,
    kills: Annotated[int, typer.Option(help="Calls in which something is killed.")] = 30,
    disks: Annotated[int, typer.Option(help="Calls in which a disk is full or read only.")] = 30,
    seed: Annotated[int, typer.Option(help="Of the files and of the moments.")] = 0,
) -> None:
    """Judge them, and say what is wrong."""
    wrong: list[str] = []
    if number:
        with tempfile.TemporaryDirectory() as folder:
            files, scratch = Path(folder) / "files", Path(folder) / "scratch"
            files.mkdir()
            scratch.mkdir()
            known = written(files, number, hostile, seed)
            ended = judged(files, scratch, JOBS)
            wrong += complaints(known, ended)
        counts = Counter(ended.verdicts.values())
        typer.echo(f"{number} files in {ended.seconds:.0f} s: {dict(sorted(counts.items()))}")
    for n in range(kills):
        found = killed(seed + n)
        typer.echo(f"kill {n + 1} of {kills}: {'; '.join(found) or 'nothing is left'}")
        wrong += found
    for n in range(disks):
        found = spoilt(seed + n)
        typer.echo(f"disk {n + 1} of {disks}: {'; '.join(found) or 'nothing is left'}")
        wrong += found
    typer.echo(f"{len(wrong)} complaints")
    for line in wrong:
        typer.echo(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
