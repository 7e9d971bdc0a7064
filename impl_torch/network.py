"""The network as a torch module."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn

from impl_torch.losses import OUTPUT_OF_LOSS
from impl_torch.moved import Move, moved

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,  # slope 0.01
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softmax": nn.Softmax,
    "identity": nn.Identity,
}


class SimpleNN(nn.Module):
    """The notebook's network; other sizes, activations and losses by argument.

    layer_dims  n_x, hidden sizes, n_out
    hidden      activation of the hidden layers: "relu", "sigmoid", "tanh", "leaky_relu"; or one
                name for each of them
    loss        a key of OUTPUT_OF_LOSS; it decides the output activation where none is given
    output      activation of the last layer: "sigmoid", "softmax", "identity", "tanh", "relu"
    Raises KeyError for another activation or loss, ValueError for too few or too many names.
    Source: notebook, Example 3.7.2.
    """

    def __init__(
        self,
        layer_dims: Sequence[int] = (2, 4, 1),
        hidden: str | Sequence[str] = "relu",
        loss: str = "binary_cross_entropy",
        output: str = "",
    ) -> None:
        """Make the layers fc1, ..., fcL and one module for each activation used."""
        super().__init__()
        self.depth = len(layer_dims) - 1
        self.output = output or OUTPUT_OF_LOSS[loss]
        names = [*hidden_layers(hidden, self.depth - 1), self.output]
        linear = [nn.Linear(n, n_next) for n, n_next in pairwise(layer_dims)]
        activations = {name: _activation(name) for name in names}
        for l, fc in enumerate(linear, 1):
            self.add_module(f"fc{l}", fc)
        for name, g in activations.items():
            self.add_module(name, g)
        self._names = names
        self._layers = [(fc, activations[name]) for fc, name in zip(linear, names, strict=True)]

    def forward(self, x: Tensor) -> Tensor:
        """Return the output A_L, (m, n_out), for data x, (m, n_x)."""
        activations, _ = self.propagate(x)
        return activations[f"A{self.depth}"]

    def propagate(
        self, x: Tensor, moves: Mapping[int, Move] | None = None
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return {"A0", ..., "AL"} and {"Z1", ..., "ZL"}, each (m, n_l).

        moves  layer -> what guards do to its activation
        """
        activations, Z_values = {"A0": x}, {}
        A = x
        for l, (fc, g) in enumerate(self._layers, 1):
            Z = fc(A)
            move = moves.get(l) if moves else None
            A = g(Z) if move is None else moved(Z, move, self._names[l - 1])
            Z_values[f"Z{l}"], activations[f"A{l}"] = Z, A
        return activations, Z_values


def hidden_layers(hidden: str | Sequence[str], count: int) -> list[str]:
    """Return the activation of each of `count` hidden layers: one name stands for all of them.

    Raises ValueError where there are not as many names as layers.
    """
    names = [hidden] * count if isinstance(hidden, str) else list(hidden)
    if len(names) != count:
        raise ValueError(
            f"hidden names {len(names)} activations, but there are {count} hidden layers: give "
            "one for each, or one name for all."
        )
    return names


def _activation(name: str) -> nn.Module:
    return nn.Softmax(dim=1) if name == "softmax" else ACTIVATIONS[name]()
