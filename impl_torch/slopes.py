"""Derivatives of cross-entropies as they are written by hand, with a guard that no cost has."""

from torch import Tensor
from torch.nn.functional import hardtanh

from impl_torch.losses import Guard

BY_HAND = ("quotient", "product", "delta")  # kinds of a guard


class Slope:
    """A number whose gradient is the derivative written by hand; its value means nothing.

    quotient  dJ/dA = -y / c + (1 - y) / (1 - c), the second for the binary one
    product   dJ/dA = (a - y) / (a (1 - a) + eps)
    delta     dJ/dZ = c - y, with c = a kept within [eps, 1 - eps]
    divided by the m examples where the reduction is a mean
    """

    def __init__(self, loss: str, guard: Guard, reduction: str) -> None:
        """Keep what the derivative is of."""
        self.loss, self.guard, self.averaged = loss, guard, reduction == "mean"

    def __call__(self, ZL: Tensor, AL: Tensor, Y: Tensor) -> Tensor:
        """Return a scalar; ZL, AL and Y are (m, n_out)."""
        eps, A = self.guard.eps, AL.detach()
        if self.guard.kind == "delta":
            J = ((hardtanh(A, eps, 1 - eps) - Y) * ZL).sum()
        elif self.guard.kind == "product":
            J = ((A - Y) / (A * (1 - A) + eps) * AL).sum()
        else:
            kept = hardtanh(A, eps, 1 - eps)
            slope = -(Y / kept)
            if self.loss == "binary_cross_entropy":
                slope = slope + (1 - Y) / (1 - kept)
            J = (slope * AL).sum()
        return J / Y.shape[0] if self.averaged else J
