"""Live objects, such as the globals() of a notebook, read by their conventions in a forked process.

They cannot travel to a process of their own as a file can; a fork sees them as they are, and
whatever it does to them stays there.
"""

import contextlib
import inspect
import os
import signal
import sys
import tempfile
import textwrap
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backproof.candidate.conventions import REFUSED
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.groups import classes_of, functions_of, methods_of
from backproof.candidate.conventions.reader import read
from backproof.candidate.letters import Answer, read_answer, write_answer
from backproof.candidate.sandbox import DEFAULT
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
    with tempfile.TemporaryDirectory(prefix="backproof-") as name_of_folder:
        answer, words = Path(name_of_folder, "answer.safetensors"), Path(name_of_folder, "words")
        child = os.fork()
        if child == 0:
            _run(dict(namespace), name, (problems, panel), where, answer, words)
        code = _wait(child)
        if code == REFUSED:
            raise BackproofError(words.read_text(encoding="utf-8"))
        if code is None:
            raise BackproofError(
                f"{where}: it ran for more than {DEFAULT.seconds:g} seconds and was stopped."
            )
        try:
            return read_answer(answer, [*problems, *panel])
        except BackproofError as error:
            raise BackproofError(f"{where}: {error}.") from error


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
    os.setpgid(0, 0)  # so that what it starts can be ended with it
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


def _wait(child: int) -> int | None:
    """Return the exit code of the child; None where it had to be stopped."""
    deadline = time.monotonic() + DEFAULT.seconds
    try:
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(PAUSE)
        return None
    finally:
        for end in (os.killpg, os.kill):  # it may not have come to lead a group
            with contextlib.suppress(ProcessLookupError, PermissionError):
                end(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
