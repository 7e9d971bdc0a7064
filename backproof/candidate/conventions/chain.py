"""Chains: layer objects that only the script puts together, one after the other."""

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from backproof.candidate.conventions import RATE
from backproof.candidate.conventions.calls import Known, bind, parameters_of
from backproof.candidate.conventions.groups import Group, classes_of, functions_of, methods_of
from backproof.candidate.conventions.layers import find_layers
from backproof.candidate.conventions.model import CannotBuildError, Model
from backproof.candidate.conventions.names import BACKWARD, COST, FORWARD, role_of
from backproof.candidate.conventions.players import ranked
from backproof.candidate.conventions.slots import is_array
from backproof.candidate.loading import Construction
from backproof.trace import Array

OUTPUTS = ("output", "outputs", "out", "a", "A", "z", "Z", "y", "probs")
SLOPES = ("dinputs", "dinput", "dX", "dx", "dA_prev", "grad_inputs", "grad")


class Chain:
    """Layers in a row and, last, what gives the loss."""

    def __init__(self, layers: list[Any], loss: Any, slope: Callable[..., Any] | None) -> None:
        """Keep the layers in order, and a loss object or the function that is its derivative."""
        self.layers, self.loss, self.slope = layers, loss, slope
        self.seen: dict[str, Any] = {}

    def forward(self, X: Array) -> Any:
        """Return what the last layer gives."""
        for layer in self.layers:
            X = _passed(layer, FORWARD, X, OUTPUTS)
        self.seen["last"] = X
        return X

    def cost(self, Y: Array) -> Any:
        """Return what the loss object says of the last output."""
        last = self._last()
        known = Known({"Y": Y, "X": last, "output": last})
        values = [_call(function, COST, known) for function in self._costs()]
        numbers = [value for value in values if is_array(value) and np.size(value) == 1]
        if not numbers:
            raise ValueError("the loss object gives no number")
        return np.asarray(numbers[-1]).reshape(())

    def backward(self, Y: Array, learning_rate: float) -> None:
        """Run backwards from the loss through every layer."""
        output = self._last()
        known = Known({"Y": Y, "X": output, "output": output, "learning_rate": learning_rate})
        if self.loss is not None:
            for function in self._costs():
                _call(function, COST, known)
            grad = self._slope_of_object(known)
        elif self.slope is not None:
            grad = _call(self.slope, COST, known)
        else:
            raise ValueError("nothing gives the derivative of the loss")
        for layer in reversed(self.layers):
            grad = _passed(layer, BACKWARD, grad, SLOPES)

    def _last(self) -> Any:
        if "last" not in self.seen:
            raise ValueError("the layers have not been run forward")
        return self.seen["last"]

    def _slope_of_object(self, known: Known) -> Any:
        for attribute in OUTPUTS:
            value: Any = getattr(self.loss, attribute, None)
            if is_array(value) and np.shape(value) == np.shape(known.roles["output"]):
                known.roles["output"] = value
                break
        function = _method(self.loss, BACKWARD)
        required = [p.name for p in parameters_of(function) if p.default is p.empty]
        arguments = {}
        for position, name in enumerate(required):
            role = role_of(name, COST)
            arguments[name] = known.roles["Y"] if role == "Y" else known.roles["output"]
            if position and role is None:
                arguments[name] = known.roles["Y"]
        result = function(**arguments)
        return _array_of(self.loss, result, SLOPES)

    def _costs(self) -> Iterator[Callable[..., Any]]:
        """Yield the methods that compute the loss: forward, then those that give its mean."""
        if self.loss is None:
            return
        names = methods_of(type(self.loss))
        for name in (*ranked(names, FORWARD)[:1], *[n for n in names if n == "calculate"]):
            yield getattr(self.loss, name)


def chain_group(namespace: dict[str, Any], constructions: Sequence[Construction]) -> Group | None:
    """Return the layers that the script makes, as one network; None where it makes none."""
    classes = classes_of(namespace)
    parts = [c for c in constructions if c.name in classes and _is_layer(classes[c.name])]
    if not parts:
        return None
    slopes = [f for n, f in functions_of(namespace).items() if _is_slope(n, f)]

    def make(dims: Sequence[int], X: Array, Y: Array) -> Any:  # noqa: ARG001
        sizes, layers, loss = list(dims), [], None
        for part in parts:
            cls = classes[part.name]
            if _is_loss(cls):
                loss = cls(*_resolved(part.args, namespace))
                continue
            layer = _made(cls, part, sizes, namespace)
            if find_layers(layer) is not None:
                sizes.pop(0)
            layers.append(layer)
        if len(sizes) != 1:
            raise CannotBuildError("another number of layers")
        return Chain(layers, loss, slopes[0] if slopes else None)

    names = ["forward", "cost", "backward"]
    return Group("", [Model("layers", make)], functions_of(namespace), names)


