"""Programs that mean harm: each is stopped, named, and gone without a trace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from parity_tests.meta import processes
from parity_tests.meta.processes import MIB, Run

pytestmark = processes.linux_only
isolate, mark, run = processes.isolate, processes.mark, processes.run


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
TOO_BIG = "It wrote a file of more than 2 MiB."
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
        time.sleep(60)  # from Python 3.12 on no thread may fork once the main one has ended
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
        "big-file-unchecked",  # checked: the test after this list
        """
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        open('big', 'wb').write(bytes(3 << 20))
        """,
        TOO_BIG,
        limits={"file": 2 * MIB},
    ),
]


@pytest.mark.parametrize("misdeed", MISDEEDS, ids=lambda misdeed: misdeed.name)
def test_a_misdeed_is_named_and_leaves_no_process(misdeed: Misdeed, run: Run) -> None:
    outcome = run(misdeed.code, **misdeed.limits)
    assert (outcome.reason, outcome.code) == (misdeed.reason, misdeed.exit_code)
    assert outcome.seconds < 8


def test_what_was_written_stays_below_the_limit(run: Run, tmp_path: Path) -> None:
    outcome = run("open('big', 'wb').write(bytes(3 << 20))", file=2 * MIB)
    assert (outcome.reason, outcome.code) == (TOO_BIG, 1)
    assert (tmp_path / "big").stat().st_size <= 2 * MIB


def test_closing_everything_does_not_stop_the_clock(run: Run) -> None:
    code = "import os, time; os.closerange(0, 1000); time.sleep(60)"
    assert run(code, **SHORT).reason == TOO_LONG


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
        time.sleep(0.1)
        print("done", flush=True)
        """
    )
    assert (outcome.code, outcome.reason) == (0, "")
    assert "done" in outcome.stdout
