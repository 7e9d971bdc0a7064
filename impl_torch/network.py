"""The network as a torch module."""

from collections.abc import Sequence

from torch import Tensor, nn

from impl_torch.losses import OUTPUT_OF_LOSS

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softmax": nn.Softmax,
    "identity": nn.Identity,
}


class SimpleNN(nn.Module):
    """The notebook's network; other sizes, activations and losses by argument.

    layer_dims  n_x, hidden sizes, n_out
    hidden      activation of the hidden layers: "relu", "sigmoid", "tanh"
    loss        "binary_cross_entropy", "categorical_cross_entropy" or "mean_squared_error"; it
                decides the output activation: sigmoid, softmax or identity
    Raises KeyError for another activation or loss.
    Source: notebook, Example 3.7.2.
    """

    def __init__(
        self,
        layer_dims: Sequence[int] = (2, 4, 1),
        hidden: str = "relu",
        loss: str = "binary_cross_entropy",
    ) -> None:
        """Make the layers fc1, ..., fcL and one module for each activation used."""
        super().__init__()
        self.depth = len(layer_dims) - 1
        for l in range(1, self.depth + 1):
            self.add_module(f"fc{l}", nn.Linear(layer_dims[l - 1], layer_dims[l]))
        self.hidden, self.output = hidden, OUTPUT_OF_LOSS[loss]
        for name in dict.fromkeys([hidden] * (self.depth > 1) + [self.output]):
            self.add_module(name, _activation(name))

    def forward(self, x: Tensor) -> Tensor:
        """Return the output A_L, (m, n_out), for data x, (m, n_x)."""
        activations, _ = self.propagate(x)
        return activations[f"A{self.depth}"]

    def propagate(self, x: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return {"A0", ..., "AL"} and {"Z1", ..., "ZL"}, each (m, n_l)."""
        activations, Z_values = {"A0": x}, {}
        for l in range(1, self.depth + 1):
            Z = getattr(self, f"fc{l}")(activations[f"A{l - 1}"])
            g = getattr(self, self.hidden if l < self.depth else self.output)
            Z_values[f"Z{l}"], activations[f"A{l}"] = Z, g(Z)
        return activations, Z_values


def _activation(name: str) -> nn.Module:
    return nn.Softmax(dim=1) if name == "softmax" else ACTIVATIONS[name]()
