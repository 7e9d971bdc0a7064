"""Shapes that do not fit are refused in a sentence that names the array."""

import numpy as np
import pytest
import torch

from impl_numpy import forward_propagation, initialize_parameters, iterate, neural_network_model
from impl_torch import Cost, Guard, SimpleNN, load_parameters, to_numpy

X = np.array([[1, 2, -1], [3, -1, 2]])
Y = np.array([[1, 0, 1]])


@pytest.mark.parametrize(
    ("X", "Y", "culprit"),
    [
        pytest.param(X.T, Y, "X", id="X transposed"),
        pytest.param(X[0], Y, "X", id="X with one axis"),
        pytest.param(X[:1], Y, "X", id="X without a feature"),
        pytest.param(X[None], Y, "X", id="X with three axes"),
        pytest.param(X[:, :0], Y[:, :0], "X", id="empty batch"),
        pytest.param(X, Y.T, "Y", id="Y transposed"),
        pytest.param(X, Y[0], "Y", id="Y with one axis"),
        pytest.param(X, Y[:, :2], "Y", id="a label missing"),
        pytest.param(X, np.vstack([Y, Y]), "Y", id="Y of two outputs"),
    ],
)
def test_model_names_the_array(X: np.ndarray, Y: np.ndarray, culprit: str) -> None:
    with pytest.raises(ValueError, match=rf"^{culprit} .*\.$"):
        neural_network_model(X, Y, [2, 4, 1], num_iterations=1)


def test_model_takes_what_fits() -> None:
    parameters = neural_network_model(X, Y, [2, 4, 1], num_iterations=1)
    assert [a.shape for a in parameters.values()] == [(4, 2), (4, 1), (1, 4), (1, 1)]


@pytest.mark.parametrize(
    ("layer_dims", "culprit"),
    [
        ([3, 4, 1], "W1"),
        ([2, 5, 1], "W1"),
        ([2, 4, 2], "W2"),
        ([2, 4, 3, 1], "W3"),
        ([2, 1], "W2"),
    ],
)
def test_torch_network_names_the_parameter(layer_dims: list[int], culprit: str) -> None:
    """Nothing is loaded where anything misfits: the network keeps its own parameters."""
    network = SimpleNN((2, 4, 1))
    before = to_numpy(network.state_dict())
    with pytest.raises(ValueError, match=rf"{culprit}.*\.$"):
        load_parameters(network, initialize_parameters(layer_dims))
    after = to_numpy(network.state_dict())
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        pytest.param({"b1": np.zeros(4)}, "b1", id="a bias without its second axis"),
        pytest.param({"b1": np.zeros((4, 2))}, "b1", id="a bias with a second column"),
        pytest.param({"W3": np.zeros((1, 1))}, "W3", id="a weight too many"),
        pytest.param({"b1": np.zeros((4, 1), np.float32)}, "b1", id="a bias less precise"),
        pytest.param({"W1": np.zeros((4, 2), int)}, "W1", id="integers"),
    ],
)
def test_torch_network_refuses(change: dict[str, np.ndarray], culprit: str) -> None:
    parameters = initialize_parameters([2, 4, 1]) | change
    with pytest.raises(ValueError, match=rf"{culprit}.*\.$"):
        load_parameters(SimpleNN((2, 4, 1)), parameters)


def test_torch_network_misses_a_bias() -> None:
    parameters = initialize_parameters([2, 4, 1])
    del parameters["b1"]
    with pytest.raises(ValueError, match="b1"):
        load_parameters(SimpleNN((2, 4, 1)), parameters)


@pytest.mark.parametrize("layer_dims", [[], [2]])
def test_model_wants_two_sizes(layer_dims: list[int]) -> None:
    with pytest.raises(ValueError, match="layer_dims"):
        neural_network_model(X, Y, layer_dims)


@pytest.mark.parametrize("where", ["hidden", "output"])
def test_unknown_activation_is_refused(where: str) -> None:
    parameters = initialize_parameters([2, 4, 1])
    with pytest.raises(KeyError, match="softplus"):
        forward_propagation(X, parameters, **{where: "softplus"})


@pytest.mark.parametrize("hidden", [(), ("relu", "tanh")])
def test_one_activation_for_each_hidden_layer(hidden: tuple[str, ...]) -> None:
    parameters = initialize_parameters([2, 4, 1])
    with pytest.raises(ValueError, match=r"hidden names \d activations, but there are 1 hidden"):
        forward_propagation(X, parameters, hidden)
    with pytest.raises(ValueError, match=r"hidden names \d activations, but there are 1 hidden"):
        SimpleNN((2, 4, 1), hidden)


def test_unknown_reduction_is_refused() -> None:
    parameters = initialize_parameters([2, 4, 1])
    with pytest.raises(KeyError, match="max"):
        next(iterate(X, Y, parameters, 0.1, reduction="max"))
    with pytest.raises(KeyError, match="max"):
        Cost("squared_error", reduction="max")


def test_unknown_guard_is_refused() -> None:
    A = torch.full((3, 1), 0.5)
    with pytest.raises(KeyError, match="hinge"):
        Cost("binary_cross_entropy", guard=Guard("hinge", 1e-8))(A, A, A)


@pytest.mark.parametrize("what", ["hidden", "loss", "output"])
def test_torch_network_refuses_unknown_names(what: str) -> None:
    with pytest.raises(KeyError, match="softplus"):
        SimpleNN(**{what: "softplus"})
