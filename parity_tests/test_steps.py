"""Each named step is what the network really computes with, and nothing else is touched by it."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

import impl_numpy
from impl_numpy.steps import STEPS, Steps, replace

DIMS, M = (3, 5, 4, 1), 6
LAYERS = len(DIMS) - 1
ORDER = (
    *(f"{name}{l}" for l in (1, 2, 3) for name in "ZA"),
    "cost",
    *(f"d{name}{l}" for l in (3, 2, 1) for name in "Wb"),
    *(f"{name}{l}" for l in (1, 2, 3) for name in "Wb"),
)
# step -> (how often one iteration calls it, the first array that shows it)
USES = {
    "linear": (LAYERS, "Z1"),
    "activation": (LAYERS, "A1"),
    "cost": (1, "cost"),
    "output_delta": (1, "dW3"),
    "propagated_delta": (LAYERS - 1, "dW2"),
    "activation_derivative": (LAYERS - 1, "dW2"),
    "hidden_delta": (LAYERS - 1, "dW2"),
    "weight_gradient": (LAYERS, "dW3"),
    "bias_gradient": (LAYERS, "db3"),
    "update": (2 * LAYERS, "W1"),
}
ONLY = {  # steps whose result feeds nothing but these
    "cost": {"cost"},
    "weight_gradient": {name for name in ORDER[7:] if "W" in name},
    "bias_gradient": {name for name in ORDER[7:] if "b" in name},
    "update": set(ORDER[13:]),
}


def trace(steps: Steps) -> dict[str, np.ndarray]:
    rng, parameters = np.random.default_rng(0), {}
    for l in range(1, len(DIMS)):
        parameters[f"W{l}"] = rng.normal(size=(DIMS[l], DIMS[l - 1]))
        parameters[f"b{l}"] = rng.normal(size=(DIMS[l], 1))
    X, Y = rng.normal(size=(DIMS[0], M)), rng.integers(2, size=(1, M))
    first = next(impl_numpy.iterate(X, Y, parameters, 0.1, hidden="tanh", steps=steps))
    arrays = first.Z_values | first.activations | first.grads | first.parameters
    return arrays | {"cost": np.asarray(first.cost)}


def altered(name: str, calls: list[str]) -> Steps:
    """Return steps of which one notes that it was called, and gives 3/4 of its result."""
    original: Callable[..., Any] = getattr(STEPS, name)

    def recorded(*args: Any) -> Any:
        calls.append(name)
        return original(*args) * 0.75

    return replace(STEPS, **{name: recorded})


def test_table_names_every_step() -> None:
    assert [field.name for field in fields(Steps)] == list(USES)


@pytest.mark.parametrize("name", USES)
def test_step_is_used(name: str) -> None:
    """The first array it makes changes, none before it does, and it is called so many times."""
    calls: list[str] = []
    plain, changed = trace(STEPS), trace(altered(name, calls))
    differing = [k for k in ORDER if not np.allclose(plain[k], changed[k], rtol=1e-9, atol=0)]
    count, first = USES[name]
    assert len(calls) == count
    assert differing[0] == first
    assert name not in ONLY or set(differing) == ONLY[name]


def test_update_parameters_leaves_its_input_alone() -> None:
    parameters = impl_numpy.initialize_parameters([2, 4, 1])
    grads = {f"d{name}": np.ones_like(value) for name, value in parameters.items()}
    before = {name: value.copy() for name, value in parameters.items()}
    updated = impl_numpy.update_parameters(parameters, grads, 0.5)
    assert list(updated) == list(parameters)
    for name, value in parameters.items():
        assert np.array_equal(value, before[name])
        assert not np.shares_memory(value, updated[name])
        np.testing.assert_allclose(updated[name], before[name] - 0.5, rtol=1e-13)


def test_iterate_leaves_its_inputs_alone() -> None:
    X, Y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0, 0.0]])
    parameters = impl_numpy.initialize_parameters([2, 4, 1])
    copies = [a.copy() for a in (X, Y, *parameters.values())]
    iterations = impl_numpy.iterate(X, Y, parameters, 0.1)
    first = next(iterations)
    kept = {name: value.copy() for name, value in first.parameters.items()}
    next(iterations)
    originals = (X, Y, *parameters.values())
    assert all(np.array_equal(a, b) for a, b in zip(originals, copies, strict=True))
    assert all(np.array_equal(first.parameters[name], value) for name, value in kept.items())
