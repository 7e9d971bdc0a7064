"""Everything that a program has started: the descendants of this process."""

import os
import resource
import signal
import time
from contextlib import suppress


def descendants(root: int) -> dict[int, int]:
    """Return all descendants of a process, each with its resident memory in bytes."""
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        return descendants_by_ps(root)
    found: dict[int, int] = {}
    ahead = [root]
    while ahead:
        pid = ahead.pop()
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end while we look
            with open(f"/proc/{pid}/statm") as file:
                found[pid] = int(file.read().split()[1]) * resource.getpagesize()
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children") as file:
                    ahead += map(int, file.read().split())
    found.pop(root, None)
    return found


def descendants_by_ps(root: int) -> dict[int, int]:
    """Return the same without /proc."""
    import subprocess

    command = ["ps", "-A", "-o", "pid=,ppid=,rss="]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as ps:
        rows = [[int(word) for word in line.split()] for line in ps.communicate()[0].splitlines()]
    found: dict[int, int] = {}
    ahead = [root]
    while ahead:
        parent = ahead.pop()
        children = {pid: 1024 * size for pid, ppid, size in rows if ppid == parent}
        found |= children
        ahead += children
    found.pop(ps.pid)
    return found


def reap() -> bool:
    """Bury the dead; return whether any child is left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
        return True
    return False


def end_all() -> None:
    """Kill until no child is left: orphans become our children, so that then nobody is left."""
    while reap():
        for pid in descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
