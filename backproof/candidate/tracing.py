"""Tracing: after which line of a file an array is first there.

What a file computes is known from an ordinary run.  It runs once more under sys.settrace, and after
every line what the frame can reach is compared with the arrays wanted.  Whatever goes wrong on the
way (an error, too much time, a file that traces itself) gives fewer lines, and nothing else.
"""

import ast
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from sys import gettrace, settrace
from time import monotonic
from types import FrameType
from typing import Any

import numpy as np

from backproof.candidate.conventions.slots import Path, leaves
from backproof.candidate.displays import inner_line
from backproof.candidate.loading import Source
from backproof.trace import Array

CLOSE = 32  # roundings that a run may differ from another: the memory may be aligned otherwise

Lines = dict[str, int]


class Wanted:
    """An array whose line is looked for."""

    def __init__(self, name: str, array: Array, rtol: float) -> None:
        """Keep the numbers; rtol is relative to the largest of them."""
        self.name, self.array, self.rtol = name, array.ravel(), rtol
        self.largest = largest(array)
        self.room = rtol * self.largest

    @property
    def tells(self) -> bool:
        """Whether its value tells it from others: zeros are there before they are computed."""
        return self.largest > 0.0

    def is_(self, value: Array, size: float) -> bool:
        """Return whether a value, with its largest element, is this array, however it lies."""
        if value.size != self.array.size or not abs(size - self.largest) <= self.room:
            return False
        return any(
            np.allclose(one.ravel(), self.array, rtol=0.0, atol=self.room, equal_nan=True)
            for one in (value, value.T)
        )


def largest(array: Array) -> float:
    """Return the largest magnitude among the finite elements of an array; 0 without any."""
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max(initial=0.0))


def as_they_are(arrays: Mapping[str, Array]) -> list[Wanted]:
    """Return arrays that will be there again, but for rounding."""
    return [
        Wanted(name, array, CLOSE * float(np.finfo(array.dtype).eps))
        for name, array in arrays.items()
        if array.dtype.kind == "f"
    ]


def first_lines(
    action: Callable[[], object], source: Source, wanted: Iterable[Wanted], known: Any, until: float
) -> Lines:
    """Run an action, and return array -> number of the line after which it is first there.

    source  the file whose lines count
    known   what is there before: it is computed nowhere
    until   when to stop, of time.monotonic()
    """
    watch = Watch(str(source.path), [one for one in wanted if one.tells], until)
    before = gettrace()
    with contextlib.suppress(BaseException):  # the file's own: it has run well without us
        watch.look(known, None)
        settrace(watch.enter)
        action()
    settrace(before)
    return lines_among(watch.found, source.tree)


@dataclass(frozen=True)
class Sight:
    """Where an array was first seen.

    line  that was executed
    path  to the array among what the line has left
    call  the line of the call, where the array was returned without ever having a name
    """

    line: int
    path: Path
    call: int | None


def lines_among(found: Mapping[str, Sight], tree: ast.Module) -> Lines:
    """Return array -> line.

    A line such as `return 1 / (1 + exp(-z))` may give several arrays.  The lines of the calls, if
    they differ, then tell more: each computes one of them.
    """
    places = Counter(sight.line for sight in found.values())
    calls = Counter(sight.call for sight in found.values())
    return {
        name: sight.call
        if sight.call is not None and calls[sight.call] < places[sight.line]
        else inner_line(tree, sight.line, sight.path)
        for name, sight in found.items()
    }


@dataclass
class Watch:
    """What has been seen so far: the bytes of every array, for what was there before is not new."""

    file: str
    wanted: list[Wanted]
    until: float
    seen: set[bytes] = field(default_factory=set)
    found: dict[str, Sight] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note the sizes: no other array is worth a look."""
        self.sizes = {one.array.size for one in self.wanted}

    def enter(self, frame: FrameType, event: str, _: Any) -> Any:
        """Trace a frame, if it is the file's: its arguments belong to the line of the call."""
        if event != "call" or frame.f_code.co_filename != self.file:
            return None
        calling = self._calling(frame)
        steps = Steps(self, frame.f_lineno, calling)
        return steps.step if self.after(calling, frame) else None

    def after(self, line: int | None, frame: FrameType) -> bool:
        """Look at what a frame can reach after a line; return whether to go on."""
        try:
            if monotonic() < self.until and any(o.name not in self.found for o in self.wanted):
                self.look(_globals_of(frame) | frame.f_locals, line)
                return True
        except BaseException:  # of a stranger's object: the tracing ends, not the run
            self.until = 0.0
        settrace(None)
        return False

    def look(self, root: Any, line: int | None, call: int | None = None) -> None:
        """Give the line to each wanted array that is new among those that can be reached."""
        for leaf in leaves(root):
            value = leaf.value if isinstance(leaf.value, np.ndarray) else np.asarray(leaf.value)
            if value.size not in self.sizes or value.dtype.kind != "f":
                continue
            written = value.tobytes()
            if written not in self.seen:
                self.seen.add(written)
                if line is not None:
                    self._name(value, Sight(line, leaf.path, call))

    def _name(self, value: Array, sight: Sight) -> None:
        size = largest(value)
        for one in self.wanted:
            if one.name not in self.found and one.is_(value, size):
                self.found[one.name] = sight

    def _calling(self, frame: FrameType) -> int | None:
        """Return the innermost line of the file that led to a frame; None where none did."""
        above = frame.f_back
        while above is not None and above.f_code.co_filename != self.file:
            above = above.f_back
        return None if above is None else above.f_lineno


@dataclass
class Steps:
    """One frame of the file, line by line.

    line  that is being executed
    call  the line that led here
    """

    watch: Watch
    line: int
    call: int | None

    def step(self, frame: FrameType, event: str, value: Any) -> Any:
        """Look at what the line has left that was executed."""
        goes_on = True
        if event in ("line", "return"):
            goes_on = self.watch.after(self.line, frame)
        if event == "return" and goes_on:
            with contextlib.suppress(BaseException):
                self.watch.look(value, self.line, self.call)
        self.line = frame.f_lineno
        return self.step if goes_on else None


def _globals_of(frame: FrameType) -> dict[str, Any]:
    """Return the globals that the code of a frame names."""
    there, code = frame.f_globals, frame.f_code
    return {name: there[name] for name in code.co_names if name in there}