def _made(cls: type, part: Construction, sizes: list[int], namespace: dict[str, Any]) -> Any:
    """Return one layer; the first two whole numbers that the script gives it become our sizes."""
    names = [p.name for p in parameters_of(cls)]
    written = dict(zip(names, part.args, strict=False)) | part.keywords
    counts = [n for n, value in written.items() if _may_be_count(value, namespace)]
    if len(counts) >= 2 and len(sizes) > 1:
        written |= dict(zip(counts, sizes, strict=False))
    values = _resolved(tuple(written.values()), namespace)
    return cls(**dict(zip(written, values, strict=True)))


def _may_be_count(value: Any, namespace: dict[str, Any]) -> bool:
    if isinstance(value, ast.Name) and value.id in namespace:
        value = namespace[value.id]
    return isinstance(value, int | ast.expr) and not isinstance(value, bool)


def _resolved(arguments: Sequence[Any], namespace: dict[str, Any]) -> Iterator[Any]:
    for value in arguments:
        if isinstance(value, ast.Name):
            yield namespace.get(value.id)
        elif isinstance(value, ast.expr):
            raise CannotBuildError("an argument that is computed")
        else:
            yield value


def _is_layer(cls: type) -> bool:
    """Return whether a class passes arrays on, both ways, and is no network: that wants labels.

    Dropout is left out: without it the mathematics is plain.
    """
    forward, backward = (ranked(methods_of(cls), part) for part in (FORWARD, BACKWARD))
    if not forward or not backward or "dropout" in cls.__name__.lower():
        return False
    return _is_loss(cls) or "Y" not in _roles(cls, backward[0])


def _roles(cls: type, method: str) -> list[str | None]:
    """Return what the arguments mean that a method must be given."""
    required = [p for p in parameters_of(getattr(cls, method)) if p.default is p.empty]
    return [role_of(p.name, COST) for p in required if p.name != "self"]


def _is_loss(cls: type) -> bool:
    """Return whether an object of a class wants labels in its forward pass."""
    names = ranked(methods_of(cls), FORWARD)
    return bool(names and ranked(methods_of(cls), BACKWARD)) and "Y" in _roles(cls, names[0])


def _is_slope(name: str, function: Callable[..., Any]) -> bool:
    """Return whether a function is the derivative of a loss, such as mse_prime(y_true, y_pred)."""
    roles = {role_of(p.name, COST) for p in parameters_of(function)}
    derived = any(word in name.lower() for word in ("prime", "deriv", "grad", "back"))
    return derived and roles >= {"Y", "output"}


def _method(layer: Any, player: str) -> Callable[..., Any]:
    names = ranked(methods_of(type(layer)), player)
    if not names:
        raise ValueError(f"{type(layer).__name__} has no {player} pass")
    method: Callable[..., Any] = getattr(layer, names[0])
    return method


def _passed(layer: Any, player: str, value: Any, attributes: Sequence[str]) -> Any:
    """Return what a layer makes of a value: what it returns, or leaves as an attribute."""
    function = _method(layer, player)
    parameters = parameters_of(function)
    arguments = {parameters[0].name: value} if parameters else {}
    for parameter in parameters[1:]:
        role = role_of(parameter.name, BACKWARD)
        if role in ("learning_rate", "false"):
            arguments[parameter.name] = RATE if role == "learning_rate" else False
    return _array_of(layer, function(**arguments), attributes)


def _array_of(owner: Any, result: Any, attributes: Sequence[str]) -> Any:
    if is_array(result):
        return result
    for name in attributes:
        value = getattr(owner, name, None)
        if is_array(value):
            return value
    raise ValueError(f"{type(owner).__name__} gives no array")


def _call(function: Callable[..., Any], player: str, known: Known) -> Any:
    return function(**bind(function, player, known))
