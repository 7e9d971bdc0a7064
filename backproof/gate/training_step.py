"""The training step of somebody's file, as one call without arguments."""

import functools
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from backproof.candidate.conventions import RATE
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.network import the_network
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.search import Failures
from backproof.candidate.conventions.starting import start
from backproof.candidate.loading import execute, read_source
from backproof.exchange import Problem
from backproof.gate.pairs import Run
from backproof.own.trials import problem_of, trials

WIDTH, EXAMPLES = 64, 256  # of the problem that is timed


def training_step(path: Path, chosen: str) -> Callable[[int], Run]:
    """Return what makes the step of the network in a file, from a seed: forward pass, cost,
    backward pass and update, whichever there are, called as `backproof check` calls them.

    chosen  name of the network; "" for the only one
    Raises BackproofError where there is none.
    """
    source = read_source(path)
    loaded = execute(source)
    file = File(
        path.name, loaded.namespace, source.constructions, source.text, missing=loaded.missing
    )
    problems = [problem_of(trial) for trial in trials(0)]
    _, reading, _, small = the_network(file, chosen, problems, Failures())
    return lambda seed: _step(reading, small, seed)


def _step(reading: Reading, small: Problem, seed: int) -> Run:
    """Return the calls of one iteration, on a problem large enough to be worth timing.

    Where the file does not take that size, on the one that it was found with.
    """
    try:
        return _recorded(reading, _larger(small, seed))
    except Exception:  # someone's code: whatever it does not like
        return _recorded(reading, small)


def _recorded(reading: Reading, problem: Problem) -> Run:
    """Run one iteration, and return the calls that it was made of, with their arguments.

    They start from the same parameters each time: a network that trains on and on may come to
    numbers that are slower to compute with.
    """
    session = start(problem, reading.layout, reading.model, reading.functions)
    calls: list[Run] = []
    found = session.function

    def function(name: str) -> Callable[..., Any]:
        real = found(name)

        @functools.wraps(real)
        def recording(*arguments: Any, **named: Any) -> Any:
            calls.append(functools.partial(real, *arguments, **named))
            return real(*arguments, **named)

        return recording

    session.function = function  # type: ignore[method-assign]
    reading.steps(session)
    layers, root, parameters = session.layers, session.root, session.problem.parameters

    def step() -> None:
        layers.fill(root, parameters)
        for call in calls:
            call()

    return step


def _larger(small: Problem, seed: int) -> Problem:
    """Return a problem with as many layers, outputs and kinds of labels, and more of all else."""
    rng = np.random.default_rng(seed)
    depth, n_out = len(small.layer_dims) - 1, small.layer_dims[-1]
    dims = (*(WIDTH + l for l in range(depth)), n_out)
    m = 1 if small.X.shape[1] == 1 else EXAMPLES
    parameters = {}
    for l, (n_in, n) in enumerate(pairwise(dims), 1):
        parameters[f"W{l}"] = rng.normal(size=(n, n_in)) / np.sqrt(n_in)
        parameters[f"b{l}"] = np.zeros((n, 1))
    X, Y = rng.normal(size=(dims[0], m)), np.resize(small.Y, (n_out, m))
    if n_out > 1:
        Y = np.eye(n_out)[rng.integers(0, n_out, m)].T
    words = (small.hidden, small.output, small.loss)
    return Problem("timed", parameters, X, Y, dims, *words, RATE, "float64")
