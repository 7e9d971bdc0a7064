"""Ctrl-C, where Python would lose it: while modules are imported, and while a process is forked.

There Python itself runs callbacks, and swallows what is raised in them.  An import that runs text
(`exec`), as dataclasses do, makes Python end as if nobody had caught the KeyboardInterrupt.
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

IMPORTING = "<frozen importlib._bootstrap>"
AGAIN = 0.05  # seconds
SIGNALS = (signal.SIGINT, signal.SIGALRM) if hasattr(signal, "SIGALRM") else (signal.SIGINT,)


def wait_for_imports() -> None:
    """From now on raise KeyboardInterrupt outside of imports only; what is ignored stays so.

    To be called from the main thread.  Where there is no timer (Windows), nothing is changed.
    """
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if default and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.signal(signal.SIGINT, _interrupt)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let Ctrl-C wait until the block is left; a child that is forked inside has it blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def allow() -> None:
    """End in a forked child what held() began in its parent."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _interrupt(_: int, frame: FrameType | None) -> None:
    if not _is_importing(frame):
        raise KeyboardInterrupt
    signal.setitimer(signal.ITIMER_REAL, AGAIN)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            return True
        frame = frame.f_back
    return False
