"""The start of a session: a fresh model, with our parameters in it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.candidate.conventions import RATE
from backproof.candidate.conventions.layers import Layers, find_layers
from backproof.candidate.conventions.layout import Layout
from backproof.candidate.conventions.model import CannotBuildError, Model
from backproof.candidate.conventions.names import INIT, role_of
from backproof.candidate.conventions.session import Functions, Session, knowledge
from backproof.candidate.conventions.slots import is_array, is_object
from backproof.exchange import Problem

SETTLED = 3  # instances within instances


def start(problem: Problem, layout: Layout, model: Model, functions: Functions) -> Session:
    """Make a model, fill it, and say what is known; raise CannotBuildError where that fails."""
    root = model.make(problem.layer_dims, layout.data_of(problem), layout.labels_of(problem))
    layers = find_layers(root, problem.layer_dims)
    if layers is None or layers.depth != len(problem.layer_dims) - 1:
        raise CannotBuildError("it has another number of layers, or none")
    problem = _without_missing_biases(problem, layers)
    root = layers.fill(root, problem.parameters)
    rated = is_object(root) and _settle(root)
    known = knowledge(problem, layout, model, root)
    return Session(problem, layout, model, functions, root, layers, known, {}, rated=rated)


def _without_missing_biases(problem: Problem, layers: Layers) -> Problem:
    """Return the problem with a bias of zero where the file has none."""
    there = {name for name, _, _ in layers.paths()}
    parameters = {
        name: value if name in there else np.zeros_like(value)
        for name, value in problem.parameters.items()
    }
    return replace(problem, parameters=parameters)


def _settle(root: Any, depth: int = 0) -> bool:
    """Set the learning rates of instances to ours, and what is no plain mathematics to 0.

    Returns whether there is a learning rate.
    """
    rated = False
    for name, value in list(vars(root).items()) if is_object(root) else ():
        role = role_of(name, INIT)
        if isinstance(value, float | int) and not isinstance(value, bool):
            if role == "learning_rate":
                setattr(root, name, RATE)
                rated = True
            elif role == "zero":
                setattr(root, name, 0.0)
        elif depth < SETTLED:
            parts = value.values() if isinstance(value, dict) else value
            for part in parts if isinstance(parts, Iterable) and not is_array(value) else [value]:
                rated = _settle(part, depth + 1) or rated
    return rated
