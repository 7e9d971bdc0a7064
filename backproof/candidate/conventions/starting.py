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

SETTINGS = {"learning_rate": RATE, "zero": 0.0}
SETTLED = 3  # instances within instances


def start(problem: Problem, layout: Layout, model: Model, functions: Functions) -> Session:
    """Make a model, fill it, and say what is known; raise CannotBuildError where that fails."""
    root = model.make(problem.layer_dims, layout.data_of(problem), layout.labels_of(problem))
    layers = find_layers(root, problem.layer_dims)
    if layers is None or layers.depth != len(problem.layer_dims) - 1:
        raise CannotBuildError("it has another number of layers, or none")
    problem = _without_missing_biases(problem, layers)
    root = layers.fill(root, problem.parameters)
    settled = _settle(root)
    known = knowledge(problem, layout, model, root)
    session = Session(problem, layout, model, functions, root, layers, known, {})
    session.rated, session.settled = "learning_rate" in settled, "zero" in settled
    return session


def _without_missing_biases(problem: Problem, layers: Layers) -> Problem:
    """Return the problem with a bias of zero where the file has none."""
    there = {name for name, _, _ in layers.paths()}
    parameters = {
        name: value if name in there else np.zeros_like(value)
        for name, value in problem.parameters.items()
    }
    return replace(problem, parameters=parameters)


def _settle(root: Any, depth: int = 0) -> set[str]:
    """Set the learning rates of instances to ours, and what is no plain mathematics to 0.

    Returns the roles of what was set.
    """
    found: set[str] = set()
    for name, value in list(vars(root).items()) if is_object(root) else ():
        role = role_of(name, INIT)
        if isinstance(value, float | int) and not isinstance(value, bool):
            if role in SETTINGS and value != SETTINGS[role]:
                setattr(root, name, SETTINGS[role])
            if role in SETTINGS and (value or role == "learning_rate"):
                found.add(role)
        elif depth < SETTLED:
            parts = value.values() if isinstance(value, dict) else value
            for part in parts if isinstance(parts, Iterable) and not is_array(value) else [value]:
                found |= _settle(part, depth + 1)
    return found
