"""Trials: problems of every depth, with one output and several, for a network not yet known.

No two sizes of a problem are equal, so that no transpose can hide.  The numbers are such as
float32 can hold, so that a file that computes in it starts from the same ones.
"""

import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from backproof.candidate.conventions import RATE
from backproof.case import Inputs
from backproof.exchange import Problem
from backproof.trace import Array

SIZES = {1: (4,), 2: (4, 5), 3: (4, 6, 5), 4: (4, 7, 6, 5)}  # depth -> all but the output
OUTPUTS = (3, 1)
TEN = 10  # outputs of a file that has the ten digits wired in
KINDS = (  # depth, number of outputs
    *((depth, n_out) for depth in (2, 3, 1, 4) for n_out in OUTPUTS),
    *((depth, TEN) for depth in (2, 3)),
)
DRAWS = (  # name, number of examples, scale of the data, gain of the weights
    ("", 9, 1.0, 1.0),
    ("-larger", 13, 2.0, 1.5),
    ("-single", 1, 1.0, 1.0),
    ("-single-larger", 1, 2.0, 1.5),
)
WHY = {
    "": "all sizes differ: a transpose or a wrong axis cannot pass",
    "-larger": "larger numbers, another batch size: activations far from their straight part",
    "-single": "one example, as the file takes them",
    "-single-larger": "one example, with larger numbers",
}


@dataclass(frozen=True, eq=False)
class Trial:
    """One problem.

    draw       a name out of DRAWS, or of the panel
    why        the reason why it is there
    unbounded  only for networks whose hidden layers are straight for large numbers, as relu is
    """

    layer_dims: tuple[int, ...]
    m: int
    draw: str
    inputs: Inputs
    why: str
    unbounded: bool = False

    @property
    def depth(self) -> int:
        """L."""
        return len(self.layer_dims) - 1

    @property
    def name(self) -> str:
        """Return 2-layers-1-output-larger, for example."""
        n_out = self.layer_dims[-1]
        layers, outputs = ("s" if n > 1 else "" for n in (self.depth, n_out))
        return f"{self.depth}-layer{layers}-{n_out}-output{outputs}{self.draw}"


@lru_cache(maxsize=4)
def trials(seed: int) -> tuple[Trial, ...]:
    """Return every problem; two layers first, since most networks have them."""
    return tuple(_trials(seed))


def _trials(seed: int) -> Iterator[Trial]:
    for depth, n_out in KINDS:
        dims = (*SIZES[depth], n_out)
        for draw, fewest, data, gain in DRAWS:
            m = fewest if fewest == 1 or dims[-1] < fewest else fewest + dims[-1]
            stream = np.random.default_rng([seed, zlib.crc32(f"{dims}{draw}".encode())])
            yield Trial(dims, m, draw, drawn(dims, m, data, gain, stream), WHY[draw])


def drawn(
    dims: tuple[int, ...], m: int, data: float, gain: float, rng: np.random.Generator
) -> Inputs:
    """Return data of that scale and weights of that gain, every class as often as another."""
    parameters = {}
    for l, (n_in, n_out) in enumerate(pairwise(dims), 1):
        parameters[f"W{l}"] = gain * rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        parameters[f"b{l}"] = 0.1 * rng.normal(size=(n_out, 1))
    X = data * rng.normal(size=(dims[0], m))
    if dims[-1] > 1:
        Y = np.eye(dims[-1])[rng.permutation(np.arange(m) % dims[-1])].T
    else:
        Y = rng.permutation(np.arange(m) % 2)[None].astype(float)
    return Inputs({name: short(value) for name, value in parameters.items()}, short(X), Y)


def short(array: Array) -> Array:
    """Return the nearest numbers that float32 can hold."""
    return array.astype(np.float32).astype(np.float64)


def without(trial: Trial, absent: Collection[str]) -> Inputs:
    """Return the inputs of a trial with zeros for those parameters, all other arrays the same."""
    parameters = {
        name: np.zeros_like(value) if name in absent else value
        for name, value in trial.inputs.parameters.items()
    }
    return Inputs(parameters, trial.inputs.X, trial.inputs.Y)


def problem_of(trial: Trial) -> Problem:
    """Return a trial as a file gets it: nobody knows yet what network it is."""
    inputs, unknown = trial.inputs, ("", "", "")
    data = (dict(inputs.parameters), inputs.X, inputs.Y)
    return Problem(trial.name, *data, trial.layer_dims, *unknown, RATE, "float64")
