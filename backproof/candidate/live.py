"""Live objects, such as the globals() of a notebook, read by their conventions in a forked process.

They cannot travel to a process of their own as a file can; a fork sees them as they are, and
whatever it does to them stays there. It is walled in as a file's process is, except that what the
notebook has open, sockets aside, is open there too.
"""

import contextlib
import inspect
import os
import resource
import select
import signal
import stat
import sys
import textwrap
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from backproof.candidate import walls
from backproof.candidate.conventions import REFUSED
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.groups import classes_of, functions_of, methods_of
from backproof.candidate.conventions.reader import read
from backproof.candidate.isolation.layers import confine
from backproof.candidate.isolation.order import Order
from backproof.candidate.isolation.processes import descendants
from backproof.candidate.isolation.supervisor import (
    LINUX,
    OWN,
    WALLS,
    accept,
    die_with_parent,
    fork,
    gate,
    init,
)
from backproof.candidate.isolation.usage import Usage
from backproof.candidate.letters import Answer, read_answer, write_answer
from backproof.candidate.reach import Reach, of_folders
from backproof.candidate.sandbox import DEFAULT, OVERSTEPPED, stopped
from backproof.candidate.scratch import scratch
from backproof.errors import BackproofError
from backproof.exchange import Problem

CHOICE = 'backproof.check(globals(), "{name}")'
PAUSE = 0.01  # seconds between two looks at the child


def live_answer(
    namespace: Mapping[str, Any],
    name: str,
    problems: Sequence[Problem],
    panel: Sequence[Problem],
    where: str,
) -> Answer:
    """Return what the network among live objects computes on every problem that it can do.

    where  what the objects are called in messages
    Raises BackproofError where there is no network, there are several, it does not end within
    the time limit, or this system has no fork.
    """
    if not hasattr(os, "fork"):
        raise BackproofError(
            f"{sys.platform} cannot fork, so live objects cannot be judged safely: save the code "
            "in a file and judge that."
        )
    with scratch() as folder:
        answer, words = folder / "answer.safetensors", folder / "words"
        words.touch()
        reach = _reach(namespace)

        def body() -> None:
            _confine(reach, folder)
            _run(dict(namespace), name, (problems, panel), where, answer, words)

        said = _forked(body, folder)
        if said[0] == WALLS:
            raise BackproofError(f"{where} cannot be isolated on this machine: {said[-1]}")
        if said[0] in OVERSTEPPED:
            sentence = stopped(said[0], DEFAULT)
            raise BackproofError(f"{where}: {sentence[0].lower()}{sentence[1:]}")
        if said[0] == "ended" and int(said[1]) == REFUSED << 8:
            raise BackproofError(words.read_text(encoding="utf-8"))
        try:
            return read_answer(answer, [*problems, *panel])
        except BackproofError as error:
            raise BackproofError(f"{where}: {error}.") from error


def _reach(namespace: Mapping[str, Any]) -> Reach:
    """Return what live objects need: this folder, the modules, and the files of their functions."""
    space = dict(namespace)
    functions = [*functions_of(space).values()]
    for cls in classes_of(space).values():
        functions += vars(cls).values()
    codes = [getattr(function, "__code__", None) for function in functions]
    files = {Path(code.co_filename) for code in codes if code is not None}
    return of_folders([Path.cwd(), *map(Path, sys.path)]) + Reach(tuple(files))


def _confine(reach: Reach, folder: Path) -> None:
    """Give up, in the forked process, what a file's process does not have either."""
    limits = Order((0, 0, DEFAULT.file, 0, 0, 0), DEFAULT.seconds, (), (), ()).resources()
    limits[resource.RLIMIT_AS] = _address_space() + DEFAULT.memory
    del limits[resource.RLIMIT_NOFILE]  # a notebook may hold many
    for handle in map(int, os.listdir("/proc/self/fd") if LINUX else ()):
        with contextlib.suppress(OSError):  # that of the listing
            if stat.S_ISSOCK(os.fstat(handle).st_mode):
                os.close(handle)
    die_with_parent()
    accept(limits)
    confine(walls.found(), reach.rules(), str(folder.resolve()))


def _address_space() -> int:
    """Return how many bytes of it this process has; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return 0


def _run(
    namespace: dict[str, Any],
    name: str,
    asked: tuple[Sequence[Problem], Sequence[Problem]],
    where: str,
    answer: Path,
    words: Path,
) -> None:
    """Read the objects in the child; never returns."""
    code = 1
    warnings.simplefilter("ignore")  # ours may make errors of them
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            file = File(where, namespace, text=_text(namespace), choice=CHOICE)
            write_answer(answer, read(file, name, *asked))
        code = 0
    except BackproofError as error:
        words.write_text(str(error), encoding="utf-8")
        code = REFUSED
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _text(namespace: dict[str, Any]) -> str:
    """Return the source of every function and method of the objects, where it can be had."""
    functions: list[Any] = list(functions_of(namespace).values())
    for cls in classes_of(namespace).values():
        functions += [getattr(cls, name) for name in methods_of(cls)]
    return "\n".join(filter(None, map(_source, functions)))


def _source(function: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # typed at a prompt, or made by exec
        return ""


def _forked(body: Callable[[], None], folder: Path) -> list[str]:
    """Run something in a process of its own; return which limit it overstepped, or its report."""
    report, says = os.pipe()
    usage = Usage(str(folder), DEFAULT.file, DEFAULT.files)

    def leader() -> None:
        os.setpgid(0, 0)  # so that what it starts can be ended with it
        gate(says, walls.found(), partial(init, says, body))

    child = fork(says, leader)
    os.close(says)
    try:
        return _report(report, child, usage)
    finally:
        os.close(report)
        for end in (os.killpg, os.kill):  # it may not have come to lead a group
            with contextlib.suppress(ProcessLookupError, PermissionError):
                end(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def _report(report: int, child: int, usage: Usage) -> list[str]:
    deadline = time.monotonic() + DEFAULT.seconds
    while time.monotonic() < deadline:
        if select.select([report], [], [], PAUSE)[0]:
            return os.read(report, 1 << 10).decode().strip().split(" ", 3)
        family = descendants(child)
        if len(family) > DEFAULT.processes + OWN:
            return ["processes"]
        if why := usage.over(family):
            return [why]
    return ["seconds"]
