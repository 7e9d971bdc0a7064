"""Calls: arguments bound by what their names mean, and what a function's return statement says."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FunctionType, MethodType
from typing import Any

from backproof.candidate.conventions.names import (
    BACKWARD,
    COST,
    FORCED,
    FORWARD,
    UPDATE,
    plain,
    role_of,
)


class UnboundError(Exception):
    """An argument whose name says nothing, and which has no default."""


@dataclass
class Known:
    """What can be handed to a function so far.

    roles  "X", "Y", "parameters", "cache", "output", "grads", "learning_rate", ... -> value
    named  the very names: W1, Z1, caches ... -> value
    used   roles that were handed over
    """

    roles: dict[str, Any] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def copy(self) -> "Known":
        """Return a copy that can learn more."""
        return Known(dict(self.roles), dict(self.named), set(self.used))

    def find(self, name: str, player: str) -> tuple[bool, Any]:
        """Return whether a value for an argument is known, and the value."""
        role = role_of(name, player)
        if name in self.named and role not in ("X", "Y", *FORCED):
            return True, self.named[name]
        if role in self.roles:
            self.used.add(role or "")
            return True, self.roles[role]
        lower = {plain(key): value for key, value in self.named.items()}
        if plain(name) in lower:
            return True, lower[plain(name)]
        return False, None


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the arguments of a function, without self; none where Python cannot tell."""
    if isinstance(function, MethodType) and isinstance(function.__func__, FunctionType):
        return list(_parameters(function.__func__, bound=True))
    if isinstance(function, FunctionType):
        return list(_parameters(function, bound=False))
    return list(_told(function))


@cache
def _parameters(function: FunctionType, *, bound: bool) -> tuple[inspect.Parameter, ...]:
    return _told(MethodType(function, object()) if bound else function)


def _told(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ()
    flexible = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return tuple(p for p in signature.parameters.values() if p.kind not in flexible)


def bind(function: Callable[..., Any], player: str, known: Known) -> dict[str, Any]:
    """Return the arguments of a call; raise UnboundError, naming the argument without a meaning."""
    bound = {}
    parameters = parameters_of(function)
    names = {parameter.name for parameter in parameters}
    for parameter in parameters:
        optional = parameter.default is not parameter.empty
        if {"y", "t"} <= names and parameter.name == "y" and "output" in known.roles:
            bound["y"] = known.roles["output"]  # where both occur, t is the truth
            continue
        if parameter.name == "p" and "parameters" in known.roles and _no_output(names, player):
            bound["p"] = known.roles["parameters"]
            continue
        there, value = known.find(parameter.name, player)
        role = role_of(parameter.name, player)
        if there and (not optional or _overrides(parameter.name, role, player)):
            bound[parameter.name] = value
        elif not optional:
            raise UnboundError(parameter.name)
    return bound


def _no_output(names: set[str], player: str) -> bool:
    """Return whether an argument p, among others, means the parameters, and no probabilities."""
    others = {role_of(name, player) for name in names - {"p"}}
    if player == BACKWARD:
        return not others.isdisjoint({"cache", "output"})
    return player in (FORWARD, UPDATE)


def _overrides(name: str, role: str | None, player: str) -> bool:
    """Return whether our value goes before the default that the file gives."""
    if role == "learning_rate":
        return player not in (FORWARD, COST)
    if role == "count":
        return "batch" in name.lower()
    return role is not None


def call(function: Callable[..., Any], player: str, known: Known) -> Any:
    """Call a function with what is known."""
    arguments = bind(function, player, known)
    positional = [
        p.name for p in parameters_of(function) if p.kind is inspect.Parameter.POSITIONAL_ONLY
    ]
    first = [arguments.pop(name) for name in positional if name in arguments]
    return function(*first, **arguments)


def returned_names(function: Callable[..., Any]) -> list[str]:
    """Return the names in the last `return a, b, c` of a function; "" for what has no name."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return [] if code is None else _returned(code)


@cache
def _returned(code: CodeType) -> list[str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
    own = [node for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value]
    if not own:
        return []
    value = max(own, key=lambda node: node.lineno).value
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return [_written(part) for part in parts if part is not None]


def _written(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def name_parts(result: Any, names: list[str]) -> Mapping[str, Any]:
    """Return what a call returned, by the names in its return statement."""
    if isinstance(result, list | tuple) and len(result) == len(names) > 1:
        return {name: part for name, part in zip(names, result, strict=True) if name}
    return {names[0]: result} if len(names) == 1 and names[0] else {}
