"""Everything that needs a CUDA device, in one go: `make cuda`.

python -m parity_tests.on_cuda.run FOLDER              on a machine that has one
python -m parity_tests.on_cuda.run FOLDER --dry        here, with the CPU in its place
python -m parity_tests.on_cuda.run FOLDER --only speed

It runs from the source tree, on a machine where nothing is installed but what STEPS need.  Each
step is a process with a limit; it writes what it finds the moment it is there, and the next one
comes whatever became of it.  FOLDER then has at most eight files, for parity_tests.on_cuda.page.
Exit code 0: all went well.  1: a step failed, or ran out of time; each is named at the end.
2: nothing can be run here.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

ROOT = Path(__file__).parents[2]
STAND_IN = Path(__file__).parent / "stand_in"
TAIL = 60  # lines that are kept of what a step printed


@dataclass(frozen=True)
class Step:
    """A part of the run: `python -m command`, and seconds at most; FOLDER is the folder."""

    name: str
    command: str
    limit: int


STEPS = (
    Step("machine", "parity_tests.on_cuda.machine FOLDER/machine.json", 30),
    Step(
        "tests",
        "pytest -m cuda -n WORKERS -q -ra -W default -p no:cacheprovider "
        "--junitxml=FOLDER/tests.xml parity_tests/test_cuda.py parity_tests/test_modes.py",
        120,
    ),
    Step("check", "backproof check --device cuda --jobs JOBS --json FOLDER/check.json", 60),
    Step("bars", "parity_tests.on_cuda.bars FOLDER/bars.json", 100),
    Step("speed", "parity_tests.on_cuda.speed FOLDER/speed.json", 215),
    Step("random", "backproof check --device cuda --jobs JOBS --cases CASES --seed 1", 60),
)
PATIENT = 6  # times the limit where the CPU stands in, which may have other things to do
SIZES = {"CASES": "500", "WORKERS": "4", "JOBS": "8"}  # each process keeps a context there
WHEN_DRY = {"CASES": "20", "WORKERS": "0", "JOBS": "2"}


@dataclass(frozen=True)
class Outcome:
    """What became of a step; code: its exit code, None where its time was up."""

    name: str
    command: str
    code: int | None
    seconds: float
    tail: list[str]

    @property
    def words(self) -> str:
        """Return "done", or what went wrong."""
        if self.code is None:
            return "its time was up"
        return f"exit code {self.code}" if self.code else "done"


def environment(dry: bool) -> dict[str, str]:
    """Return the variables under which a step runs."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    found = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if dry:
        paths.insert(0, str(STAND_IN))
        found["BACKPROOF_CUDA_IS_DRY"] = "1"
    return os.environ | found | {"PYTHONPATH": os.pathsep.join(paths)}


def ran(step: Step, folder: Path, dry: bool) -> Outcome:
    """Run a step; whatever becomes of it, say so."""
    began, variables = time.monotonic(), environment(dry)
    words = {"FOLDER": str(folder)} | (WHEN_DRY if dry else SIZES)
    command = re.sub("|".join(words), lambda found: words[found[0]], step.command)
    with (folder / "log.txt").open("a+", encoding="utf-8") as out:
        out.write(f"\n=== {step.name}: python -m {command}\n")
        out.flush()
        start = out.tell()
        code = ended(command.split(), variables, out, step.limit * (PATIENT if dry else 1))
        out.seek(start)
        tail = out.read().splitlines()[-TAIL:]
    return Outcome(step.name, command, code, round(time.monotonic() - began, 1), tail)


def ended(
    command: list[str], variables: Mapping[str, str], out: IO[str], limit: float
) -> int | None:
    """Return a command's exit code; None where its time was up.  No process of it goes on."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=variables,
        stdout=out,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main(
    folder: Annotated[Path, typer.Argument(help="Where the results go.")],
    only: Annotated[list[str] | None, typer.Option(help="Only this step; repeat it.")] = None,
    dry: Annotated[bool, typer.Option("--dry", help="The CPU stands in for the device.")] = False,
) -> None:
    """Run the steps, one after the other."""
    say = Console(highlight=False, markup=False, soft_wrap=True).print
    names = [step.name for step in STEPS]
    unknown = sorted(set(only or ()) - set(names))
    if unknown:
        say(f"There is no step '{unknown[0]}': choose among {', '.join(names)}.")
        raise typer.Exit(2)
    why = "" if dry else absent()
    if why:
        say(f"{why}; try it without one: make cuda-dry.")
        raise typer.Exit(2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        say(f"Nothing can be written in {folder} ({error.strerror}): give another folder.")
        raise typer.Exit(2) from error
    chosen = [step for step in STEPS if not only or step.name in only]
    failed = [one for one in all_of(chosen, folder.resolve(), dry, say) if one.code != 0]
    for one in failed:
        say(f"\n{one.name}: {one.words}")
        say("\n".join(one.tail))
    raise typer.Exit(1 if failed else 0)


def all_of(
    steps: Sequence[Step], folder: Path, dry: bool, say: Callable[[str], None]
) -> list[Outcome]:
    """Run the steps; what became of each is told, and written, when it has ended."""
    outcomes: list[Outcome] = []
    for step in steps:
        say(f"{step.name} ...")
        outcomes.append(ran(step, folder, dry))
        (folder / "steps.json").write_text(json.dumps([asdict(o) for o in outcomes], indent=1))
        say(f"{step.name}: {outcomes[-1].words}, {outcomes[-1].seconds:.0f} s")
    return outcomes


def absent() -> str:
    """Return why nothing can be run here, a clause; "" where it can."""
    try:
        import torch
    except ImportError as error:
        return f"torch cannot be imported here ({error})"
    if not torch.cuda.is_available():
        return f"torch {torch.__version__} finds no CUDA device here"
    return ""


if __name__ == "__main__":
    typer.run(main)
