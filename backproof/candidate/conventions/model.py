"""Models: how the file makes its parameters, and a model filled with ours."""

import ast
import copy
import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from backproof.candidate.conventions import RATE
from backproof.candidate.conventions.calls import name_parts, parameters_of, returned_names
from backproof.candidate.conventions.names import FORCED, INIT, role_of, size_role
from backproof.candidate.loading import Construction
from backproof.trace import Array

Make = Callable[[Sequence[int], Array, Array], Any]  # (layer sizes, X, Y as the file wants them)


@dataclass(frozen=True)
class Model:
    """A way to make a model of given sizes.

    words  what it is: "class Net", "a dict of W1, b1, W2, b2"
    make   (sizes, X, Y) -> a fresh model, with the file's own random parameters
    names  of the parts that an initialising function returns
    """

    words: str
    make: Make
    names: tuple[str, ...] = ()
    cls: type | None = None


class CannotBuildError(Exception):
    """A model that cannot be made with these sizes."""


def sizes_for(
    function: Callable[..., Any],
    dims: Sequence[int],
    made: Construction | None = None,
    known: Collection[str] = (),
) -> dict[str, Any]:
    """Return arguments that make an initialiser or a constructor draw a network of these sizes.

    made   how the file itself calls it: tells the values of arguments that are no sizes
    known  names of arguments that are given anyway, such as data
    Raises CannotBuildError, naming the argument whose meaning is unknown.
    """
    every = parameters_of(function)
    theirs = _their_arguments(every, made)
    parameters = [p for p in every if p.name not in known]
    roles = [(p, size_role(p.name)) for p in parameters]
    required = [p for p in parameters if p.default is p.empty]
    given: dict[str, Any] = {}
    hidden = list(dims[1:-1])
    listed = any(role == "sizes" for _, role in roles)
    n_hidden = sum(role == "hidden" for _, role in roles)
    for parameter, role in roles:
        value = theirs.get(parameter.name)
        if role == "sizes":
            given[parameter.name] = _like(value, list(dims))
        elif role == "input" and not listed:
            given[parameter.name] = dims[0]
        elif role == "output" and not listed:
            given[parameter.name] = dims[-1]
        elif role == "hidden" and not listed:
            if isinstance(value, list | tuple) or (n_hidden == 1 and len(dims) > 3):
                given[parameter.name] = list(hidden)
            elif not hidden:
                raise CannotBuildError(parameter.name)
            else:
                given[parameter.name] = hidden.pop(0)
    if n_hidden > 1 and hidden and not listed:
        raise CannotBuildError("too few hidden sizes")
    for parameter in required:
        if parameter.name in given:
            continue
        if parameter.name in theirs and not isinstance(theirs[parameter.name], ast.expr):
            given[parameter.name] = theirs[parameter.name]
        elif role_of(parameter.name, INIT) in FORCED:
            given[parameter.name] = _forced(parameter.name)
        else:
            raise CannotBuildError(parameter.name)
    return given


def _forced(name: str) -> Any:
    role = role_of(name, INIT)
    return {"learning_rate": RATE, "zero": 0.0, "one": 1, "false": False}.get(role or "", 1)


def _their_arguments(
    parameters: list[inspect.Parameter], made: Construction | None
) -> dict[str, Any]:
    if made is None:
        return {}
    names = [p.name for p in parameters]
    return dict(zip(names, made.args, strict=False)) | made.keywords


def _like(theirs: Any, dims: list[int]) -> Any:
    """Return the sizes in the form in which the file gives them: a list, a tuple, an array."""
    if isinstance(theirs, tuple):
        return tuple(dims)
    if isinstance(theirs, list) and theirs and isinstance(theirs[0], dict):
        return _described(theirs, dims)
    return dims


def _described(theirs: list[dict[str, Any]], dims: list[int]) -> list[dict[str, Any]]:
    """Return descriptions of layers, {"input_dim": 2, "output_dim": 4, ...}, with our sizes."""
    if len(theirs) != len(dims) - 1:
        raise CannotBuildError("another number of layers")
    described = []
    for l, one in enumerate(theirs):
        sizes = [key for key, v in one.items() if isinstance(v, int) and not isinstance(v, bool)]
        if len(sizes) != 2:
            raise CannotBuildError("layers described in another way")
        described.append(one | dict(zip(sizes, dims[l : l + 2], strict=True)))
    return described


