"""No silent upcast: what comes in as float32 stays float32, in both twins."""

from itertools import islice

import numpy as np
import pytest
import torch

import impl_numpy
import impl_torch
from impl_numpy import activations

HIDDEN = tuple(activations.HIDDEN)
LOSSES = tuple(impl_numpy.OUTPUT_OF_LOSS)
DIMS, M = (3, 5, 4, 2), 6
WHOLE = (np.float32, np.int64)  # data and labels also come as whole numbers


def parameters(dtype: type = np.float32) -> dict[str, np.ndarray]:
    rng, drawn = np.random.default_rng(0), {}
    for l in range(1, len(DIMS)):
        drawn[f"W{l}"] = rng.normal(size=(DIMS[l], DIMS[l - 1])).astype(dtype)
        drawn[f"b{l}"] = rng.normal(size=(DIMS[l], 1)).astype(dtype)
    return drawn


def data(dtype: type) -> np.ndarray:
    return np.random.default_rng(1).integers(-3, 4, size=(DIMS[0], M)).astype(dtype)


def labels(dtype: type) -> np.ndarray:
    return np.eye(2)[np.random.default_rng(2).integers(2, size=M)].T.astype(dtype)


def precisions(iteration: impl_numpy.Iteration) -> dict[str, str]:
    """Return the dtype of every array of an iteration, A0 left out: it is X as given."""
    arrays = iteration.Z_values | iteration.activations | iteration.grads | iteration.parameters
    del arrays["A0"]
    return {name: str(a.dtype) for name, a in arrays.items()} | {"cost": str(iteration.cost.dtype)}


@pytest.mark.parametrize("Y_type", WHOLE)
@pytest.mark.parametrize("X_type", WHOLE)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_float32_stays_float32(hidden: str, loss: str, X_type: type, Y_type: type) -> None:
    """Two iterations, so that a parameter upcast by the update would show in what follows."""
    iterations = impl_numpy.iterate(
        data(X_type), labels(Y_type), parameters(), 0.1, hidden=hidden, loss=loss
    )
    for iteration in islice(iterations, 2):
        found = precisions(iteration)
        assert len(found) == 6 + 1 + 6 + 6
        assert {name for name, dtype in found.items() if dtype != "float32"} == set()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity", "tanh", "relu"])
def test_float32_stays_float32_at_the_output(output: str, loss: str, reduction: str) -> None:
    if loss.endswith("cross_entropy") and output not in ("sigmoid", "softmax"):
        return
    arguments = data(np.int64) * 0.1, labels(np.int64), parameters(), 0.001, "tanh", loss
    for iteration in islice(impl_numpy.iterate(*arguments, output, reduction), 2):
        assert {n for n, dtype in precisions(iteration).items() if dtype != "float32"} == set()
    network = impl_torch.SimpleNN(DIMS, "tanh", loss, output)
    impl_torch.load_parameters(network, parameters())
    X, Y = torch.from_numpy(data(np.float32).T), torch.from_numpy(labels(np.float32).T)
    first = next(impl_torch.iterate(network, X * 0.1, Y, 0.001, loss, reduction))
    assert {t.dtype for t in (first.cost, *first.activations.values())} == {torch.float32}


def test_float64_would_be_seen() -> None:
    """The check itself can fail: a float64 network gives float64 throughout."""
    iterations = impl_numpy.iterate(data(np.int64), labels(np.int64), parameters(np.float64), 0.1)
    assert set(precisions(next(iterations)).values()) == {"float64"}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_torch_stays_float32(hidden: str, loss: str) -> None:
    network = impl_torch.SimpleNN(DIMS, hidden, loss)
    impl_torch.load_parameters(network, parameters())
    X, Y = torch.from_numpy(data(np.float32).T), torch.from_numpy(labels(np.float32).T)
    iteration = next(impl_torch.iterate(network, X, Y, 0.1, loss))
    tensors = [*iteration.Z_values.values(), *iteration.activations.values(), iteration.cost]
    tensors += [p for q in network.parameters() for p in (q, q.grad)]
    assert {t.dtype for t in tensors} == {torch.float32}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "function", ["relu", "leaky_relu", "sigmoid", "tanh", "softmax", "binary_step"]
)
def test_activation_keeps_its_precision(function: str, dtype: type) -> None:
    x = np.array([[-2, 0, 3]], dtype)
    assert getattr(activations, function)(x).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_derivative_keeps_its_precision(hidden: str, dtype: type) -> None:
    x = np.array([[-2, 0, 3]], dtype)
    assert activations.HIDDEN[hidden].derivative(x).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_initialisation_has_the_precision_asked_for(dtype: type) -> None:
    drawn = impl_numpy.initialize_parameters(DIMS, dtype=dtype)
    assert {a.dtype for a in drawn.values()} == {np.dtype(dtype)}
    exact = impl_numpy.initialize_parameters(DIMS)
    assert all(np.array_equal(drawn[name], value.astype(dtype)) for name, value in exact.items())


def test_learning_rate_of_numpy_upcasts_nothing() -> None:
    """A float64 scalar of NumPy is no weak Python float: it would carry float32 to float64."""
    W = np.ones((2, 3), np.float32)
    rate = np.float64(0.1)
    assert impl_numpy.update_parameters({"W1": W, "b1": W}, {"dW1": W, "db1": W}, rate)[
        "W1"
    ].dtype == np.dtype(np.float32)
