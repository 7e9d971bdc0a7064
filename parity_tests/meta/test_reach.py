"""Reach: what a file and a program may read beside themselves, and nothing more."""

import os
import sys
from pathlib import Path

import pytest

from backproof.candidate import reach, walls
from backproof.candidate.isolation.landlock import DEVICE, READ
from backproof.candidate.isolation.layers import LANDLOCK
from backproof.candidate.loading import read_source
from backproof.candidate.program import command_candidate
from backproof.candidate.reach import Reach, cuda, of_file, of_program
from backproof.candidate.sandbox import Outcome, run_limited
from backproof.cases import case_named
from backproof.errors import BackproofError
from backproof.own import judging
from parity_tests.meta.processes import HERE
from parity_tests.meta.strangers import Stranger

pytestmark = pytest.mark.skipif(LANDLOCK not in HERE, reason="this machine has no Landlock")
RIGHT = Stranger("tanh", "sigmoid").text()
PEEKED = "exit code 77"
FORWARD = "def forward(X, parameters):\n"
PEEK = """
    try: text = open({path!r}).read()
    except OSError: text = ""
    if "secret" in text: import os; os._exit(77)
"""


def peeking(path: Path) -> str:
    """Return a right network that ends itself where it can read a secret."""
    assert FORWARD in RIGHT
    return RIGHT.replace(FORWARD, FORWARD + PEEK.format(path=str(path)), 1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a secret in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "diary.txt").write_text("secret")
    return tmp_path


def verdict(path: Path, text: str) -> str:
    """Return the verdict on a file, or the sentence that says why there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    try:
        return judging.judge_file(path, "", ["float64"], 0, []).verdict
    except BackproofError as error:
        return str(error)


@pytest.mark.parametrize("place", ["my_net.py", "course/my_net.py", "course/sub/my_net.py"])
def test_the_home_is_out_of_reach(place: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = peeking(home / "diary.txt")
    assert verdict(home / place, text) == "agree"
    monkeypatch.setattr(walls, "found", lambda: ())
    assert PEEKED in verdict(home / place, text)


def test_what_lies_beside_a_file_is_in_reach(home: Path) -> None:
    (home / "course").mkdir()
    (home / "course" / "rate.txt").write_text("secret")
    text = peeking(home / "course" / "rate.txt")
    assert PEEKED in verdict(home / "course" / "my_net.py", text)


HELPED = RIGHT.replace("import numpy as np", "import numpy as np\nfrom tools import tanh", 1)
TOOLS = "import numpy as np\nfrom more.deep import tanh\n"


@pytest.mark.parametrize("place", ["my_net.py", "course/my_net.py", "course/sub/my_net.py"])
def test_modules_from_folders_above_are_in_reach(place: str, home: Path) -> None:
    (home / "tools.py").write_text(TOOLS)
    (home / "more").mkdir()
    (home / "more" / "deep.py").write_text("import numpy as np\ntanh = np.tanh\n")
    assert HELPED != RIGHT
    assert verdict(home / place, HELPED.replace("np.tanh(", "tanh(")) == "agree"


def test_a_link_among_the_modules_leads_nowhere(home: Path) -> None:
    (home / "tools.py").symlink_to(home / "diary.txt")
    source = home / "course" / "my_net.py"
    source.parent.mkdir()
    source.write_text("import tools\n" + RIGHT)
    found = of_file(read_source(source))
    assert home / "diary.txt" not in {path.resolve() for path in (*found.read, *found.listed)}
    (home / "tools.py").unlink()
    (home / "tools.py").touch()
    assert home / "tools.py" in of_file(read_source(source)).read


PEER = "print(open('../diary.txt').read())"


def ran(words: list[str], folder: Path) -> Outcome:
    return run_limited(words, folder, reach=of_program(words))


def test_a_program_reads_its_own_folder(home: Path, tmp_path: Path) -> None:
    course, run = home / "course", tmp_path / "run"
    course.mkdir()
    run.mkdir()
    (course / "data.txt").write_text("42")
    script = course / "net.py"
    script.write_text("import sys; print(*(open(word).read() for word in sys.argv[1:]))")
    python = [sys.executable, "-I", "-S", str(script)]
    assert ran([*python, str(course / "data.txt")], run).stdout == "42\n"
    assert "Permission denied: '../diary.txt'" in ran([*python[:-1], "-c", PEER], run).reason
    assert ran([*python, str(home / "diary.txt")], run).stdout == "secret\n"  # it is given that


def test_a_script_finds_its_interpreter_and_not_the_home(home: Path, tmp_path: Path) -> None:
    course, run = home / "course", tmp_path / "run"
    course.mkdir()
    run.mkdir()
    script = course / "net"
    script.write_text(f"#!{sys.executable}\nprint(open('../diary.txt').read())\n")
    script.chmod(0o755)
    assert "PermissionError" in ran([str(script)], run).reason
    script.write_text(f"#!{sys.executable}\nprint('there')\n")
    assert ran([str(script)], run).stdout == "there\n"


def test_a_program_cannot_write_beside_itself(tmp_path: Path) -> None:
    program = tmp_path / "net.sh"
    program.write_text(f"#!/bin/sh\necho spoiled > {tmp_path}/beside\nexit 1\n")
    program.chmod(0o755)
    case = case_named("one-layer")
    with pytest.raises(BackproofError, match="exit code 1"):
        command_candidate(str(program)).run(case, case.inputs("float64", 0))
    assert not (tmp_path / "beside").exists()


def test_the_folder_of_a_file_in_the_temporary_folder_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    source = tmp_path / "my_net.py"
    source.write_text(RIGHT)
    assert of_file(read_source(source)).read == (source,)
    assert Reach((tmp_path,)) + Reach((source,)) == Reach((tmp_path, source))


def test_nothing_of_the_users_is_installed_software(monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder and PYTHONPATH are on our sys.path, and not among the packages."""
    reach._system.cache_clear()
    mine = str(Path(__file__).parent)
    monkeypatch.setattr(sys, "path", [os.getcwd(), mine, *sys.path])
    monkeypatch.setenv("PYTHONPATH", mine)
    rules = Reach().rules()
    reach._system.cache_clear()
    allowed = {Path(path) for kind, path in rules if kind in (READ, DEVICE)}
    users = {Path.cwd(), Path(mine), Path.home(), Path("/"), Path("/etc"), Path("/proc")}
    assert Path(sys.prefix) in allowed
    assert not users & allowed


def test_a_graphics_processor_is_another_entry() -> None:
    assert {path.name[:6] for path in cuda().devices} <= {"nvidia"}
    assert not set(cuda().devices) & {Path(path) for _, path in Reach().rules()}
