"""The supervisor, and the judge over it: whichever is lost, no process of the program survives."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from backproof.candidate import sandbox, walls
from backproof.candidate.isolation.processes import descendants, descendants_by_ps
from backproof.candidate.sandbox import Limits, run_limited
from parity_tests.meta import processes
from parity_tests.meta.processes import PYTHON, isolated, living, until

pytestmark = processes.linux_only
isolate, mark = processes.isolate, processes.mark


JUDGE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from pathlib import Path
from backproof.candidate import sandbox, walls
walls.found = lambda: tuple(filter(None, sys.argv[2].split(",")))
sandbox.run_limited(sys.argv[3:], Path(sys.argv[1]))
"""


FAMILY = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    open("daemon", "w").close()
time.sleep(60)
"""


@pytest.mark.usefixtures("isolate")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_survives_the_judge(number: signal.Signals, mark: str, tmp_path: Path) -> None:
    layers = ",".join(walls.found())
    argv = [sys.executable, "-c", JUDGE, str(tmp_path), layers, *PYTHON, FAMILY, mark]
    with subprocess.Popen(argv, stderr=subprocess.PIPE) as judge:
        assert until((tmp_path / "daemon").exists)
        judge.send_signal(number)
        _, errors = judge.communicate()
    assert judge.returncode == -number
    if number == signal.SIGINT:
        assert b"KeyboardInterrupt" in errors
        assert living(mark) == []
    assert until(lambda: living(mark) == [])


def supervisor_of(mark: str) -> int:
    mine = f"PPid:\t{os.getpid()}\n"
    (found,) = [pid for pid in living(mark) if mine in Path(f"/proc/{pid}/status").read_text()]
    return found


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_losing_the_supervisor(
    harm: signal.Signals,
    isolate: bool,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "GRACE", 0.2)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(run_limited, [*PYTHON, FAMILY, mark], tmp_path, Limits(seconds=0.5))
        assert until((tmp_path / "daemon").exists)
        os.kill(supervisor_of(mark), harm)
        outcome = call.result(8)
    assert (outcome.code, outcome.reason) == (None, sandbox.MUTINY)
    # Without a namespace a daemon outlives a supervisor that was killed: said in the module.
    allowed = 0 if isolated(isolate) or harm == signal.SIGTERM else 1
    assert until(lambda: len(living(mark)) <= allowed)


def test_the_last_words_are_heard(isolate: bool, mark: str, tmp_path: Path) -> None:  # noqa: ARG001
    """Printed while the supervisor looked away, and followed by the end."""
    code = """
    import os, time
    open("ready", "w").close()
    while not os.path.exists("go"): time.sleep(0.01)
    os.write(1, b"last words")
    """
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(run_limited, [*PYTHON, dedent(code), mark], tmp_path)
        assert until((tmp_path / "ready").exists)
        supervisor = supervisor_of(mark)
        os.kill(supervisor, signal.SIGSTOP)
        (tmp_path / "go").touch()
        assert until(lambda: living(mark) == [supervisor])
        os.kill(supervisor, signal.SIGCONT)
        outcome = call.result(8)
    assert (outcome.code, outcome.reason, outcome.stdout) == (0, "", "last words")


def test_the_fallback_without_proc_children() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            me = os.getpid()
            by_ps, by_proc = descendants_by_ps(me), descendants(me)
        finally:
            child.kill()
    assert by_ps.keys() == by_proc.keys() >= {child.pid}
    assert by_proc[child.pid] > 4096
