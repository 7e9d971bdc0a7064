"""Cases built to make rounding errors large: what a random draw does not give.

Every one is right code on hard numbers; the bars must hold, whatever the kernels.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from backproof import makers
from backproof.case import LOSSES, REDUCTIONS, Case, Inputs
from backproof.trace import Array
from impl_numpy import forward_propagation

Change = Callable[[Inputs, np.random.Generator], Inputs]
HIDDEN = ("relu", "tanh", "leaky_relu")
NUMBERS = 2**18  # in the largest array of a case, but for the extremes
EXTREMES = (  # layer_dims and batch, once in EVERY cases
    ((4096, 4096, 1), 3),
    ((3, 4096, 2), 257),
    ((8, 4, 1), 65_536),
    ((64, 16, 2), 65_536),
    ((1, 1), 1_000_000),
)
EVERY = 50


def dominating_bias(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Make the first bias so large that each sum is small beside it."""
    size = 10 ** rng.uniform(0, 6)
    b1 = inputs.parameters["b1"]
    return _with(inputs, b1=size * rng.normal(size=b1.shape))


def equal_terms(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Make all terms of the first sum equal, and those of the gradients."""
    W1 = inputs.parameters["W1"]
    X = np.full(inputs.X.shape, rng.normal())
    equal = _with(inputs, W1=np.full(W1.shape, rng.normal() / W1.shape[1]))
    return Inputs(equal.parameters, X, inputs.Y)


def one_sign(inputs: Inputs, rng: np.random.Generator) -> Inputs:  # noqa: ARG001
    """Make all data and weights positive."""
    parameters = {name: np.abs(value) for name, value in inputs.parameters.items()}
    return Inputs(parameters, np.abs(inputs.X), inputs.Y)


def sorted_data(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Sort the examples, as data that come class by class are."""
    order = np.argsort(inputs.Y[0] + 0.1 * rng.normal(size=inputs.Y.shape[1]))
    X = inputs.X + inputs.Y[:1]  # the classes are apart
    return Inputs(inputs.parameters, X[:, order], inputs.Y[:, order])


def repeated(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Round data and weights to a few values."""
    step = 10 ** rng.uniform(-2, 0)
    parameters = {k: np.round(v / step) * step for k, v in inputs.parameters.items()}
    return Inputs(parameters, np.round(inputs.X / step) * step, inputs.Y)


CHANGES: tuple[Change, ...] = (dominating_bias, equal_terms, one_sign, sorted_data, repeated)


def built_case(seed: int, number: int) -> Case:
    """Return a case: each change in turn, in a network of any size."""
    rng = np.random.default_rng([seed, number])
    change = CHANGES[number % len(CHANGES)]
    dims, m = (
        EXTREMES[number // EVERY % len(EXTREMES)] if number % EVERY == EVERY - 1 else _sizes(rng)
    )
    losses = [loss for loss in LOSSES if dims[-1] > 1 or loss != "categorical_cross_entropy"]

    def make(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
        drawn = _calm(case, change(makers.ordinary(case, rng, "float64"), rng))
        parameters = {name: value.astype(dtype) for name, value in drawn.parameters.items()}
        return Inputs(parameters, drawn.X.astype(dtype), drawn.Y.astype(dtype))

    return Case(
        f"built-{seed}-{number}",
        f"built: {change.__name__.replace('_', ' ')}",
        dims,
        m,
        make,
        hidden=HIDDEN[rng.integers(len(HIDDEN))],
        loss=losses[rng.integers(len(losses))],
        reduction=REDUCTIONS[rng.integers(len(REDUCTIONS))],
        iterations=1,
    )


def _sizes(rng: np.random.Generator) -> tuple[tuple[int, ...], int]:
    """Return layer_dims and batch, each drawn on a logarithmic scale."""
    while True:
        dims = tuple(int(2 ** rng.uniform(0, 10)) for _ in range(rng.integers(2, 5)))
        dims = (*dims[:-1], min(dims[-1], 10))
        m = int(2 ** rng.uniform(0, 14))
        if max(max(dims) * m, *(a * b for a, b in pairwise(dims))) <= NUMBERS:
            return dims, m


def _calm(case: Case, drawn: Inputs) -> Inputs:
    """Shrink the last layer until its largest logit is 10: see docs/differences.md for more."""
    parameters, L = dict(drawn.parameters), case.depth
    _, Z_values = forward_propagation(drawn.X, parameters, case.hidden, case.output)
    factor = min(1.0, 10 / max(float(np.abs(Z_values[f"Z{L}"]).max()), 1e-300))
    for name in (f"W{L}", f"b{L}"):
        parameters[name] = parameters[name] * factor
    return Inputs(parameters, drawn.X, drawn.Y)


def _with(inputs: Inputs, **parameters: Array) -> Inputs:
    return Inputs({**inputs.parameters, **parameters}, inputs.X, inputs.Y)
