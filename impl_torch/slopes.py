"""Derivatives of cross-entropies as they are written by hand, with a guard that no cost has."""

from torch import Tensor
from torch.nn.functional import hardtanh

from impl_torch.losses import Guard

BY_HAND = ("floor", "product", "delta")  # kinds of a guard


class Slope:
    """A number whose gradient is the derivative written by hand; its value means nothing.

    floor    dJ/dA = -y / max(a, eps) + (1 - y) / max(1 - a, eps), the second for the binary one
    product  dJ/dA = (a - y) / (a (1 - a) + eps)
    delta    dJ/dZ = a - y, with a kept within [eps, 1 - eps]
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
            slope = -(Y / hardtanh(A, eps, 2))
            if self.loss == "binary_cross_entropy":
                slope = slope + (1 - Y) / hardtanh(1 - A, eps, 2)
            J = (slope * AL).sum()
        return J / Y.shape[0] if self.averaged else J
