"""Many files in one call, from outside: one verdict a file, and one bad file harms no other."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

RIGHT = (Path(__file__).parents[2] / "examples" / "spec.py").read_text("utf-8")
WRONG = RIGHT.replace("self.X.T @ hidden,", "2 * self.X.T @ hidden,")
FEW = "--case", "tanh-hidden", "--case", "one-layer", "--dtype", "float64"
PATIENCE = 120  # seconds
LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="the workers inherit what this test changes by being forked"
)

# backproof as it is, with a shorter limit, and with a double in place of the judge by convention
PROGRAM = """
import os, sys, types
from pathlib import Path
from backproof.candidate import spec
from backproof.candidate.sandbox import Limits
from backproof.errors import BackproofError
from backproof.verdict import TargetReport

spec.LIMITS = Limits(seconds=4.0)
KEPT = Path(sys.argv.pop(1))

def judge_file(path, name, dtypes, seed, cases, pictured):
    from parity_tests.meta.reports import case_report, finding
    with KEPT.open("a") as file:
        file.write(repr((path.name, name, dtypes, seed, cases)) + chr(10))
    if path.stem == "killer":
        os._exit(9)
    if path.stem == "stumbler":
        return 1 / 0
    if path.stem == "empty":
        raise BackproofError(f"{path.name} holds nothing that looks like a network.")
    found = finding("differ" if path.stem == "bad" else "agree")
    notes = ("lambd was set to 0",)
    return TargetReport("mine", [case_report(found)], "functions over a dict of W1, b1", notes)

double = types.ModuleType("backproof.own.judging")
double.judge_file = judge_file
sys.modules["backproof.own.judging"] = double
from backproof.cli import main
sys.argv[0] = "backproof"
main()
"""


@contextlib.contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start backproof in a folder, as the leader of a process group; kill what is left of it."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder / "kept"), "check", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    with started(folder, *arguments) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def rows(out: str) -> list[list[str]]:
    """Return verdict, file and the rest of each line of the summary."""
    lines = out.split("\n\n")[0].splitlines()
    return [[line[:16].strip(), *line[16:].split(maxsplit=1)] for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with submissions, good and bad."""
    folder = tmp_path_factory.mktemp("submissions")
    bodies = {
        "hang": "    while True: pass\n",
        "exits": "    import os; os._exit(0)\n",
        "raises": "    return 1 / 0\n",
        "half": "    return {'A1': case.X} if case.name == 'one-layer' else 1 / 0\n",
    }
    texts = {"right": RIGHT, "wrong": WRONG, "again": RIGHT, "syntax": "def trace(case:\n"}
    texts |= {name: f"def trace(case):\n{body}" for name, body in bodies.items()}
    texts |= dict.fromkeys(("plain", "bad", "empty", "killer", "stumbler"), "W = 1\n")
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "binary.py").write_bytes(bytes(range(256)) * 9)
    (folder / "odd name.py").write_text(RIGHT)
    (folder / "box").mkdir()
    return folder


@LINUX
def test_one_bad_file_harms_no_other(folder: Path) -> None:
    """Twelve files and two workers; the rows stand in the order of the arguments."""
    first = ["right.py", "hang.py", "exits.py", "syntax.py", "missing.py", "box", "binary.py"]
    words = [*first, "raises.py", "wrong.py", "plain.py", "bad.py", "again.py"]
    path = folder / "report.json"
    code, out, err = run(folder, *words, *FEW, "-j", "2", "--json", str(path))
    assert (code, err) == (1, "")
    found = rows(out)
    assert [row[1] for row in found] == words
    assert [row[0] for row in found] == [
        "agree", *["cannot judge"] * 7, "differ", "agree", "differ", "agree"
    ]  # fmt: skip
    reasons = dict(row[1:] for row in found)
    assert reasons["hang.py"] == (
        "on case tanh-hidden: It ran for more than 4 seconds and was stopped. Th…"
    )
    assert reasons["exits.py"].startswith("on case tanh-hidden: It ended itself before it was done")
    assert "syntax error" in reasons["syntax.py"].lower()
    assert reasons["missing.py"].startswith("is not there: give the path")
    assert reasons["box"].startswith("is a folder")
    assert reasons["binary.py"].startswith("is not text but binary")
    assert reasons["raises.py"].startswith("It raised ZeroDivisionError")
    assert reasons["wrong.py"].startswith("dW1 on tanh-hidden, float64  ")
    found_and_reading = ["lambd was set to 0", "functions over a dict of W1, b1"]
    assert re.split(" {2,}", reasons["plain.py"]) == found_and_reading
    assert "12 files: 3 agree, 7 cannot judge, 2 differ" in out
    assert out.splitlines()[-1] == "differ"
    report = json.loads(path.read_text("utf-8"))
    assert (report["format"], report["verdict"], report["exit_code"]) == (2, "differ", 1)
    assert [t["target"] for t in report["targets"]] == words
    assert [t["verdict"] for t in report["targets"]] == [row[0] for row in found]
    assert all(bool(t["refused"]) == (t["verdict"] == "cannot judge") for t in report["targets"])
    plain = report["targets"][9]
    assert plain["reading"] == "functions over a dict of W1, b1"
    assert plain["notes"] == ["lambd was set to 0"]