def in_order(function: Callable[..., Any], dims: Sequence[int]) -> dict[str, Any]:
    """Return the sizes for arguments whose names say nothing, if there are as many of them."""
    required = [p.name for p in parameters_of(function) if p.default is p.empty]
    if len(required) == 1:
        return {required[0]: list(dims)}
    if len(required) != len(dims):
        raise CannotBuildError(", ".join(required))
    return dict(zip(required, dims, strict=True))


def from_initialiser(function: Callable[..., Any], architecture: Any = None) -> Iterator[Model]:
    """Yield the ways to make a model with a function such as initialize_parameters."""
    names = tuple(returned_names(function))

    def by_name(dims: Sequence[int], X: Array, Y: Array) -> Any:  # noqa: ARG001
        made = Construction("", (architecture,), {}, 0) if architecture is not None else None
        return function(**sizes_for(function, dims, made))

    def by_order(dims: Sequence[int], X: Array, Y: Array) -> Any:  # noqa: ARG001
        return function(**in_order(function, dims))

    yield Model(function.__name__, by_name, names)
    yield Model(function.__name__, by_order, names)


def from_class(cls: type, constructions: Sequence[Construction]) -> Iterator[Model]:
    """Yield the ways to make an instance of a class."""
    made = next((c for c in constructions if c.name == cls.__name__), None)

    def with_data(X: Array, Y: Array) -> dict[str, Any]:
        roles = {p.name: role_of(p.name, INIT) for p in parameters_of(cls)}
        data = {"X": X, "Y": Y}
        return {name: data[role] for name, role in roles.items() if role in data}

    def by_name(dims: Sequence[int], X: Array, Y: Array) -> Any:
        data = with_data(X, Y)
        return cls(**_rates(cls) | sizes_for(cls, dims, made, data) | data)

    def by_order(dims: Sequence[int], X: Array, Y: Array) -> Any:  # noqa: ARG001
        return cls(**in_order(cls, dims))

    def as_written(dims: Sequence[int], X: Array, Y: Array) -> Any:  # noqa: ARG001
        if made is None:
            raise CannotBuildError("no call in the file")
        arguments = [*made.args, *made.keywords.values()]
        if any(isinstance(value, ast.expr) for value in arguments):
            raise CannotBuildError("arguments that are computed")
        return cls(*copy.deepcopy(made.args), **copy.deepcopy(made.keywords))

    for make in (by_name, by_order, as_written):
        yield Model(f"class {cls.__name__}", make, cls=cls)


def _rates(cls: type) -> dict[str, Any]:
    """Return values for arguments of a constructor that are rates, whatever their defaults."""
    forced = ("learning_rate", "zero")
    names = [p.name for p in parameters_of(cls) if role_of(p.name, INIT) in forced]
    return {name: _forced(name) for name in names if size_role(name) is None}


def plain_models() -> Iterator[Model]:
    """Yield dicts of W1, b1, ... in every layout, for a file that does not make its own."""
    for transposed in (False, True):
        for form in ((-1, 1), (1, -1), (-1,)):

            def make(
                dims: Sequence[int],
                X: Array,  # noqa: ARG001
                Y: Array,  # noqa: ARG001
                transposed: bool = transposed,
                form: tuple[int, ...] = form,
            ) -> Any:
                model = {}
                for l, (n_in, n_out) in enumerate(pairwise(dims), 1):
                    model[f"W{l}"] = np.zeros((n_in, n_out) if transposed else (n_out, n_in))
                    model[f"b{l}"] = np.zeros(n_out).reshape(form)
                return model

            yield Model("parameters by name", make)


def parts_of(model: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the parts of a model that a function may take one by one: W1, b1, W2, b2."""
    if isinstance(model, dict):
        return {key: value for key, value in model.items() if isinstance(key, str)}
    return dict(name_parts(model, list(names)))
