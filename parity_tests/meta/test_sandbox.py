"""The sandbox against programs that mean harm: each is stopped, named, and gone without a trace."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from backproof.candidate import sandbox
from backproof.candidate.sandbox import Limits, Outcome, python_argv, run_limited
from backproof.candidate.supervisor import Kept, family, family_by_ps
from backproof.errors import BackproofError

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="what is left of a candidate is looked up in /proc"
)

MIB = 1 << 20
PYTHON = [sys.executable, "-I", "-S", "-c"]
Run = Callable[..., Outcome]


def living(mark: str) -> list[int]:
    """Return the processes that have `mark` among their arguments, zombies excepted."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def until(true: Callable[[], object], seconds: float = 8.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def mark() -> Iterator[str]:
    """A word that only this test's processes have; if any should survive, they end here."""
    word = f"mark-{uuid.uuid4().hex}"
    yield word
    for pid in living(word):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=[True, False], ids=["namespace", "plain"])
def isolate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(sandbox, "ISOLATE", request.param)
    monkeypatch.setattr(sandbox, "ROOM", 64 * MIB)  # enough without NumPy
    return bool(request.param)


@pytest.fixture
def run(isolate: bool, mark: str, tmp_path: Path) -> Run:  # noqa: ARG001
    """Run Python code in the sandbox; nothing of it is left the moment the call returns."""

    def run(code: str, *words: str, **limits: float) -> Outcome:
        argv = [*PYTHON, dedent(code), mark, *words]
        outcome = run_limited(argv, tmp_path, Limits(**limits))  # type: ignore[arg-type]
        assert living(mark) == []
        return outcome

    return run


@dataclass(frozen=True)
class Misdeed:
    name: str
    code: str
    reason: str
    exit_code: int | None = None  # None: stopped, or ended by a signal
    limits: Mapping[str, float] = field(default_factory=dict)


SHORT = {"seconds": 0.2}
TOO_LONG = "It ran for more than 0.2 seconds and was stopped."
TOO_MANY = "It started more than 8 other processes and was stopped."
TOO_MUCH = "It asked for more than 200 MiB of memory."
SMALL = {"memory": 200 * MIB}

