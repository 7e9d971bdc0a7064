"""What this machine holds is found out, told and demanded; live objects stand behind it too."""

import socket
from pathlib import Path

import pytest

import backproof
from backproof.candidate import walls
from backproof.candidate.isolation.layers import LANDLOCK, SECCOMP
from backproof.candidate.isolation.namespaces import MOUNTS, NETWORK, PID
from backproof.commands import limits
from backproof.errors import BackproofError
from backproof.report.model import environment
from parity_tests.meta import processes
from parity_tests.meta.processes import HERE
from parity_tests.meta.strangers import Stranger
from parity_tests.meta.test_live import cells

ALL = (PID, NETWORK, MOUNTS, LANDLOCK, SECCOMP)
STATEMENTS = {
    "files": "open({secret!r}).read()",
    "writing": "open({secret!r} + '2', 'w').write('x')",
    "network": "socket.create_connection(('127.0.0.1', {port})).getpeername()",
    "sockets": "socket.socket(socket.AF_UNIX).connect({path!r})",
}


def machine(monkeypatch: pytest.MonkeyPatch, layers: tuple[str, ...]) -> None:
    monkeypatch.setattr(walls, "found", lambda: layers)


# --- said, not assumed ----------------------------------------------------------------------------


def test_where_all_is_held_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(monkeypatch, ALL)
    monkeypatch.setattr(walls.landlock, "abi", lambda: 7)
    for level in limits.LEVELS:
        limits.see_to(level)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("layers", [(), ALL[:3], (LANDLOCK,), (SECCOMP,)], ids=str)
def test_what_is_open_is_said_and_strict_refuses(
    layers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(monkeypatch, layers)
    limits.see_to("available")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("backproof: This machine does not keep a program that is judged from")
    opened = [wall for wall in walls.walls() if not wall.by]
    assert opened
    assert all(wall.open in line for wall in opened)
    with pytest.raises(BackproofError, match=r"container.*or leave out --isolation strict"):
        limits.see_to("strict")


@pytest.mark.parametrize("layer", ALL)
def test_a_layer_that_is_missing_holds_nothing(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, ALL)
    before = [wall.by for wall in walls.walls()]
    machine(monkeypatch, tuple(other for other in ALL if other != layer))
    assert [wall.by for wall in walls.walls()] != before


def test_the_limits_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(monkeypatch, ())
    assert limits.list_limits() == 0
    listed = capsys.readouterr().out
    for wall in walls.walls():
        assert f"{wall.name:<{limits.WIDTH}}not held here: {wall.open}\n" in listed
    for name in ("time", "memory", "processes", "output", "written files"):
        assert f"\n{name} " in f"\n{listed}"


def test_every_report_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment()["isolation"] == walls.told()
    machine(monkeypatch, ())
    assert walls.told().count("not held") == len(walls.walls())


def test_an_unknown_level_is_a_sentence() -> None:
    with pytest.raises(BackproofError, match="There is no --isolation full: choose available or"):
        limits.see_to("full")


# --- live objects ---------------------------------------------------------------------------------


def attempted(statement: str, folder: Path) -> str:
    """Let the backward pass of live objects try something; return what came of it, in words."""
    text = f"import socket\n{Stranger('tanh', 'sigmoid').text()}"
    head, middle, tail = text.partition("    dZ2 = A2 - Y")
    assert middle
    told = f"    raise RuntimeError('result ' + repr({statement}))\n"
    with pytest.raises(BackproofError) as caught:
        backproof.check(cells(folder, head + told + middle + tail))
    return str(caught.value)


@processes.linux_only
@pytest.mark.parametrize("name", STATEMENTS)
def test_live_objects_are_held(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without walls each gets through: the attempt is one."""
    if set(HERE) != set(ALL):
        pytest.skip("this machine has not all layers")
    home, cell = tmp_path / "home", tmp_path / "cell"
    home.mkdir()
    cell.mkdir()
    monkeypatch.chdir(cell)
    secret = home / "secret"
    secret.write_text("nobody is to know")
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(home / "s"))
        unix.listen()
        words = {"secret": str(secret), "port": tcp.getsockname()[1], "path": str(home / "s")}
        statement = STATEMENTS[name].format(**words)
        assert "result" not in attempted(statement, cell)
        machine(monkeypatch, ())
        assert "result" in attempted(statement, cell)
