"""Groups: what in a file may be one network: its functions together, or one of its classes."""

import inspect
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from backproof.candidate.conventions.calls import parameters_of
from backproof.candidate.conventions.model import (
    Model,
    from_class,
    from_initialiser,
    plain_models,
)
from backproof.candidate.conventions.names import plain, size_role
from backproof.candidate.conventions.players import is_initialiser, ranked
from backproof.candidate.loading import Construction

Functions = dict[str, Callable[..., Any]]
PLAYED_AT_MOST = 4  # functions tried for one part


@dataclass(frozen=True)
class Group:
    """Something that may be one network.

    name       of the class; "" for the functions of the file
    functions  by name: the methods, then the functions of the file
    own        names of the methods, or of all functions
    helpers    names of those functions that come from files beside it
    scopes     the names that each function of the file calls, and its script
    single     whether the script hands over one example at a time
    batch      whether what learns is written for several examples at once
    stepping   names of the functions whose text subtracts learning rate times gradient
    """

    name: str
    models: list[Model]
    functions: Functions
    own: list[str]
    helpers: frozenset[str] = frozenset()
    scopes: tuple[frozenset[str], ...] = ()
    single: bool = False
    batch: bool = False
    stepping: frozenset[str] = frozenset()

    def players(self, part: str) -> list[str]:
        """Return the functions that may play a part, the likeliest first."""
        found = ranked(self.own, part)
        first = [name for name in found if name not in self.helpers]
        return [*first, *[n for n in found if n in self.helpers]][:PLAYED_AT_MOST]

    def together(self, name: str, others: Iterable[str]) -> bool:
        """Return whether some scope calls a function and one of the others."""
        return any(name in scope and not scope.isdisjoint(others) for scope in self.scopes)

    def outside(self, part: str) -> list[str]:
        """Return functions of the file, besides the methods of a class, that may play a part."""
        others = [name for name in self.functions if name not in self.own]
        return ranked(others, part)[:PLAYED_AT_MOST]


def groups(
    namespace: dict[str, Any],
    constructions: Sequence[Construction],
    scopes: tuple[frozenset[str], ...] = (),
) -> Iterator[Group]:
    """Yield the functions of a file, if they may be a network, then its classes."""
    functions = functions_of(namespace)
    if functions:
        here = namespace.get("__name__")
        helpers = frozenset(n for n, f in functions.items() if f.__module__ != here)
        models = list(_models(namespace, functions))
        yield Group("", models, functions, list(functions), helpers, scopes)
    for name, cls in classes_of(namespace).items():
        methods = methods_of(cls)
        models = list(from_class(cls, constructions))
        yield Group(name, models, functions, methods, scopes=scopes)


def functions_of(namespace: dict[str, Any]) -> Functions:
    """Return the functions of the file and of its helpers, lambdas too."""
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, FunctionType) and _own(value.__code__.co_filename)
    }


def classes_of(namespace: dict[str, Any]) -> dict[str, type]:
    """Return the classes of the file and of its helpers."""
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, type) and _own(_file_of(value)) and not inspect.isabstract(value)
    }


def _own(filename: str) -> bool:
    """Return whether code is the stranger's: of the file, or of a helper beside it."""
    installed = {sysconfig.get_path(name) for name in ("stdlib", "platlib", "purelib")}
    ours = str(Path(__file__).parents[2])
    return bool(filename) and not filename.startswith((*installed, ours, "<frozen"))


def _file_of(cls: type) -> str:
    """Return the file of a class's first method; "" where it has none in Python."""
    for value in vars(cls).values():
        function = getattr(value, "__func__", value)
        if isinstance(function, FunctionType):
            return function.__code__.co_filename
    return ""


def methods_of(cls: type) -> list[str]:
    """Return the names of a class's methods, private ones too, in order of definition."""
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__[:-1]):
        for name, value in vars(base).items():
            if callable(value) or isinstance(value, staticmethod | classmethod):
                names[name] = None
    return [name for name in names if not name.startswith("__") or name == "__call__"]


def _models(namespace: dict[str, Any], functions: Functions) -> Iterator[Model]:
    for name, function in functions.items():
        if is_initialiser(name):
            yield from from_initialiser(function, _architecture(function, namespace))
    yield from plain_models()


def _architecture(function: Callable[..., Any], namespace: dict[str, Any]) -> Any:
    """Return the constant of the file that describes the layers, for an argument of that name."""
    names = [p.name for p in parameters_of(function)]
    if not names or size_role(names[0]) != "sizes":
        return None
    for name, value in namespace.items():
        described = isinstance(value, list) and value and isinstance(value[0], dict)
        if described and plain(name) == plain(names[0]):
            return value
    return None