MISDEEDS = [
    Misdeed("endless-loop", "while True: pass", TOO_LONG, limits=SHORT),
    Misdeed("sleep", "import time; time.sleep(3600)", TOO_LONG, limits=SHORT),
    Misdeed(
        "stops-itself",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        TOO_LONG,
        limits=SHORT,
    ),
    Misdeed(
        "deaf",
        """
        import signal, time
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True: time.sleep(1)
        """,
        TOO_LONG,
        limits=SHORT,
    ),
    Misdeed(
        "busy-threads",
        """
        import hashlib, threading  # hashing leaves the interpreter's lock to the others
        block = bytes(1 << 24)
        for _ in range(8):
            threading.Thread(target=lambda: [hashlib.sha256(block) for _ in iter(int, 1)]).start()
        """,
        TOO_LONG,
        limits=SHORT,
    ),
    Misdeed(
        "processor-time",
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass",
        "It used more than 20 seconds of processor time and was stopped.",
    ),
    Misdeed(
        "fork-storm",
        """
        import os, time
        for _ in range(200):
            if os.fork() == 0: time.sleep(60); os._exit(0)
        time.sleep(60)
        """,
        TOO_MANY,
    ),
    Misdeed(
        "storm-of-daemons",
        """
        import os, time
        for _ in range(200):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0: time.sleep(60)
                os._exit(0)
            os.wait()
        time.sleep(60)
        """,
        TOO_MANY,
    ),
    Misdeed(
        "storm-from-a-thread",
        """
        import os, threading, time
        def storm():
            for _ in range(200):
                if os.fork() == 0: time.sleep(60); os._exit(0)
            time.sleep(60)
        threading.Thread(target=storm).start()
        """,
        TOO_MANY,
    ),
    Misdeed(
        "storm-of-the-dead",
        """
        import os, time
        for _ in range(600):
            if os.fork() == 0: os._exit(0)
        time.sleep(60)
        """,
        TOO_MANY,
    ),
    Misdeed("memory-in-steps", "[bytes(1 << 26) for _ in range(128)]", TOO_MUCH, 1, SMALL),
    Misdeed(
        "memory-unchecked",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        for _ in range(128): ctypes.memset(libc.malloc(1 << 26), 1, 1 << 26)
        """,
        TOO_MUCH,
        limits=SMALL,
    ),
    Misdeed(
        "memory-in-four-processes",
        """
        import os, time
        for _ in range(4):
            if os.fork() == 0: kept = b"x" * (100 << 20); time.sleep(60)
        time.sleep(60)
        """,
        TOO_MUCH,
        limits=SMALL,
    ),
    Misdeed("exits-0", "import os; os._exit(0)", "", 0),
    Misdeed(
        "exits-3",
        "import os; os._exit(3)",
        "It ended itself with exit code 3 (os._exit or sys.exit).",
        3,
    ),
    Misdeed("raises", "raise ValueError('no.')", "It raised ValueError: no.", 1),
    Misdeed("segfault", "import ctypes; ctypes.string_at(0)", "It crashed: segmentation fault."),
    Misdeed("aborts", "import os; os.abort()", "It crashed: aborted."),
    Misdeed(
        "kills-itself",
        "import os; os.kill(os.getpid(), 9)",
        "A signal ended it: Killed.",
    ),
    Misdeed(
        "kills-its-group",
        "import os; os.killpg(0, 9)",
        "A signal ended it: Killed.",
    ),
    Misdeed(
        "big-file",
        "open('big', 'wb').write(bytes(3 << 20))",
        "It wrote a file of more than 2 MiB.",
        1,
        {"file": 2 * MIB},
    ),
    Misdeed(
        "big-file-unchecked",
        """
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        open('big', 'wb').write(bytes(3 << 20))
        """,
        "It wrote a file of more than 2 MiB.",
        limits={"file": 2 * MIB},
    ),
]


@pytest.mark.parametrize("misdeed", MISDEEDS, ids=lambda misdeed: misdeed.name)
def test_a_misdeed_is_named_and_leaves_no_process(misdeed: Misdeed, run: Run) -> None:
    outcome = run(misdeed.code, **misdeed.limits)
    assert (outcome.reason, outcome.code) == (misdeed.reason, misdeed.exit_code)
    assert outcome.seconds < 8


def test_what_was_written_stays_below_the_limit(run: Run, tmp_path: Path) -> None:
    run("open('big', 'wb').write(bytes(3 << 20))", file=2 * MIB)
    assert (tmp_path / "big").stat().st_size <= 2 * MIB


LEAVE = "import os\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import time; time.sleep(60)", id="asleep"),
        pytest.param("while True: print('still here', flush=True)", id="printing"),
        pytest.param(
            """
            import time
            end = time.monotonic() + 20  # never longer, whatever the sandbox does
            while time.monotonic() < end:
                if os.fork(): os._exit(0)
            """,
            id="comet",  # a new process each moment: the one that a kill is aimed at is gone
        ),
    ],
)
def test_a_daemon_is_gone_when_its_parent_has_ended(code: str, run: Run) -> None:
    daemon = f"{LEAVE}\n{dedent(code)}"
    outcome = run(
        f"""
        import os, time
        if os.fork() == 0: exec({daemon!r})
        time.sleep(0.2)
        print("done", flush=True)
        """
    )
    assert (outcome.code, outcome.reason) == (0, "")
    assert "done" in outcome.stdout


def test_a_normal_run(run: Run, tmp_path: Path) -> None:
    outcome = run(
        """
        import os, sys
        print("to stdout", os.getcwd(), repr(sys.stdin.read()))
        print("to stderr", file=sys.stderr)
        sys.stderr.buffer.write(b"\\xff")
        """
    )
    assert (outcome.code, outcome.reason) == (0, "")
    assert outcome.stdout == f"to stdout {tmp_path} ''\n"
    assert outcome.stderr == "to stderr\n\N{REPLACEMENT CHARACTER}"
    assert 0 < outcome.seconds < 8


def test_children_within_the_limit_are_welcome(run: Run) -> None:
    outcome = run(
        """
        import os, time
        for _ in range(3):
            if os.fork() == 0: time.sleep(0.2); os._exit(0)
        for _ in range(3): os.wait()
        """,
        processes=3,
    )
    assert (outcome.code, outcome.reason) == (0, "")


def test_the_dead_are_not_counted_as_living(run: Run) -> None:
    outcome = run(
        """
        import os, time
        for _ in range(150):  # nobody waits for these
            if os.fork() == 0: os._exit(0)
        for _ in range(600):  # nor for the children that these leave behind
            child = os.fork()
            if child == 0: os.fork(); os._exit(0)
            os.waitpid(child, 0)
        """,
        processes=100,
    )
    assert (outcome.code, outcome.reason) == (0, "")


@pytest.mark.parametrize("isolate", [True], indirect=True)
def test_a_gigabyte_of_prints_costs_neither_time_nor_memory(run: Run) -> None:
    tracemalloc.start()
    try:
        outcome = run(
            """
            import sys
            print("first words")
            for _ in range(1024): sys.stdout.write("x" * (1 << 20))
            print("last words")
            """
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (outcome.code, outcome.reason) == (0, "")
    assert outcome.stdout.startswith("first words\nxxx")
    assert outcome.stdout.endswith("xxxlast words\n")
    printed = len("first words\n") + (1 << 30) + len("last words\n")
    assert f"\n[... {printed - MIB} bytes left out ...]\n" in outcome.stdout
    assert len(outcome.stdout) < MIB + 100
    assert peak < 8 * MIB


def test_a_kept_stream_holds_no_more_than_its_limit() -> None:
    kept, chunk = Kept(1000), bytes(1 << 16)
    tracemalloc.start()
    try:
        for _ in range(1 << 12):  # 256 MiB
            kept.add(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MIB


@pytest.mark.parametrize("limit", [0, 1, 5, 10, 11, 100])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_kept_stream_is_its_beginning_and_its_end(limit: int, size: int) -> None:
    kept, whole = Kept(limit), b"0123456789"
    for start in range(0, len(whole), size):
        kept.add(whole[start : start + size])
    if limit >= len(whole):
        assert kept.text() == whole
    else:
        head, tail = (limit + 1) // 2, len(whole) - limit // 2
        mark = b"\n[... %d bytes left out ...]\n" % (10 - limit)
        assert kept.text() == whole[:head] + mark + whole[tail:]


def test_closing_its_own_stdout_is_no_way_out(run: Run) -> None:
    outcome = run(
        """
        import os, time
        os.write(1, b"before"); os.close(1); time.sleep(0.2)
        os.write(2, b"after"); os.close(2); time.sleep(0.2)
        """
    )
    assert (outcome.code, outcome.reason) == (0, "")
    assert (outcome.stdout, outcome.stderr) == ("before", "after")


def test_closing_everything_does_not_stop_the_clock(run: Run) -> None:
    code = "import os, time; os.closerange(0, 1000); time.sleep(60)"
    assert run(code, **SHORT).reason == TOO_LONG


def test_it_sees_nothing_of_our_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "planted")
    monkeypatch.setenv("PYTHONPATH", "/planted")
    names = run("import os; print(*sorted(os.environ))").stdout.split()
    threads = ["MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
    python = ["PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED"]
    ours = ["HOME", "LANG", "LC_ALL", "MPLBACKEND", "PATH", "TMPDIR"]
    assert names == sorted(threads + python + ours)
    code = "import os; print(os.environ['HOME'], os.environ['TMPDIR'])"
    assert run(code).stdout.split() == [str(tmp_path)] * 2


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


def test_a_program_that_is_not_there(isolate: bool, tmp_path: Path) -> None:  # noqa: ARG001
    outcome = run_limited(["./my_net"], tmp_path)
    assert outcome.code is None
    assert outcome.reason == "It could not be started: No such file or directory: ./my_net."


def test_any_program_in_the_folder(isolate: bool, tmp_path: Path) -> None:  # noqa: ARG001
    program = tmp_path / "my_net"
    program.write_text("#!/bin/sh\necho $1; exit 3\n")
    program.chmod(0o755)
    outcome = run_limited(["./my_net", "case file"], tmp_path)
    assert (outcome.code, outcome.stdout) == (3, "case file\n")
    assert outcome.reason == "It ended itself with exit code 3."


def test_python_argv_runs_files_and_modules_but_no_look_alikes(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("print('planted')")
    (tmp_path / "program.py").write_text("import json, sys; print(json.dumps(sys.argv[1:]))")
    outcome = run_limited(python_argv(tmp_path / "program.py", "one", "two"), tmp_path)
    assert outcome.stdout == '["one", "two"]\n'
    assert "json.tool" in run_limited(python_argv("json.tool", "-h"), tmp_path).stdout


@pytest.mark.parametrize("isolate", [True], indirect=True)
def test_several_threads_at_once(run: Run, mark: str, tmp_path: Path) -> None:
    def one(number: int) -> tuple[str, str]:
        code = "import sys, time; print(sys.argv[2], flush=True); time.sleep(float(sys.argv[3]))"
        argv = [*PYTHON, code, mark, str(number), "60" if number % 4 == 0 else "0"]
        outcome = run_limited(argv, tmp_path, Limits(seconds=1))
        return outcome.stdout.strip(), outcome.reason

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(16)))
    late = "It ran for more than 1 seconds and was stopped."
    assert outcomes == [(str(n), late if n % 4 == 0 else "") for n in range(16)]
    assert run("print('and afterwards')").stdout == "and afterwards\n"


JUDGE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from pathlib import Path
from backproof.candidate import sandbox
sandbox.ISOLATE = sys.argv[2] == "True"
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


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_survives_the_judge(
    number: signal.Signals, isolate: bool, mark: str, tmp_path: Path
) -> None:
    argv = [sys.executable, "-c", JUDGE, str(tmp_path), str(isolate), *PYTHON, FAMILY, mark]
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
        call = pool.submit(run_limited, [*PYTHON, FAMILY, mark], tmp_path, Limits(seconds=1))
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


@functools.cache
def namespaces() -> bool:
    """Say whether this system lets us have a PID namespace, as far as unshare(1) knows."""
    command = ["unshare", "--pid", "--fork", *(["--map-root-user"] if os.geteuid() else [])]
    tool = shutil.which("unshare")
    return (
        tool is not None and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    )


def isolated(wanted: bool) -> bool:
    return wanted and namespaces()


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


@pytest.mark.parametrize("number", ["KILL", "TERM", "INT", "HUP"])
def test_a_blow_at_its_parent(number: str, run: Run, isolate: bool) -> None:
    """In a namespace process 1 does not feel it; elsewhere the candidate goes down with it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # pytest's may be: ignore
    code = "import os, signal, sys, time; os.kill(os.getppid(), getattr(signal, sys.argv[2]))"
    outcome = run(f"{code}; time.sleep(0.1); print('alive')", f"SIG{number}")
    signal.signal(signal.SIGINT, before)
    if isolated(isolate) or number in ("TERM", "INT"):
        assert (outcome.code, outcome.reason, outcome.stdout) == (0, "", "alive\n")
    else:
        assert (outcome.code, outcome.reason, outcome.stdout) == (None, sandbox.MUTINY, "")


def test_a_machine_that_cannot_is_told_apart_from_a_candidate() -> None:
    answer = b"Traceback (most recent call last):\n[...]\nOSError: no process left\n"
    with pytest.raises(BackproofError, match=r"on this machine: OSError: no process left$"):
        sandbox.read_answer(answer, ["./my_net"], Limits())


def test_the_fallback_without_proc_children() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            by_ps, by_proc = family_by_ps(), family()
        finally:
            child.kill()
    assert by_ps.keys() == by_proc.keys() >= {child.pid}
    assert by_proc[child.pid] > 4096
