"""A session: one iteration of one model, call by call."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backproof.candidate.conventions import RATE, forwards, gradients
from backproof.candidate.conventions.calls import Known, call, name_parts, returned_names
from backproof.candidate.conventions.layers import Layers
from backproof.candidate.conventions.layout import Layout
from backproof.candidate.conventions.model import Model, parts_of
from backproof.candidate.conventions.names import (
    BACKWARD,
    COST,
    FORWARD,
    INIT,
    TRAIN,
    UPDATE,
    is_derived,
    role_of,
)
from backproof.candidate.conventions.players import ranked
from backproof.candidate.conventions.slots import Leaf, is_array, is_object, leaves
from backproof.candidate.conventions.unread import unread
from backproof.exchange import Problem
from backproof.trace import Array


class ShowsNothingError(Exception):
    """A function that was called, and left nothing that it should."""


Functions = dict[str, Callable[..., Any]]


@dataclass
class Session:
    """What is known, and what was seen, while a network computes one iteration.

    trace     in our layout, snapshots
    changed   whether a call before the update changed the parameters
    rated     whether the model itself holds a learning rate
    settled   whether something in the model was switched off
    results   what the calls returned, the latest last
    counted   the global name that a function uses for the number of examples, and nobody sets
    """

    problem: Problem
    layout: Layout
    model: Model
    functions: Functions
    root: Any
    layers: Layers
    known: Known
    trace: dict[str, Array]
    changed: bool = False
    rated: bool = False
    counted: str = ""
    settled: bool = False
    results: list[Any] = field(default_factory=list)

    def restart(self) -> None:
        """Put our parameters back into the same objects, and forget what was seen."""
        self.root = self.layers.fill(self.root, self.problem.parameters)
        self.trace, self.changed, self.results = {}, False, []
        self.known = knowledge(self.problem, self.layout, self.model, self.root)

    @property
    def shown(self) -> bool:
        """Whether gradients were shown, and no update."""
        there = [name for name in self.trace if name[0] == "d"]
        return bool(there) and "recovered" not in self.trace and "W1" not in self.trace

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function of the file, or a method of the model."""
        method = getattr(self.root, name, None) if is_object(self.root) else None
        return method if callable(method) else self.functions[name]

    def forward(self, name: str) -> None:
        """Run the forward pass; raise ShowsNothingError where no array looks like its output."""
        before = self._parameters()
        result, named = self._call(name, FORWARD)
        if _differ(before, self._parameters()):  # no update does that: it will not agree
            self.trace |= self._ours(self._parameters())
        found = [leaf for leaf in (*leaves(result), *self.state()) if not self._is_labels(leaf)]
        labelled, ids = forwards.label(found, self.problem, self.layout)
        L = self.layers.depth
        output = self._output(result, ids, f"A{L}")
        if output is None:
            raise ShowsNothingError(
                f"{name} gives no array of {self.problem.layer_dims[-1]} outputs"
            )
        if ids.get(id(output)) == f"Z{L}":  # it shows logits
            labelled.pop(f"A{L}", None)
        elif f"A{L}" not in labelled or ids.get(id(output)) != f"A{L}":
            units, m = self.problem.layer_dims[-1], self.problem.X.shape[1]
            mine = self.layout.ours(np.asarray(output), units, m)
            if mine is not None:
                labelled[f"A{L}"] = mine
        self.trace |= labelled
        self.known.roles["output"] = output
        self.known.named |= named
        others = [part for part in _parts(result) if part is not output]
        _ = self._learn_cost(others) or self._learn_cost(_costs_among(named))
        boxes = [part for part in _parts(result) if isinstance(part, dict | list | tuple)]
        boxes = [box for box in boxes if box is not output]
        self.known.roles["cache"] = boxes[-1] if boxes else result

    def cost(self, name: str) -> None:
        """Ask for the cost; raise ValueError where it is no number."""
        result, _ = self._call(name, COST)
        if not is_array(result) or not self._learn_cost([np.asarray(result).reshape(-1)]):
            raise ShowsNothingError(f"{name} gives {_told(result)}")

    def backward(self, name: str) -> None:
        """Run the backward pass; raise ValueError where it leaves neither gradients nor changes."""
        before = self._parameters()
        result, named = self._call(name, BACKWARD)
        self.known.named |= named
        boxes = [part for part in _parts(result) if isinstance(part, dict | list | tuple)]
        self.known.roles["grads"] = boxes[-1] if len(boxes) == 1 else result
        if isinstance(result, tuple):
            self._learn_cost(_named_costs(result, named))
        self._learn_gradients(leaves(named if len(named) > 1 else result), before)
        if not any(name.startswith("d") for name in self.trace):
            raise ShowsNothingError(f"{name} leaves no gradient, and changes no parameter")

    def train(self, name: str) -> None:
        """Run one iteration of training, which must change the parameters."""
        before = self._parameters()
        self._call(name, TRAIN)
        self._learn_gradients([], before)
        if not self.changed:
            raise ShowsNothingError(f"{name} changes no parameter")

    def update(self, name: str, idle: bool = False) -> None:
        """Run the update; raise ShowsNothingError where nothing changes.

        idle  that is what it does, if it returns nothing or what it was given
        """
        before = self._parameters()
        result, named = self._call(name, UPDATE)
        returned = self._read(result, named)
        after = returned or self._parameters()
        known = idle and (result is None or returned is not None)
        if not known and not _differ(before, after):
            raise ShowsNothingError(f"{name} changes no parameter")
        self.trace |= self._ours(after)

    def _call(self, name: str, player: str) -> tuple[Any, dict[str, Any]]:
        function = self.function(name)
        with np.errstate(all="ignore"):
            result = self._counted(function, player)
        self.results.append(result)
        return result, dict(name_parts(result, returned_names(function)))

    def _counted(self, function: Callable[..., Any], player: str) -> Any:
        """Call a function; give it the number of examples where it uses a global m nobody set."""
        try:
            return call(function, player, self.known)
        except NameError as error:
            space = getattr(inspect.unwrap(function), "__globals__", {})
            name = getattr(error, "name", None) or ""
            if role_of(name, INIT) != "count" or name in space:
                raise
            space[name] = self.problem.X.shape[1]
            try:
                result = call(function, player, self.known)
            finally:
                del space[name]
            self.counted = name
            return result

    def unread(self) -> dict[str, str]:
        """Return the arrays that the calls left and that are not in the trace, each with why."""
        given = [*self.problem.parameters.values(), self.problem.X, self.problem.Y]
        found = [*leaves(self.results), *self.state()]
        return unread(found, [*given, *self.trace.values()], self.problem.X.shape[1])

    def state(self) -> list[Leaf]:
        """Return the arrays a model keeps besides its parameters."""
        if not is_object(self.root) and not isinstance(self.root, dict):
            return []
        own = {path for _, paths, _ in self.layers.paths() for path in paths}
        return [leaf for leaf in leaves(self.root) if leaf.path not in own]

    def _is_labels(self, leaf: Leaf) -> bool:
        """Return whether an array is the labels, which may equal what an activation gives."""
        Y = self.problem.Y
        return np.size(leaf.value) == Y.size and any(
            np.array_equal(leaf.array.reshape(-1), way.reshape(-1)) for way in (Y, Y.T)
        )

    def _output(self, result: Any, ids: dict[int, str], last: str) -> Any:
        """Return the file's own array of outputs."""
        units, m = self.problem.layer_dims[-1], self.problem.X.shape[1]
        mine = [part for part in _parts(result) if self._is_output(part, units, m)]
        deep = [leaf.value for leaf in leaves(result) if self._is_output(leaf.value, units, m)]
        state = [leaf.value for leaf in self.state() if self._is_output(leaf.value, units, m)]
        for group in (mine, deep, state):
            best = [value for value in group if ids.get(id(value)) == last]
            if best or group:
                return (best or group)[-1]
        return None

    def _is_output(self, value: Any, units: int, m: int) -> bool:
        if not isinstance(value, np.ndarray | list) and not hasattr(value, "detach"):
            return bool(units == m == 1 and isinstance(value, float | np.floating))
        try:
            array = np.asarray(value)
        except (ValueError, TypeError):
            return False
        return array.dtype.kind == "f" and self.layout.ours(array, units, m) is not None

    def _learn_cost(self, parts: Iterable[Any]) -> bool:
        """Take the first number among some values for the cost."""
        for part in parts:
            if is_array(part) and not isinstance(part, int | list):
                array = np.asarray(part)
                if array.size == 1 and array.dtype.kind == "f" and array.ndim < 2:
                    self.trace["cost"] = array.reshape(()).copy()
                    return True
        return False

    def _learn_gradients(self, returned: list[Leaf], before: dict[str, Array]) -> None:
        after = self._parameters()
        self.changed = _differ(before, after)
        grads = gradients.label(returned, self.layers, self.problem, by_shape=True)
        wanted = {f"d{name}" for name, _, _ in self.layers.paths()}
        if not wanted <= grads.keys():
            state = [leaf for leaf in self.state() if is_derived(leaf.name) or leaf.name[:1] == "d"]
            kept = gradients.label(state, self.layers, self.problem, by_shape=True)
            if kept.keys() >= wanted or (len(kept) > len(grads) and not self.changed):
                grads = kept
        if self.changed and not wanted <= grads.keys():
            grads = {
                f"d{name}": self.problem.parameters[name] - value
                if np.shape(value) == self.problem.parameters[name].shape
                else value
                for name, value in self._ours(after).items()
            }
            self.trace["recovered"] = np.array(1.0)
        elif self.changed:
            self.trace |= self._ours(after)
        self.trace |= grads

    def _parameters(self) -> dict[str, Array]:
        """Return copies of the parameters, as they lie in the model."""
        return {name: np.array(v) for name, v in self.layers.read(self.root).items()}

    def _ours(self, parameters: dict[str, Array]) -> dict[str, Array]:
        dims = self.problem.layer_dims
        return {
            name: self.layers.ours(name, value, dims[int(name[1:])])
            for name, value in parameters.items()
        }

    def _read(self, result: Any, named: dict[str, Any]) -> dict[str, Array] | None:
        """Return the parameters that an update returned."""
        wanted = list(self.layers.paths())
        by_name = {ours: named.get(theirs) for ours, _, theirs in wanted}
        if all(value is not None for value in by_name.values()) and len(named) >= len(wanted):
            return {name: np.array(value) for name, value in by_name.items()}
        if type(result) is not type(self.root) or is_object(result):
            return None
        found = self.layers.read(result)
        return {k: np.array(v) for k, v in found.items()} if len(found) == len(wanted) else None


