"""Stand-ins: for what is imported, until it is used."""

from collections.abc import Callable
from typing import Any, TypeGuard

from backproof.candidate.loading.words import word_set
from backproof.errors import BackproofError


class MissingImportError(BackproofError, ImportError):
    """Something the network really uses comes from a module that is not there."""


class StandIn:
    """Stands for a module, or a name out of one, until it is used: then it resolves, or raises."""

    __slots__ = ("_describe", "_missing", "_real", "_resolve")

    def __init__(
        self, describe: str, resolve: Callable[[], Any] | None = None, missing: str | None = None
    ) -> None:
        """Describe what it stands for: `resolve` finds it, or `missing` says why nobody can."""
        self._describe, self._missing = describe, missing
        self._real, self._resolve = None, resolve

    def __repr__(self) -> str:
        """Return what it stands for."""
        return f"<stand-in for {self._describe}>"

    def __getattr__(self, name: str) -> Any:
        """Resolve, unless it is somebody's probe for a special method."""
        if name.startswith("__") and name.endswith("__") and name != "__version__":
            raise AttributeError(f"{self!r} has no {name}")
        return getattr(real(self), name)

    def __copy__(self) -> "StandIn":
        """Return itself, as a module would."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "StandIn":
        """Return itself, as a function would."""
        return self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """Resolve as a base class."""
        return (real(self),)

    def __instancecheck__(self, instance: Any) -> bool:
        """Resolve as the second argument of isinstance."""
        return isinstance(instance, real(self))


def is_stand_in(value: Any) -> TypeGuard[StandIn]:
    """Return whether a value stands for something imported; its attributes load it, or raise."""
    return type(value) is StandIn


def real(stand_in: StandIn) -> Any:
    """Return what a stand-in stands for; raises MissingImportError where that is not there."""
    if stand_in._missing is not None:
        raise MissingImportError(stand_in._missing)
    if stand_in._resolve is not None:
        stand_in._real = stand_in._resolve()
        stand_in._resolve = None
    return stand_in._real


def _special(name: str) -> Callable[..., Any]:
    def method(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        found = getattr(real(self), name, None)
        return NotImplemented if found is None else found(*args, **kwargs)

    method.__name__ = name
    return method


for _name in word_set(
    "call array iter len getitem contains bool float int index enter exit neg abs lt le gt ge "
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow "
    "matmul rmatmul"
):
    setattr(StandIn, f"__{_name}__", _special(f"__{_name}__"))
