"""Gradient descent with torch.optim.SGD."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn, optim

from impl_torch.losses import Cost
from impl_torch.network import SimpleNN


@dataclass(frozen=True)
class Iteration:
    """What one iteration computed; its gradients and updated parameters are the model's own."""

    activations: dict[str, Tensor]
    Z_values: dict[str, Tensor]
    cost: Tensor


class Objective(nn.Module):
    """A network together with its loss: the scalar that training makes small."""

    def __init__(self, network: SimpleNN, loss: str = "binary_cross_entropy") -> None:
        """Keep the network under the name `network`."""
        super().__init__()
        self.network, self.cost = network, Cost(loss)

    def forward(self, X: Tensor, Y: Tensor) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        """Return the cost of data X (m, n_x) with labels Y (m, n_out), activations, Z_values."""
        activations, Z_values = self.network.propagate(X)
        L = self.network.depth
        J = self.cost(Z_values[f"Z{L}"], activations[f"A{L}"], Y)
        return J, activations, Z_values


def iterate(
    network: SimpleNN,
    X: Tensor,
    Y: Tensor,
    learning_rate: float,
    loss: str = "binary_cross_entropy",
) -> Iterator[Iteration]:
    """Train without end, yielding after each update; X (m, n_x), Y (m, n_out).

    Source: notebook, Example 3.7.2 (training).
    """
    criterion, L = Cost(loss), network.depth
    optimizer = optim.SGD(network.parameters(), lr=learning_rate)
    while True:
        activations, Z_values = network.propagate(X)
        cost = criterion(Z_values[f"Z{L}"], activations[f"A{L}"], Y)
        optimizer.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield Iteration(activations, Z_values, cost)


def train(
    network: SimpleNN,
    X: Tensor,
    Y: Tensor,
    learning_rate: float = 0.1,
    num_epochs: int = 1000,
    print_loss: bool = False,
) -> SimpleNN:
    """Train the notebook's network with BCELoss and return it; X (m, n_x), Y (m, n_out).

    print_loss  print the loss every 100 epochs
    """
    iterations = iterate(network, X, Y, learning_rate)
    for epoch, iteration in zip(range(1, num_epochs + 1), iterations, strict=False):
        if print_loss and epoch % 100 == 0:
            print(f"Epoch [{epoch}/{num_epochs}], Loss: {iteration.cost.item():.4f}")
    return network


def predict(network: SimpleNN, X: Tensor) -> Tensor:
    """Return the predicted labels, 1 where the output is at least 0.5, (m, n_out)."""
    with torch.no_grad():
        labels: Tensor = (network(X) >= 0.5).to(X.dtype)
    return labels