@LINUX
def test_a_worker_that_dies_takes_only_its_own_file_with_it(folder: Path) -> None:
    words = "killer.py", "plain", "stumbler.py", "killer", "killer.py:Net", "right.py", "bad.py"
    code, out, err = run(folder, *words, *FEW, "-j", "2")
    verdicts = {row[1]: row[0] for row in rows(out)}
    assert verdicts == {
        "killer.py": "cannot judge",
        "plain": "agree",
        "stumbler.py": "cannot judge",
        "killer.py:Net": "cannot judge",
        "right.py": "agree",
        "bad.py": "differ",
    }
    assert code == 1
    assert out.count("because   A worker process died before it was judged") == 2
    assert "because   The judge itself failed on stumbler.py: ZeroDivisionError; please" in out
    assert err.splitlines()[-1] == "ZeroDivisionError: division by zero", "for whoever mends it"


@LINUX
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plain.py", "plain.py:Net"), 0),
        (("plain.py", "missing.py"), 2),
        (("plain.py", "missing.py", "bad.py"), 1),
        (("raises.py", "half.py"), 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst(
    words: tuple[str, ...], code: int, folder: Path
) -> None:
    assert run(folder, *words, *FEW)[0] == code


@LINUX
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("raises.py",), "raises.py: It raised ZeroDivisionError: division by zero (raises.py:2)."),
        (("hang.py",), "hang.py on case tanh-hidden: It ran for more than 4 seconds and was stop"),
        (("empty.py",), "empty.py holds nothing that looks like a network."),
        (("binary.py",), "binary.py is not text but binary"),
        (("killer.py",), "A worker process died before it was judged"),
        (("right.py:Net",), "right.py defines trace(case), which speaks for all of it: leave out"),
        (("plain.py", "--cases", "3"), "--cases makes random cases for a trace(case), and plain"),
        (("right.py", "--case", "mine"), "There is no case 'mine'"),
    ],
)
def test_one_file_that_cannot_be_judged_is_one_sentence(
    words: tuple[str, ...], sentence: str, folder: Path
) -> None:
    options = () if len(words) > 1 else FEW
    path = folder / "single.json"
    code, out, err = run(folder, *words, *options, "--json", str(path))
    assert (code, out) == (2, "")
    assert err.startswith(f"backproof: {sentence}")
    assert err.count("\n") == 1
    (target,) = json.loads(path.read_text("utf-8"))["targets"]
    assert err == f"backproof: {target['refused']}\n", "the file says the same"


@LINUX
def test_one_file_is_reported_case_by_case_with_how_it_was_read(folder: Path) -> None:
    code, out, err = run(folder, "plain.py", "--seed", "5", "--case", "mine", "--dtype", "float32")
    assert (code, err) == (0, "")
    head = ["read as: functions over a dict of W1, b1", "note: lambd was set to 0", ""]
    assert out.splitlines()[:3] == head
    assert out.splitlines()[3].startswith("agree      notebook-2-4-1")
    kept = (folder / "kept").read_text().splitlines()[-1]
    assert kept == "('plain.py', '', ['float32'], 5, ['mine'])"


@LINUX
def test_a_case_that_fails_is_a_row_of_its_own(folder: Path) -> None:
    code, out, err = run(folder, "half.py", *FEW)
    assert (code, err) == (1, "")
    assert out.splitlines()[2].startswith("differ     one-layer ")
    assert out.splitlines()[3] == (
        "cannot judge  tanh-hidden        float64  It raised ZeroDivisionError: division by zero "
        "(half.py:2)."
    )
    assert "1 case could not be judged" in out


@LINUX
def test_the_line_that_runs_it_again_does(folder: Path) -> None:
    _, out, _ = run(folder, "right.py", "wrong.py", *FEW)
    again = next(line for line in out.splitlines() if line.startswith("again "))
    code, out, _ = run(folder, *again.split()[3:])
    assert code == 1
    assert "differ    dW1[" in out


@LINUX
def test_a_file_named_twice_is_judged_once(folder: Path) -> None:
    words = "odd name.py", "right.py", "./right.py", "box/../right.py", "missing.py", "missing.py"
    _, out, _ = run(folder, *words, *FEW)
    assert [row[1] for row in rows(out.replace("odd name", "odd_name"))] == [
        "'odd_name.py'", "right.py", "missing.py"
    ]  # fmt: skip


@LINUX
def test_ctrl_c_among_many_files_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    words = "right.py", "hang.py", "again.py", "odd name.py"
    with started(folder, *words, *FEW, "-j", "2", "--json", str(path)) as process:
        time.sleep(3)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        for _ in range(50):
            if not _alive(process.pid):
                break
            time.sleep(0.1)
        assert not _alive(process.pid)
    assert (process.returncode, out) == (2, "")
    assert err == "backproof: Interrupted: nothing was judged and nothing was written.\n"
    assert not list(tmp_path.iterdir())


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
