"""Many networks of one shape, trained at once with torch.func: the gradient, mapped over them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, grad_and_value, vmap

from impl_torch.network import SimpleNN
from impl_torch.parameters import to_numpy, to_torch
from impl_torch.training import Objective

PREFIX = "network."  # of a parameter's name in Objective


class StackedTrainer:
    """Gradient descent on `count` networks of one shape; each is trained as if it were alone.

    parameters     the NumPy network's: {"W1" (count, n_1, n_x), "b1" (count, n_1, 1), ...}; on the
                   device of X
    X              (m, n_x) for all networks, or (count, m, n_x): its own for each
    Y              (m, n_out), or (count, m, n_out)
    learning_rate  a number, or (count,): its own for each
    hidden, loss, output, reduction   as in SimpleNN and Cost
    Raises KeyError for an unknown name.
    """

    def __init__(
        self,
        X: Tensor,
        Y: Tensor,
        parameters: Mapping[str, np.ndarray],
        learning_rate: Any,
        hidden: str | Sequence[str] = "relu",
        loss: str = "binary_cross_entropy",
        output: str = "",
        reduction: str = "mean",
    ) -> None:
        """Copy the parameters; nothing is computed yet."""
        self._X, self._Y = X, Y
        state = to_torch(parameters)
        self._state = {PREFIX + name: value.to(X.device) for name, value in state.items()}
        self._rate = torch.as_tensor(learning_rate, dtype=X.dtype, device=X.device)
        depth = len(parameters) // 2
        widths = [parameters[f"W{l}"].shape[1] for l in range(1, depth + 1)]
        network = SimpleNN((X.shape[-1], *widths), hidden, loss, output)
        self._objective = Objective(network, loss, reduction)
        data = (0 if X.ndim == 3 else None, 0 if Y.ndim == 3 else None)
        gradient = grad_and_value(self._run, has_aux=True)
        self._gradient = vmap(gradient, in_dims=(0, *data))
        self._gradients: dict[str, Tensor] = {}
        self._last: tuple[Tensor, dict[str, Tensor], dict[str, Tensor]] | None = None

    def _run(self, state: dict[str, Tensor], X: Tensor, Y: Tensor) -> tuple[Tensor, Any]:
        J, *outputs = functional_call(self._objective, state, (X, Y))
        return J, tuple(outputs)

    def step(self) -> None:
        """Do one iteration of gradient descent: forward, backward, update."""
        self._gradients, (_, self._last) = self._gradient(self._state, self._X, self._Y)
        for name, value in self._state.items():
            gradient = self._gradients[name]
            value.sub_(self._rate.view(-1, *[1] * (value.ndim - 1)) * gradient)

    def cost(self) -> Tensor:
        """Return the costs of the last step, before its update, (count,)."""
        return self._outputs()[0]

    @property
    def activations(self) -> dict[str, Tensor]:
        """{"A0", ..., "AL"} of the last step, each (count, m, n_l)."""
        return self._outputs()[1]

    @property
    def Z_values(self) -> dict[str, Tensor]:  # noqa: N802
        """{"Z1", ..., "ZL"} of the last step, each (count, m, n_l)."""
        return self._outputs()[2]

    def _outputs(self) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        if self._last is None:
            raise ValueError("No step has been done, so there is nothing to show: call step().")
        return self._last

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """{"W1", "b1", ...} in the layout of the NumPy network: copies."""
        return to_numpy(_without_prefix(self._state))

    @property
    def grads(self) -> dict[str, np.ndarray]:
        """{"dW1", "db1", ...} of the last step, likewise."""
        gradients = to_numpy(_without_prefix(self._gradients))
        return {f"d{name}": value for name, value in gradients.items()}


def _without_prefix(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(PREFIX): value for name, value in state.items()}
