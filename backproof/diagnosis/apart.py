"""Mistakes with the same numbers here: a network on which they give different ones."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from backproof.case import Case, Inputs
from backproof.diagnosis.exhibit import Exhibit
from backproof.diagnosis.experiment import Numbers
from backproof.diagnosis.matching import Scene
from backproof.diagnosis.search import Explanation

SHAPES = ((4, 6, 5, 1), (4, 6, 5, 3), (4, 5, 1), (4, 5, 3), (5, 5, 5, 5))  # layer sizes to try
EXAMPLES = 7
APART = 1e-6  # relative to the largest element


def told_apart(
    exhibit: Exhibit, first: Explanation, others: Sequence[Explanation]
) -> tuple[tuple[int, ...], list[Explanation]]:
    """Return layer sizes, and which of the others give other numbers than the first with them.

    The network is otherwise that of the exhibit; of SHAPES the one that tells most of them apart.
    """
    best: tuple[tuple[int, ...], list[Explanation]] = ((), [])
    for scene in _scenes(exhibit):
        found = scene.numbers([mistake.plant for mistake in first])
        if found is None:
            continue
        apart = [o for o in others if _differ(found, scene.numbers([m.plant for m in o]))]
        if len(apart) > len(best[1]):
            best = (scene.exhibit.case.layer_dims, apart)
    return best


def _scenes(exhibit: Exhibit) -> Iterator[Scene]:
    case = exhibit.case
    if len(set(case.hidden_layers)) > 1:
        return
    hidden = case.hidden_layers[0] if case.hidden_layers else "relu"
    for dims in SHAPES:
        if dims != case.layer_dims and (dims[-1] > 1 or case.layer_dims[-1] == 1):
            inputs = _inputs(dims, np.random.default_rng(0))
            other = replace(case, layer_dims=dims, m=EXAMPLES, hidden=hidden)
            outputs = dims[-1] if exhibit.outputs > 1 else 1
            yield Scene(_blank(exhibit, other, inputs, outputs))


def _blank(exhibit: Exhibit, case: Case, inputs: Inputs, outputs: int) -> Exhibit:
    return Exhibit(case, inputs, {}, "float64", exhibit.rate, outputs, logits=exhibit.logits)


def _inputs(dims: tuple[int, ...], rng: np.random.Generator) -> Inputs:
    parameters = {}
    for l, (n_in, n_out) in enumerate(pairwise(dims), 1):
        parameters[f"W{l}"] = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        parameters[f"b{l}"] = 0.1 * rng.normal(size=(n_out, 1))
    kinds = rng.integers(0, max(dims[-1], 2), EXAMPLES)
    Y = np.eye(dims[-1])[kinds].T if dims[-1] > 1 else kinds[None].astype(float)
    return Inputs(parameters, rng.normal(size=(dims[0], EXAMPLES)), Y)


def _differ(one: Numbers, other: Numbers | None) -> bool:
    if other is None:
        return True
    for name, value in one.items():
        value, wanted = np.asarray(value), np.asarray(other[name])
        if value.shape != wanted.shape:
            return True
        scale = float(np.max(np.abs(value), initial=0.0))
        if not np.all(np.abs(value - wanted) <= APART * scale):
            return True
    return False
