"""Programs that mean no harm: each ends as it would, and its exit code and its words are told."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backproof.candidate import sandbox
from backproof.candidate.isolation.supervisor import Kept
from backproof.candidate.sandbox import Limits, python_argv, run_limited
from backproof.errors import BackproofError
from parity_tests.meta import processes
from parity_tests.meta.processes import MIB, PYTHON, Run

pytestmark = processes.linux_only
isolate, mark, run = processes.isolate, processes.mark, processes.run


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


def test_a_program_that_is_not_there(isolate: bool, tmp_path: Path) -> None:  # noqa: ARG001
    outcome = run_limited(["./my_net"], tmp_path)
    assert outcome.code is None
    assert outcome.reason == "It could not be started: No such file or directory: ./my_net."


def test_a_machine_that_cannot_is_told_apart_from_a_candidate() -> None:
    answer = b"Traceback (most recent call last):\n[...]\nOSError: no process left\n"
    with pytest.raises(BackproofError, match=r"on this machine: OSError: no process left$"):
        sandbox.read_answer(answer, ["./my_net"], Limits())


def test_children_within_the_limit_are_welcome(run: Run) -> None:
    outcome = run(
        """
        import os, time
        for _ in range(3):
            if os.fork() == 0: time.sleep(0.1); os._exit(0)
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


def test_closing_its_own_stdout_is_no_way_out(run: Run) -> None:
    outcome = run(
        """
        import os, time
        os.write(1, b"before"); os.close(1); time.sleep(0.1)
        os.write(2, b"after"); os.close(2); time.sleep(0.1)
        """
    )
    assert (outcome.code, outcome.reason) == (0, "")
    assert (outcome.stdout, outcome.stderr) == ("before", "after")


@pytest.mark.parametrize("isolate", [True], indirect=True)
def test_a_gigabyte_of_prints_costs_neither_time_nor_memory(run: Run) -> None:
    tracemalloc.start()
    try:
        outcome = run(
            """
            import os
            print("first words", flush=True)
            block = b"x" * (1 << 20)
            for _ in range(1024): os.write(1, block)
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
