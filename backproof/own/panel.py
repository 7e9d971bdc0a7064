"""The panel: trials of a network already found, each for a mistake that the others do not show.

No output comes near 0 or 1: there guards decide, which people choose freely.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np

from backproof.case import Inputs
from backproof.own.thresholds import at_thresholds, far_away, with_data_at
from backproof.own.trials import KINDS, SIZES, Trial, drawn, short
from backproof.trace import Array

Change = Callable[[Inputs, np.random.Generator], Inputs]
LOGITS = 3.0  # the largest: sigmoid(3) = 0.95
WIDE, WIDER = (65, 129, 66, 131), (130, 67, 127, 64)  # inputs, then hidden layers
MOST = 2048  # of a whole number in the file that is taken for a size


@dataclass(frozen=True)
class Draw:
    """What is special about one trial; sizes are those of the inputs and the hidden layers."""

    name: str
    why: str
    change: Change
    m: int = 11
    sizes: tuple[int, ...] = ()
    unbounded: bool = False


def panel(seed: int, constants: Sequence[float]) -> tuple[Trial, ...]:
    """Return every trial, for batches and for single examples, of every depth and outputs.

    constants  numbers that stand in the file: what happens at one of them may be a mistake
    """
    return (*_usual(seed), *_of_file(seed, tuple(constants)))


@lru_cache(maxsize=4)
def _usual(seed: int) -> tuple[Trial, ...]:
    return _trials(seed, list(_draws()))


@lru_cache(maxsize=4)
def _of_file(seed: int, constants: tuple[float, ...]) -> tuple[Trial, ...]:
    return _trials(seed, list(_draws_at(constants)))


def _draws() -> Iterator[Draw]:
    for m, why in (
        (1, "a batch of one example"),
        (2, "a batch of two examples"),
        (65, "a batch of more than 64 examples"),
        (257, "a batch of more than 256 examples"),
    ):
        yield Draw(f"-batch-{m}", why, _last_class_first, m)
    yield Draw("-wide", "more than 64 inputs, more than 128 units", _as_it_is, sizes=WIDE)
    yield Draw("-wider", "more than 128 inputs, more than 64 units", _as_it_is, sizes=WIDER)
    yield Draw("-large-data", "data around 1e3, first weights around 1e-3", _scaled(1e3, 1e-3))
    yield Draw("-small-data", "data around 1e-4, first biases too", _scaled(1e-4, 1, 1e-4))
    yield Draw("-large-weights", "first weights around 1e3", _scaled(1e-3, 1e3))
    yield Draw("-small-weights", "all weights and biases around 1e-4", _small_weights)
    yield Draw("-soft-labels", "labels between 0 and 1", _soft_labels)
    yield Draw("-first-class", "all labels of one class", _of_class(0))
    yield Draw("-last-class", "all labels of another class", _of_class(-1))
    yield Draw("-positive", "all data above 0", lambda i, _: _with_data(i, np.abs(i.X)))
    yield Draw("-negative", "all data below 0", lambda i, _: _with_data(i, -np.abs(i.X)))


def _draws_at(constants: Sequence[float]) -> Iterator[Draw]:
    """Yield what depends on the numbers in a file: thresholds, and sizes larger than usual."""
    near = tuple(c for c in constants if 0 < abs(c) <= LOGITS * 3)
    large = tuple(c for c in constants if LOGITS * 3 < abs(c) <= 1e4)
    whole = [int(c) for c in constants if c == int(c) and 256 < c < MOST]
    told = " and its constants" if near else ""
    kinks = f"pre-activations on both sides of 0{told}, and close to them"
    yield Draw("-kinks", kinks, at_thresholds(near))
    far = "pre-activations of a thousand, and on both sides of large constants"
    yield Draw("-far", far, far_away(large), unbounded=True)
    if near:
        yield Draw("-data-at", "data on both sides of constants in the file", with_data_at(near))
    for n in whole[:1]:
        yield Draw(f"-batch-{n + 1}", f"a batch of more than {n} examples", _as_it_is, n + 1)
        sizes = (n + 1, 5, 7, 6)
        yield Draw(f"-inputs-{n + 1}", f"more than {n} inputs", _as_it_is, sizes=sizes)


def _trials(seed: int, draws: Sequence[Draw]) -> tuple[Trial, ...]:
    return tuple(
        _trial(seed, depth, n_out, draw, single)
        for depth, n_out in KINDS
        for single in (False, True)
        for draw in draws
        if not (single and "batch" in draw.name)
    )


def _trial(seed: int, depth: int, n_out: int, draw: Draw, single: bool) -> Trial:
    dims = (*(draw.sizes or SIZES[depth])[:depth], n_out)
    m = 1 if single else draw.m + n_out if draw.m in dims and draw.m > 2 else draw.m
    name = f"-single{draw.name}" if single else draw.name
    rng = np.random.default_rng([seed, crc32(f"{dims}{name}".encode())])
    inputs = _calmed(draw.change(drawn(dims, m, 1.0, 1.0, rng), rng))
    sizes = (inputs.X.shape[0], *(W.shape[0] for k, W in inputs.parameters.items() if k[0] == "W"))
    return Trial(sizes, inputs.X.shape[1], name, inputs, draw.why, draw.unbounded)


def _calmed(inputs: Inputs) -> Inputs:
    """Return the last weights made smaller, where any hidden activation gives large logits."""
    parameters = dict(inputs.parameters)
    L = len(parameters) // 2
    largest = 0.0
    for g in (
        lambda Z: np.maximum(Z, 0),
        np.tanh,
        lambda Z: 1 / (1 + np.exp(-np.clip(Z, -50, 50))),
    ):
        A: Array = inputs.X
        for l in range(1, L):
            A = g(parameters[f"W{l}"] @ A + parameters[f"b{l}"])
        largest = max(largest, float(np.abs(parameters[f"W{L}"] @ A).max()))
    if largest > LOGITS:
        parameters[f"W{L}"] = short(parameters[f"W{L}"] * (LOGITS / largest))
    return Inputs(parameters, inputs.X, inputs.Y)


def _as_it_is(inputs: Inputs, _: np.random.Generator) -> Inputs:
    return inputs


def _last_class_first(inputs: Inputs, _: np.random.Generator) -> Inputs:
    """Return labels that hold the last class, by which a file may count them, however few."""
    n_out, m = inputs.Y.shape
    Y = np.eye(n_out)[-1 - np.arange(m) % n_out].T if n_out > 1 else inputs.Y
    return Inputs(inputs.parameters, inputs.X, Y)


def _with_data(inputs: Inputs, X: Array) -> Inputs:
    return Inputs(inputs.parameters, X, inputs.Y)


def _scaled(data: float, weights: float, biases: float = 1.0) -> Change:
    def change(inputs: Inputs, _: np.random.Generator) -> Inputs:
        first = {"W1": weights * inputs.parameters["W1"], "b1": biases * inputs.parameters["b1"]}
        first = {name: short(value) for name, value in first.items()}
        return Inputs({**inputs.parameters, **first}, short(data * inputs.X), inputs.Y)

    return change


def _small_weights(inputs: Inputs, _: np.random.Generator) -> Inputs:
    small = {name: short(1e-4 * value) for name, value in inputs.parameters.items()}
    return Inputs(small, inputs.X, inputs.Y)


def _soft_labels(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Return labels in 64ths, so that over several outputs they sum to 1 exactly."""
    n_out, m = inputs.Y.shape
    shares = rng.dirichlet(np.ones(max(n_out, 2)), size=m)
    counts = [1 + rng.multinomial(64 - len(share), share) for share in shares]
    return Inputs(inputs.parameters, inputs.X, np.array(counts, dtype=float).T[:n_out] / 64)


def _of_class(which: int) -> Change:
    def change(inputs: Inputs, _: np.random.Generator) -> Inputs:
        Y = np.zeros_like(inputs.Y)
        Y[which] = 1.0 if len(Y) > 1 or which else 0.0
        return Inputs(inputs.parameters, inputs.X, Y)

    return change
