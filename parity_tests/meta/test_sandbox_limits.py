"""What a program may use up: every limit holds, and the same program passes with a higher one."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from backproof.candidate.sandbox import Limits, stopped
from parity_tests.meta import processes
from parity_tests.meta.processes import MIB, Run

pytestmark = processes.linux_only
isolate, mark, run = processes.isolate, processes.mark, processes.run


@dataclass(frozen=True)
class Excess:
    """A program, the limit that it oversteps, and one that it does not."""

    name: str
    code: str
    why: str
    tight: Mapping[str, float]
    loose: Mapping[str, float]


def _excesses(why: str, name: str, tight: float, loose: float, text: str) -> list[Excess]:
    pairs = (block.partition(":\n") for block in text.strip().split("\n\n"))
    return [Excess(what, code, why, {name: tight}, {name: loose}) for what, _, code in pairs]


SIZE = """
thirty files:
for k in range(30): open(f"{k}", "wb").write(bytes(1 << 20))

thirty files in folders:
import os
for k in range(30): os.mkdir(f"{k}"); open(f"{k}/x", "wb").write(bytes(1 << 20))

files in a locked folder:
import os, time
os.mkdir("x")
for k in range(30): open(f"x/{k}", "wb").write(bytes(1 << 20))
os.chmod("x", 0)

files without a name:
import os, time
kept = [open("x", "wb") for k in range(30) if k == 0 or os.unlink("x") is None]
for file in kept: file.write(bytes(1 << 20)); file.flush()
time.sleep(1)

files of a child:
import os, time
if os.fork() == 0:
    for k in range(30): open(f"{k}", "wb").write(bytes(1 << 20))
    os._exit(0)
os.wait()

hidden files:
for k in range(30): open(f".{k}", "wb").write(bytes(1 << 20))
"""
NUMBER = """
many files:
for k in range(300): open(f"{k}", "w")

many folders:
import os
for k in range(300): os.mkdir(f"{k}")

folders in folders:
import os
for k in range(300): os.mkdir("x"); os.chdir("x")

many links:
import os
for k in range(300): os.symlink("/", f"{k}")

many names of one file:
import os
open("x", "w")
for k in range(300): os.link("x", f"{k}")

many pipes:
import os
for k in range(300): os.mkfifo(f"{k}")
"""
TIME = """
asleep:
import time; time.sleep(0.8)

at work:
import time
end = time.monotonic() + 0.8
while time.monotonic() < end: pass

waiting for a child that sleeps:
import os
if os.fork() == 0: import time; time.sleep(0.8); os._exit(0)
os.wait()
"""
PROCESSES = """
twelve children:
import os, time
for _ in range(12):
    if os.fork() == 0: time.sleep(0.5); os._exit(0)
for _ in range(12): os.wait()

twelve daemons:
import os, time
for _ in range(12):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: time.sleep(0.5)
        os._exit(0)
    os.wait()
time.sleep(0.5)
"""
MEMORY = """
one large array:
bytearray(300 << 20)

an area that it maps:
import mmap
area = mmap.mmap(-1, 300 << 20)
for k in range(0, len(area), 4096): area[k] = 1

four processes:
import os, time
for _ in range(4):
    if os.fork() == 0: kept = b"x" * (90 << 20); time.sleep(0.6); os._exit(0)
for _ in range(4): os.wait()
"""
EXCESSES = [
    *_excesses("size", "file", 10 * MIB, 64 * MIB, SIZE),
    *_excesses("files", "files", 100, 1000, NUMBER),
    *_excesses("seconds", "seconds", 0.3, 9.0, TIME),
    *_excesses("processes", "processes", 8, 20, PROCESSES),
    *_excesses("memory", "memory", 200 * MIB, 1024 * MIB, MEMORY),
]
every = pytest.mark.parametrize("excess", EXCESSES, ids=lambda excess: excess.name)


@every
def test_the_limit_holds(excess: Excess, run: Run) -> None:
    outcome = run(excess.code, **excess.tight)
    assert outcome.reason == stopped(excess.why, Limits(**excess.tight))  # type: ignore[arg-type]


@every
def test_with_a_higher_limit_it_passes(excess: Excess, run: Run) -> None:
    outcome = run(excess.code, **excess.loose)
    assert (outcome.code, outcome.reason) == (0, "")