def _told(result: Any) -> str:
    shape = np.shape(result) if is_array(result) else ()
    return f"an array of shape {shape}, and no number" if shape else "no number"


def _parts(result: Any) -> list[Any]:
    if isinstance(result, tuple | list):
        return list(result)
    return list(result.values()) if isinstance(result, dict) else [result]


def _named_costs(result: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
    """Return the parts of (loss, grads) that may be the cost: no bias gradient that is a number."""
    return list(result[:1]) if len(named) != len(result) else _costs_among(named)


def _costs_among(named: dict[str, Any]) -> list[Any]:
    """Return what is called a cost and is one number, however many axes that has."""
    costs = [part for name, part in named.items() if ranked([name], COST) and is_array(part)]
    return [np.asarray(cost).reshape(-1) for cost in costs if np.size(cost) == 1]


def _differ(one: dict[str, Array], other: dict[str, Array]) -> bool:
    if one.keys() != other.keys():
        return True
    return any(
        one[name].shape != other[name].shape or not np.array_equal(one[name], other[name])
        for name in one
    )


def knowledge(problem: Problem, layout: Layout, model: Model, root: Any) -> Known:
    """Return what can be handed to a function before anything was called."""
    m = problem.X.shape[1]
    settings = {"learning_rate": RATE, "zero": 0.0, "one": 1, "false": False, "count": m}
    data = {"X": layout.data_of(problem), "Y": layout.labels_of(problem), "parameters": root}
    return Known(data | settings, parts_of(root, model.names))
