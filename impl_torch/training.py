"""Gradient descent with torch.optim.SGD."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn, optim

from impl_torch.losses import Cost, Guard
from impl_torch.moved import Move
from impl_torch.network import SimpleNN
from impl_torch.slopes import BY_HAND, Slope


@dataclass(frozen=True)
class Iteration:
    """What one iteration computed; its gradients and updated parameters are the model's own."""

    activations: dict[str, Tensor]
    Z_values: dict[str, Tensor]
    cost: Tensor


class Objective(nn.Module):
    """A network together with its loss: the scalar that training makes small.

    loss, reduction  as in Cost; the output activation is the network's own
    guard            of the cost that is shown, as in Cost
    slope            of the cost that is differentiated, as in Cost or Slope: nearly everybody
                     guards only what is shown
    moves            layer -> what guards do to its activation
    """

    def __init__(
        self,
        network: SimpleNN,
        loss: str = "binary_cross_entropy",
        reduction: str = "mean",
        guard: Guard | None = None,
        slope: Guard | None = None,
        moves: Mapping[int, Move] | None = None,
    ) -> None:
        """Keep the network under the name `network`."""
        super().__init__()
        self.network, self.moves = network, moves
        usual = moves is None or network.depth not in moves
        self.shown = Cost(loss, network.output, reduction, guard, usual)
        self.differentiated: Cost | Slope = self.shown
        if slope is not None and slope.kind in BY_HAND:
            self.differentiated = Slope(loss, slope, reduction)
        elif slope != guard:
            self.differentiated = Cost(loss, network.output, reduction, slope, usual)

    def forward(
        self, X: Tensor, Y: Tensor
    ) -> tuple[Tensor, Tensor, dict[str, Tensor], dict[str, Tensor]]:
        """Return J to be differentiated, the cost to be shown, activations and Z_values.

        Data X (m, n_x), labels Y (m, n_out).
        """
        activations, Z_values = self.network.propagate(X, self.moves)
        L = self.network.depth
        ZL, AL = Z_values[f"Z{L}"], activations[f"A{L}"]
        J = self.differentiated(ZL, AL, Y)
        cost = J if self.shown is self.differentiated else self.shown(ZL, AL, Y)
        return J, cost, activations, Z_values


def iterate(
    network: SimpleNN,
    X: Tensor,
    Y: Tensor,
    learning_rate: float,
    loss: str = "binary_cross_entropy",
    reduction: str = "mean",
    guard: Guard | None = None,
    slope: Guard | None = None,
) -> Iterator[Iteration]:
    """Train without end, yielding after each update; X (m, n_x), Y (m, n_out).

    The options are those of Objective.  Source: notebook, Example 3.7.2 (training).
    """
    objective = Objective(network, loss, reduction, guard, slope)
    optimizer = optim.SGD(network.parameters(), lr=learning_rate)
    while True:
        J, cost, activations, Z_values = objective(X, Y)
        optimizer.zero_grad()
        J.backward()
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
