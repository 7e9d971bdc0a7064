"""Activations that a guard has moved: A = g(Z) + a given array, differentiated as A itself says."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

aten = torch.ops.aten


@dataclass(frozen=True)
class Move:
    """What guards do to one activation and its derivative.

    by     what is added to g(Z), (m, n)
    plain  the derivative is told from g(Z), and not from A
    added  to the derivative
    """

    by: Tensor
    plain: bool = False
    added: float = 0.0


class Moved(torch.autograd.Function):
    """A = g(Z) + by; the derivative is the usual formula, told from A: A (1 - A), 1 - A^2, ...

    It is what is written by hand, where A comes out of the forward pass.  Classes are on the last
    axis.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(Z: Tensor, by: Tensor, name: str, plain: bool, added: float) -> Tensor:  # noqa: ARG004
        """Return A; raise KeyError for an activation whose derivative A does not tell."""
        return FUNCTIONS[name](Z) + by

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Keep A, and what the derivative is made of."""
        _, by, ctx.name, ctx.plain, ctx.added = inputs
        ctx.save_for_backward(output, by)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None, None]:
        """Return dJ/dZ."""
        A, by = ctx.saved_tensors
        dZ = DERIVATIVES[ctx.name](grad, A - by if ctx.plain else A)
        if ctx.added:
            dZ = dZ + grad * ctx.added
        return dZ, None, None, None, None


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


def moved(Z: Tensor, move: Move, name: str) -> Tensor:
    """Return g(Z) + by, shaped like Z; raise KeyError for another activation than these three."""
    A: Tensor = Moved.apply(Z, move.by, name, move.plain, move.added)  # type: ignore[no-untyped-call]
    return A
