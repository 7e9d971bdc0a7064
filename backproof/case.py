"""A case: what is run, and why it is worth running."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.errors import BackproofError
from backproof.guards import DENOMINATORS, OF_LAYERS, PLACES, Guard
from backproof.trace import Array, parameter_names

HIDDEN = ("relu", "sigmoid", "tanh", "leaky_relu")
OUTPUT_OF_LOSS = {  # the output activation where a case names none
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "mean_squared_error": "identity",
    "squared_error": "identity",
    "half_squared_error": "identity",
}
LOSSES = tuple(OUTPUT_OF_LOSS)
CROSS_ENTROPIES = ("binary_cross_entropy", "categorical_cross_entropy")
PROBABILITIES = ("sigmoid", "softmax")  # outputs that have a logarithm
OUTPUTS = (*PROBABILITIES, "identity", "tanh", "relu")
REDUCTIONS = ("mean", "sum")
DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Inputs:
    """The arrays of a case, all of one precision.

    parameters  {"W1" (n_1, n_x), "b1" (n_1, 1), ...}
    X           (n_x, m)    one example a column
    Y           (n_out, m)
    """

    parameters: Mapping[str, Array]
    X: Array
    Y: Array

    def copy(self) -> "Inputs":
        """Return the same numbers in arrays of their own."""
        parameters = {name: value.copy() for name, value in self.parameters.items()}
        return Inputs(parameters, self.X.copy(), self.Y.copy())


@dataclass(frozen=True)
class Case:
    """A network, its data and one sentence that says what only this case would show.

    layer_dims     n_x, hidden sizes, n_out
    m              number of examples
    make           draws the arrays: (case, generator, dtype) -> Inputs
    hidden         activation of all hidden layers, or a tuple with one name for each
    iterations     length of the training trajectory that is judged
    dtypes         the precisions in which the case makes sense
    output         activation of the last layer; empty: the one that goes with the loss
    reduction      the cost is the "mean" over the m examples, or their "sum"
    guards         what keeps its formulas from dividing by 0; those of an activation, for one
                   iteration only
    written_out    layers whose tanh is made of exponentials, and has their rounding errors
    """

    name: str
    why: str
    layer_dims: tuple[int, ...]
    m: int
    make: "Callable[[Case, np.random.Generator, str], Inputs]"
    hidden: str | tuple[str, ...] = "relu"
    loss: str = "binary_cross_entropy"
    learning_rate: float = 0.1
    iterations: int = 5
    dtypes: tuple[str, ...] = DTYPES
    output: str = ""
    reduction: str = "mean"
    guards: tuple[Guard, ...] = ()
    written_out: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Give the output its activation where none is named; inputs() refuses what is unknown."""
        if not self.output:
            object.__setattr__(self, "output", OUTPUT_OF_LOSS.get(self.loss, ""))

    @property
    def depth(self) -> int:
        """L, the number of layers that have parameters."""
        return len(self.layer_dims) - 1

    @property
    def hidden_layers(self) -> tuple[str, ...]:
        """The activation of each of the L - 1 hidden layers."""
        return (self.hidden,) * (self.depth - 1) if isinstance(self.hidden, str) else self.hidden

    def inputs(self, dtype: str, seed: int) -> Inputs:
        """Draw the arrays, in `dtype`; raise BackproofError where they make no sense."""
        self._refuse_nonsense()
        stream = np.random.default_rng([seed, zlib.crc32(self.name.encode())])
        inputs = self.make(self, stream, dtype)
        refuse_bad_inputs(self, inputs, dtype)
        return inputs

    def _refuse_nonsense(self) -> None:
        where = f"Case '{self.name}'"
        if len(self.layer_dims) < 2 or not all(_is_count(n) for n in self.layer_dims):
            raise BackproofError(
                f"{where}: layer_dims is {self.layer_dims}; give at least an input and an output "
                "size, each a whole number of 1 or more."
            )
        self._refuse_unknown_names(where)
        self._refuse_bad_logarithms(where)
        for guard in self.guards:
            self._refuse_bad_guard(where, guard)
        self._refuse_bad_written_out(where)
        rate = self.learning_rate
        if not isinstance(rate, int | float) or not np.isfinite(rate) or rate <= 0:
            raise BackproofError(
                f"{where}: learning_rate is {self.learning_rate}; give a positive number."
            )
        for what, number in (("iterations", self.iterations), ("m", self.m)):
            if not _is_count(number):
                raise BackproofError(
                    f"{where}: {what} is {number}; give a whole number of 1 or more."
                )

    def _refuse_unknown_names(self, where: str) -> None:
        if not isinstance(self.hidden, str) and len(self.hidden) != self.depth - 1:
            raise BackproofError(
                f"{where}: hidden names {len(self.hidden)} activations; {self.layer_dims} has "
                f"{self.depth - 1} hidden layers: give one for each, or one name for all."
            )
        names = (self.hidden,) if isinstance(self.hidden, str) else self.hidden
        chosen: dict[str, tuple[Iterable[str], tuple[str, ...]]] = {
            "hidden": (names, HIDDEN),
            "loss": ([self.loss], LOSSES),
            "output": ([self.output], OUTPUTS),
            "reduction": ([self.reduction], REDUCTIONS),
        }
        for what, (values, known) in chosen.items():
            for value in set(values).difference(known):
                raise BackproofError(
                    f"{where}: there is no {what} '{value}'; choose one of {', '.join(known)}."
                )

    def _refuse_bad_logarithms(self, where: str) -> None:
        if self.loss in CROSS_ENTROPIES and self.output not in PROBABILITIES:
            raise BackproofError(
                f"{where}: {self.loss} takes the logarithm of probabilities, but the output is "
                f"{self.output}; choose {' or '.join(PROBABILITIES)}."
            )

    def _refuse_bad_guard(self, where: str, guard: Guard) -> None:
        place, kind, eps = guard.place, guard.kind, guard.eps
        if kind not in PLACES.get(place, ()):
            known = ", ".join(PLACES.get(place, PLACES))
            what = f"guard '{kind}'" if place in PLACES else f"place '{place}' of a guard"
            raise BackproofError(f"{where}: there is no {what}; choose one of {known}.")
        if place in ("logarithm", "slope") and self.loss not in CROSS_ENTROPIES:
            raise BackproofError(
                f"{where}: a guard belongs to a logarithm, and {self.loss} has none; remove it."
            )
        largest = np.inf if kind == "bound" else 0.5
        if not isinstance(eps, int | float) or not 0 < eps < largest:
            below = "" if kind == "bound" else " below 0.5"
            raise BackproofError(
                f"{where}: the guard's eps is {eps}; give a positive number{below}."
            )
        if place in OF_LAYERS:
            self._refuse_bad_layer(where, guard)

    def _refuse_bad_written_out(self, where: str) -> None:
        activations = dict(enumerate((*self.hidden_layers, self.output), 1))
        for layer in self.written_out:
            if activations.get(layer) != "tanh":
                raise BackproofError(
                    f"{where}: written_out names layer {layer}, which is no tanh: give the layers, "
                    "from 1, whose tanh is made of exponentials."
                )

    def _refuse_bad_layer(self, where: str, guard: Guard) -> None:
        if not 1 <= guard.layer <= self.depth or self.iterations != 1:
            raise BackproofError(
                f"{where}: a guard of an activation needs a layer between 1 and {self.depth}, and "
                "iterations=1; change the one or the other."
            )
        name = (*self.hidden_layers, self.output)[guard.layer - 1]
        forms = DENOMINATORS.get(name, {})
        if guard.place == "denominator" and guard.form not in forms:
            raise BackproofError(
                f"{where}: {name} has no denominator '{guard.form}'; choose one of "
                f"{', '.join(forms) or 'sigmoid, softmax and tanh'}."
            )


