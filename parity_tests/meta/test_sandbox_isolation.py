"""The walls around a program: nothing of the judge is seen, inherited or reached from inside."""

import os
import signal
from pathlib import Path

import pytest

from backproof.candidate import sandbox, walls
from backproof.candidate.isolation import landlock
from backproof.candidate.sandbox import run_limited
from parity_tests.meta import processes
from parity_tests.meta.processes import MIB, Run, isolated

pytestmark = processes.linux_only
isolate, mark, run = processes.isolate, processes.mark, processes.run


def test_it_sees_nothing_of_our_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "planted")
    monkeypatch.setenv("PYTHONPATH", "/planted")
    code = "import os; print(os.environ['HOME'], os.environ['TMPDIR'], *sorted(os.environ))"
    home, temporary, *names = run(code).stdout.split()
    threads = ["MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
    python = ["PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED"]
    ours = ["HOME", "LANG", "LC_ALL", "MPLBACKEND", "PATH", "TMPDIR"]
    assert names == sorted(threads + python + ours)
    assert home == temporary == str(tmp_path)


def test_it_inherits_no_file_and_no_signal_setting(run: Run, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        files = run("import os; print(sorted(os.listdir('/proc/self/fd')))").stdout
        status = run_limited(["cat", "/proc/self/status"], tmp_path).stdout.splitlines()
    finally:
        signal.signal(signal.SIGTERM, before)
        os.close(reader)
        os.close(writer)
    assert files == "['0', '1', '2', '3']\n"  # 3 is the folder being listed
    settings = dict(line.split(":\t") for line in status if ":\t" in line)
    own_business = ~(0b11 << 31)  # signals 32 and 33 belong to the C library, which sets them
    assert int(settings["SigIgn"], 16) & own_business == int(settings["SigBlk"], 16) == 0
    assert settings["NoNewPrivs"] == "1"


def test_its_limits_are_final(run: Run) -> None:
    outcome = run(
        """
        import resource
        for name in ("AS", "CPU", "FSIZE", "CORE", "NOFILE"):
            kind = getattr(resource, "RLIMIT_" + name)
            soft, hard = resource.getrlimit(kind)
            try: resource.setrlimit(kind, (soft, hard + 1))
            except ValueError: print(name, soft, hard)
        """,
        seconds=7.5,
        memory=MIB,
        file=2 * MIB,
    )
    room, big = MIB + sandbox.ROOM, 2 * MIB
    limits = f"AS {room} {room}\nCPU 9 10\nFSIZE {big} {big}\nCORE 0 0\nNOFILE 256 256\n"
    assert outcome.stdout == limits


def test_out_of_its_namespace_it_reaches_nobody(run: Run, isolate: bool) -> None:
    if not isolated(isolate):
        pytest.skip("this system gives no namespace, or the test asks for none")
    outcome = run(
        """
        import os, sys
        judge = sys.argv[2]
        print(os.getpid(), os.getuid(), os.getgid())
        for deed in (
            lambda: os.kill(int(judge), 0),
            lambda: open(f"/proc/{judge}/mem", "rb"),
            lambda: open(f"/proc/{judge}/environ", "rb").read(),
            lambda: open(f"/proc/{judge}/fd/1", "wb"),
        ):
            try: print("done", deed())
            except OSError as error: print(type(error).__name__)
        """,
        str(os.getpid()),
    )
    first, *deeds = outcome.stdout.splitlines()
    assert first == f"2 {os.getuid()} {os.getgid()}"
    assert deeds == ["ProcessLookupError"] + 3 * ["PermissionError"]


BLOW = """
import os, signal, sys, time
try: os.kill(os.getppid(), getattr(signal, sys.argv[2]))
except PermissionError: pass
time.sleep(0.1)
print("alive")
"""


@pytest.mark.parametrize("number", ["KILL", "TERM", "INT", "HUP"])
def test_a_blow_at_its_parent(number: str, run: Run, isolate: bool) -> None:
    """In a namespace process 1 does not feel it, and Landlock's scope keeps it in."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # pytest's may be: ignore
    outcome = run(BLOW, f"SIG{number}")
    signal.signal(signal.SIGINT, before)
    if isolated(isolate) or landlock.abi() >= landlock.SCOPES_SINCE or number in ("TERM", "INT"):
        assert (outcome.code, outcome.reason, outcome.stdout) == (0, "", "alive\n")
    else:
        assert (outcome.code, outcome.reason, outcome.stdout) == (None, sandbox.MUTINY, "")


def test_without_any_wall_a_blow_is_felt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "found", lambda: ())
    outcome = run(BLOW, "SIGKILL")
    assert (outcome.code, outcome.reason, outcome.stdout) == (None, sandbox.MUTINY, "")
