"""Activations that a guard has moved: A = g(Z) + a given array, differentiated as A itself says."""

from typing import Any

import torch
from torch import Tensor

aten = torch.ops.aten


class Moved(torch.autograd.Function):
    """A = g(Z) + by; the derivative is the usual formula, told from A: A (1 - A), 1 - A^2, ...

    It is what is written by hand, where A comes out of the forward pass.  Classes are on the last
    axis.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(Z: Tensor, by: Tensor, name: str) -> Tensor:
        """Return A; raise KeyError for an activation whose derivative A does not tell."""
        return FUNCTIONS[name](Z) + by

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Keep A."""
        ctx.save_for_backward(output)
        ctx.name = inputs[2]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        """Return dJ/dZ."""
        (A,) = ctx.saved_tensors
        return DERIVATIVES[ctx.name](grad, A), None, None


FUNCTIONS: dict[str, Any] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda Z: torch.softmax(Z, -1),
}
DERIVATIVES: dict[str, Any] = {
    "sigmoid": aten.sigmoid_backward,
    "tanh": aten.tanh_backward,
    "softmax": lambda grad, A: aten._softmax_backward_data(grad, A, -1, A.dtype),
}


def moved(Z: Tensor, by: Tensor, name: str) -> Tensor:
    """Return g(Z) + by, shaped like Z; raise KeyError for another activation than these three."""
    A: Tensor = Moved.apply(Z, by, name)  # type: ignore[no-untyped-call]
    return A