def _is_count(number: Any) -> bool:
    return isinstance(number, int) and number >= 1


def refuse_unknown_dtypes(dtypes: list[str]) -> list[str]:
    """Return the precisions asked for, or all; raise BackproofError for an unknown one."""
    for dtype in dtypes:
        if dtype not in DTYPES:
            raise BackproofError(f"There is no dtype '{dtype}': choose {' or '.join(DTYPES)}.")
    return dtypes or list(DTYPES)


def refuse_bad_inputs(case: Case, inputs: Inputs, dtype: str) -> None:
    """Raise BackproofError, naming the array, where the inputs do not fit the case."""
    n_x, n_out = case.layer_dims[0], case.layer_dims[-1]
    if np.ndim(inputs.X) == 2 and np.shape(inputs.X)[1] == 0:
        raise BackproofError(f"Case '{case.name}': the batch is empty; give at least one example.")
    wanted: dict[str, tuple[int, ...]] = {"X": (n_x, case.m), "Y": (n_out, case.m)}
    for l in range(1, case.depth + 1):
        wanted[f"W{l}"] = (case.layer_dims[l], case.layer_dims[l - 1])
        wanted[f"b{l}"] = (case.layer_dims[l], 1)
    arrays: dict[str, Any] = {"X": inputs.X, "Y": inputs.Y, **inputs.parameters}
    for name, shape in wanted.items():
        _refuse_bad_array(f"Case '{case.name}': {name}", arrays.get(name), shape, dtype)
    unknown = set(inputs.parameters) - set(parameter_names(case.depth))
    if unknown:
        raise BackproofError(
            f"Case '{case.name}': parameter {sorted(unknown)[0]} belongs to no layer of "
            f"{case.layer_dims}; remove it or add the layer."
        )
    _refuse_bad_labels(case, inputs.Y)


def _refuse_bad_array(where: str, array: Any, shape: tuple[int, ...], dtype: str) -> None:
    if array is None:
        raise BackproofError(f"{where} is missing; give an array of shape {shape}.")
    if not isinstance(array, np.ndarray):
        raise BackproofError(f"{where} is a {type(array).__name__}; give a numpy array.")
    if not np.issubdtype(array.dtype, np.floating):
        raise BackproofError(f"{where} holds {array.dtype}; convert it with .astype('{dtype}').")
    if array.dtype != dtype:
        raise BackproofError(f"{where} is {array.dtype}, but the run is {dtype}; convert one.")
    if array.shape != shape:
        raise BackproofError(f"{where} has shape {array.shape}; it must be {shape}.")
    if not np.isfinite(array).all():
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise BackproofError(
            f"{where}{list(index)} is {array[index]}; remove or replace the values that are not "
            "finite."
        )


def _refuse_bad_labels(case: Case, Y: Array) -> None:
    if case.loss not in CROSS_ENTROPIES:
        return
    outside = (Y < 0) | (Y > 1)
    if outside.any():
        index = tuple(int(i) for i in np.argwhere(outside)[0])
        raise BackproofError(
            f"Case '{case.name}': Y{list(index)} is {Y[index]}; labels of {case.loss} lie in "
            "[0, 1]."
        )
