"""The tensors in nested lists, tuples and mappings, by name: "output[0]['mask']"."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor


def named(value: Any, name: str) -> Iterator[tuple[str, Tensor]]:
    """Yield each tensor in `value` with its name, in order."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from named(one, f"{name}[{key!r}]")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from named(one, f"{name}[{place}]")


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return `value` with each tensor in it changed; what is no container stays as it is."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {key: mapped(one, change) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(one, change) for one in value))
    if isinstance(value, list | tuple):
        return type(value)(mapped(one, change) for one in value)
    return value
