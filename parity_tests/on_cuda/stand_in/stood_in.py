"""The CPU in CUDA's place, so that what is to run on a device has run before.

A tensor that is moved to "cuda" stays where it is, says that it is there, and takes part in no
operation with one that is not.  Streams, events and memory statistics answer; a graph keeps the
operations of its capture and does them again on the same tensors, as a captured one does;
torch.compile returns what it is given.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.weak import WeakTensorKeyDictionary

CUDA, CPU = torch.device("cuda", 0), torch.device("cpu")
OF_MODULES = ("_has_compatible_shallow_copy_type", "__set__")  # of Module.to()
ACROSS = ("copy_", "to", "cpu", "type_as", "backward", *OF_MODULES)  # take tensors of both kinds
TO_NUMPY = ("numpy", "__array__")


class StoodIn(TorchFunctionMode):
    """Reads "cuda" as "cpu" where something is made or moved, and remembers what is there."""

    def __init__(self) -> None:
        """Nothing is there yet."""
        super().__init__()
        self.there = WeakTensorKeyDictionary()
        self.made = 0  # bytes, there
        self.strict = True

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Do as asked, on the CPU; raise where CUDA would for the devices of its tensors."""
        owner, name, kwargs = getattr(func, "__self__", None), _name(func), kwargs or {}
        if owner is Tensor.device:
            return CUDA if self.is_there(args[0]) else CPU
        if owner is Tensor.is_cuda:
            return self.is_there(args[0])
        if func is torch.device or name == "_parse_to":  # of Module.to(), which passes it on
            return func(*args, **kwargs)
        given = _tensors((args, kwargs))
        there = any(map(self.is_there, given))
        if there and name in TO_NUMPY:
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        if there and self.strict and name not in ACROSS and any(map(self._is_left, given)):
            raise RuntimeError(f"{name}: expected all tensors to be on the same device")
        asked = [a for a in (*args, *kwargs.values()) if _is_device(a)]
        args, kwargs = tree_map(lambda a: CPU if _is_device(a) else a, (args, kwargs))
        result = func(*args, **kwargs)
        if name == "__set__":  # tensor.data = other
            self._note(given[0], self.is_there(given[-1]))
        elif name == "copy_":
            self._note(given[0], self.is_there(given[0]))
        elif asked or name == "cpu":
            goes = bool(asked) and torch.device(asked[0]).type == "cuda"
            result = self._elsewhere(result, given, goes)
        else:
            self._note(result, there)
        return result

    def is_there(self, tensor: Tensor) -> bool:
        """Say whether a tensor is on the device."""
        return bool(self.there.get(tensor, False))

    def _is_left(self, tensor: Tensor) -> bool:
        """Say whether it is on the CPU, and no number, which may be."""
        wrapped = is_functorch_wrapped_tensor(tensor)
        return bool(tensor.ndim) and not wrapped and not self.is_there(tensor)

    def _note(self, result: Any, there: bool) -> None:
        for tensor in _tensors(result):
            self.there[tensor] = there
            self.made += there * tensor.numel() * tensor.element_size()

    def _elsewhere(self, result: Any, given: list[Tensor], goes: bool) -> Any:
        """Note what was moved; a tensor that stayed itself is another one on the other side."""
        moved = isinstance(result, Tensor) and any(result is one for one in given)
        if moved and self.is_there(result) != goes:
            result = result.clone()
        self._note(result, goes)
        return result


def _name(func: Any) -> str:
    return str(getattr(func, "__name__", ""))


def _is_device(argument: Any) -> bool:
    if isinstance(argument, torch.device):
        return True
    return isinstance(argument, str) and argument.partition(":")[0] in ("cuda", "cpu")


def _tensors(nested: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(nested) if isinstance(leaf, Tensor)]


class Tape(TorchDispatchMode):
    """Keeps every operation, with its arguments and results."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        super().__init__()
        self.kept: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Do the operation, and keep it."""
        result = func(*args, **(kwargs or {}))
        self.kept.append((func, args, kwargs or {}, result))
        return result


class Graph:
    """A captured graph: the same operations, on the same tensors."""

    def __init__(self) -> None:
        """Nothing is captured yet."""
        self.tape = Tape()

    def replay(self) -> None:
        """Do all that was captured once more."""
        with torch.no_grad(), torch._C.DisableTorchFunction():
            for func, args, kwargs, result in self.tape.kept:
                again = func(*args, **kwargs)
                if func._schema.is_mutable or func.is_view:
                    continue
                for old, new in zip(_tensors(result), _tensors(again), strict=True):
                    old.copy_(new)


class Event:
    """A moment on the stream: nothing runs ahead, so it is now."""

    def __init__(self, **_: Any) -> None:
        """Nothing is recorded yet."""
        self.at = 0.0

    def record(self) -> None:
        """Keep the time."""
        self.at = time.perf_counter()

    def synchronize(self) -> None:
        """Return at once."""

    def elapsed_time(self, end: "Event") -> float:
        """Return milliseconds from this event to another."""
        return (end.at - self.at) * 1e3


class Stream:
    """A stream, of which there is one."""

    def __init__(self, device: Any = None) -> None:
        """Nothing is made."""

    def wait_stream(self, other: "Stream") -> None:
        """Return at once."""


@contextmanager
def graph(captured: Graph) -> Iterator[None]:
    """Capture what is done within."""
    with captured.tape:
        yield


@contextmanager
def stream(_: Stream) -> Iterator[None]:
    """Do what is done within as it comes."""
    yield


MODE = StoodIn()


def forget() -> None:
    """Count the bytes that are made there from now on."""
    MODE.made = 0


def compiled(function: Callable[..., Any], **_: Any) -> Callable[..., Any]:
    """Return the function itself; what torch.func makes within is not followed."""

    def call(*args: Any) -> Any:
        MODE.strict = False
        try:
            return function(*args)
        finally:
            MODE.strict = True

    return call


ANSWERS = {
    "is_available": lambda: True,
    "device_count": lambda: 1,
    "synchronize": lambda *_: None,
    "current_stream": lambda *_: Stream(),
    "reset_peak_memory_stats": lambda *_: forget(),
    "memory_allocated": lambda *_: 0,
    "max_memory_allocated": lambda *_: MODE.made,
    "get_device_name": lambda *_: "the CPU in its place",
    "get_device_properties": lambda *_: SimpleNamespace(
        name="the CPU in its place", major=9, minor=0, multi_processor_count=1, total_memory=2**30
    ),
    "Event": Event,
    "Stream": Stream,
    "CUDAGraph": Graph,
    "graph": graph,
    "stream": stream,
}


def parameter(
    cls: Any, data: Any = None, requires_grad: bool = True, make: Any = nn.Parameter.__new__
) -> Tensor:
    """Make a parameter of a tensor: it is where that is."""
    made: Tensor = make(cls, data, requires_grad)
    MODE.there[made] = data is not None and MODE.is_there(data)
    return made


def begin() -> None:
    """Let the CPU stand in, in this thread, until the process ends."""
    nn.Parameter.__new__ = parameter  # type: ignore[assignment,method-assign]
    for name, answer in ANSWERS.items():
        setattr(torch.cuda, name, answer)
    torch.compile = compiled  # type: ignore[assignment]
    MODE.__enter__()  # type: ignore[no-untyped-call]
