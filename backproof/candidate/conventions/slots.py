"""Slots: where, in a stranger's objects, arrays live."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from backproof.trace import Array

Step = tuple[str, Any]  # ("attr", name), ("key", key) or ("index", number)
Path = tuple[Step, ...]
DEEPEST, MOST = 6, 400


@dataclass(frozen=True)
class Leaf:
    """An array, or a list of numbers, and the way to it."""

    path: Path
    value: Any

    @property
    def name(self) -> str:
        """The last word of the way: W1 in params["W1"], weights in layers[0].weights."""
        words = [str(step) for kind, step in self.path if kind != "index" and _is_word(step)]
        return words[-1] if words else ""

    @property
    def array(self) -> Array:
        """The value as an array."""
        return np.asarray(self.value)

    @property
    def words(self) -> str:
        """The way as one would write it."""
        text = ""
        for kind, step in self.path:
            text += f".{step}" if kind == "attr" else f"[{step!r}]"
        return text.lstrip(".")


def _is_word(step: Any) -> bool:
    return isinstance(step, str) and not step.isdigit()


def leaves(root: Any) -> list[Leaf]:
    """Return every array in dicts, lists, tuples and instances below `root`, in their order."""
    return [leaf for _, leaf in zip(range(MOST), _walk(root, (), set()), strict=False)]


def _walk(value: Any, path: Path, above: set[int]) -> Iterator[Leaf]:
    if is_array(value):
        yield Leaf(path, value)
        return
    if id(value) in above or len(path) > DEEPEST:
        return
    for step, part in _parts(value):
        yield from _walk(part, (*path, step), above | {id(value)})


def _parts(value: Any) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, dict):
        yield from ((("key", key), part) for key, part in list(value.items()))
    elif isinstance(value, list | tuple):
        yield from ((("index", i), part) for i, part in enumerate(value))
    elif is_object(value):
        yield from ((("attr", name), part) for name, part in list(vars(value).items()))


def is_object(value: Any) -> bool:
    """Return whether a value is an instance with attributes of its own."""
    plain = FunctionType | MethodType | ModuleType | type | np.random.Generator
    return hasattr(value, "__dict__") and not isinstance(value, plain)


def is_array(value: Any) -> bool:
    """Return whether a value is an array of numbers, or a list that could be one."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fiub"
    if isinstance(value, np.generic):
        return value.dtype.kind in "fiu"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return True
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        return True
    return isinstance(value, list) and bool(value) and _numbers(value)


def _numbers(value: list[Any]) -> bool:
    """Return whether a list holds nothing but numbers, or lists of them of one length."""
    if all(isinstance(part, float | int) for part in value):
        return True
    lengths = {len(part) for part in value if isinstance(part, list)}
    if len(lengths) != 1 or not all(isinstance(part, list) for part in value):
        return False
    return lengths != {0} and all(_numbers(part) for part in value)


def get(root: Any, path: Path) -> Any:
    """Return what lies at the end of a path; raise LookupError where the path ends before."""
    for kind, step in path:
        try:
            root = getattr(root, step) if kind == "attr" else root[step]
        except (AttributeError, TypeError, LookupError) as error:
            raise LookupError(str(error)) from error
    return root


def put(root: Any, path: Path, value: Any) -> Any:
    """Put a value at the end of a path, and return the root (a new one where it is a tuple)."""
    if not path:
        return value
    (kind, step), rest = path[0], path[1:]
    if kind == "attr":
        setattr(root, step, put(getattr(root, step), rest, value))
    elif isinstance(root, tuple):
        parts = [put(p, rest, value) if i == step else p for i, p in enumerate(root)]
        return type(root)(*parts) if hasattr(root, "_fields") else tuple(parts)
    else:
        root[step] = put(root[step], rest, value)
    return root
