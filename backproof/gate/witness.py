"""A second witness: how many instructions a workload takes, counted by valgrind.

Counts repeat to 0.02 % for a NumPy step, however busy the machine is, but they are not time: they
are told beside a ratio, and decide nothing.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from backproof.gate.sampling import THREADS
from backproof.gate.workloads import WORKLOADS

SHORT, LONG = 5, 25  # runs of a workload; what differs belongs to the runs alone
ENOUGH = 64e6  # instructions against which it is lost that two imports are never quite the same
PATIENCE = 60.0  # seconds for one count
REFERENCES = re.compile(r"I\s+refs:\s+([\d,]+)")


def is_there() -> bool:
    """Tell whether this machine has valgrind."""
    return shutil.which("valgrind") is not None


def more_instructions(base: Path, head: Path, name: str) -> float | None:
    """Return by how much more instructions a workload takes than before: 0.05 for 5 %.

    None where valgrind is not there or does not come to an end, and for anything but impl_numpy:
    the import of PyTorch alone takes minutes under it.
    """
    if not is_there() or name not in WORKLOADS or WORKLOADS[name].package != "impl_numpy":
        return None
    counts = [_of_one_run(tree, name) for tree in (base, head)]
    before, now = counts
    return now / before - 1 if before and now else None


def _of_one_run(tree: Path, name: str, long: int = LONG) -> float | None:
    """Return the instructions of one run; a short one is repeated until it counts for something."""
    few, many = _count(tree, name, SHORT), _count(tree, name, long)
    if few is None or many is None or many <= few:
        return None
    if many - few < ENOUGH / 2 and long == LONG:
        return _of_one_run(tree, name, SHORT + round(ENOUGH * (LONG - SHORT) / (many - few)))
    return (many - few) / (long - SHORT)


def _count(tree: Path, name: str, loops: int) -> int | None:
    words = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    program = [sys.executable, "-P", "-m", "backproof.gate.loops", str(tree), name, str(loops)]
    fixed = dict.fromkeys(THREADS, "1") | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*words, *program],
            capture_output=True,
            text=True,
            env=os.environ | fixed,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = REFERENCES.search(done.stderr)
    return int(found[1].replace(",", "")) if found and not done.returncode else None
