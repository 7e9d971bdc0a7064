"""Ctrl-C in the middle of an import is neither swallowed nor ends Python with another exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE = 60
SLOW = {
    "text that is run": 'exec("{now}; time.sleep(0.2)")\n',
    "a callback that swallows": "import weakref\nx = type('X', (), {{}})()\n"
    "there = weakref.ref(x, lambda _: ({now}, time.sleep(0.2)))\ndel x\n",
    "an import": "{now}\ntime.sleep(0.2)\n",
}
MAIN = """
import sys, time
{wait}
try:
    import slow
    time.sleep(4)
except KeyboardInterrupt:
    print("slow" in sys.modules and hasattr(slow, "DONE"))
    sys.exit(2)
sys.exit(3)
"""
WAIT = "from backproof.interrupts import wait_for_imports; wait_for_imports()"


def ended(folder: Path, kind: str, wait: str) -> tuple[int, str, str]:
    now = "import signal, time, sys; signal.raise_signal(signal.SIGINT)"
    if kind == "a callback that swallows":
        now = "signal.raise_signal(signal.SIGINT)"
    head = "import signal, time\n"
    (folder / "slow.py").write_text(head + SLOW[kind].format(now=now) + "DONE = True\n")
    default = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    text = default + f"import sys; sys.path.insert(0, {str(folder)!r})" + MAIN.format(wait=wait)
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout.strip(), done.stderr


@pytest.mark.parametrize("kind", SLOW)
def test_it_waits_for_the_end_of_the_import(kind: str, tmp_path: Path) -> None:
    assert ended(tmp_path, kind, WAIT) == (2, "True", "")


@pytest.mark.parametrize("kind", SLOW)
def test_without_it_something_else_happens(kind: str, tmp_path: Path) -> None:
    """The test, tested: half an import, another exit code, or 20 seconds of sleep."""
    assert ended(tmp_path, kind, "") != (2, "True", "")


def test_where_it_is_ignored_it_stays_so(tmp_path: Path) -> None:
    ignored = "signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + WAIT
    (tmp_path / "slow.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    path = f"import signal, sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    text = path + ignored + "\nimport slow\nprint('alive')"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n")


FORKING = """
import os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from backproof.interrupts import wait_for_imports
wait_for_imports()
from backproof.suite.workers import Workers
fork = os.fork

def interrupted():
    process = fork()
    if not process:
        signal.raise_signal(signal.SIGINT)
    return process

os.fork = interrupted
with Workers(1, abs) as workers:
    workers.start(0, -1)
    try:
        print(list(workers.finished()))
    finally:
        print("left")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")
def test_a_forked_process_never_goes_on_as_its_parent() -> None:
    """Ctrl-C in its first moment ends it or is ignored: it must not say what its parent says."""
    command = [sys.executable, "-c", FORKING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines().count("left") == 1
