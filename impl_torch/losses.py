"""Costs, with the criteria of torch.nn; m examples are the rows of every tensor."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import hardtanh

OUTPUT_OF_LOSS: dict[str, str] = {  # the output activation where none is named
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "mean_squared_error": "identity",
    "squared_error": "identity",
    "half_squared_error": "identity",
}

CRITERIA: dict[str, Any] = {
    "binary_cross_entropy": nn.BCELoss,
    "categorical_cross_entropy": nn.CrossEntropyLoss,
    "mean_squared_error": nn.MSELoss,
    "squared_error": nn.MSELoss,
    "half_squared_error": nn.MSELoss,
}


@dataclass(frozen=True)
class Guard:
    """What keeps 0 out of the logarithms of a cross-entropy.

    kind  "add": log(a + eps) and log(1 - a + eps); "shift": log(a + eps) and log(1 - a - eps);
          "single": log(a + eps) and log(1 - a);
          "clip": a is first clipped to [eps, 1 - eps]; "floor": a and 1 - a are at least eps
    """

    kind: str
    eps: float

    def logarithms(self, A: Tensor) -> tuple[Tensor, Tensor]:
        """Return the guarded log(A) and log(1 - A); raise KeyError for an unknown kind."""
        if self.kind == "add":
            return (A + self.eps).log(), (1 - A + self.eps).log()
        if self.kind == "clip":
            clipped = hardtanh(A, self.eps, 1 - self.eps)
            return clipped.log(), (1 - clipped).log()
        if self.kind == "shift":
            return (A + self.eps).log(), (1 - (A + self.eps)).log()
        if self.kind == "single":
            return (A + self.eps).log(), (1 - A).log()
        if self.kind == "floor":
            return hardtanh(A, self.eps, 2).log(), hardtanh(1 - A, self.eps, 2).log()
        raise KeyError(self.kind)


class Cost:
    """The cost as a function of the network's last Z and A; of one example, summed over outputs:

    binary_cross_entropy       -sum_j [ y_j log(a_j) + (1 - y_j) log(1 - a_j) ], by nn.BCELoss
    categorical_cross_entropy  -sum_j y_j log(a_j): by nn.CrossEntropyLoss of the logits Z where
                               the output is a softmax, else of A itself
    squared_error              sum_j (a_j - y_j)^2, by nn.MSELoss
    half_squared_error         1/2 of it
    mean_squared_error         1/n_out of it, as nn.MSELoss

    output     activation that made A; empty: the one that goes with the loss
    reduction  the cost is the "mean" over the m examples, or their "sum"
    guard      of the logarithms of a cross-entropy; None: BCELoss bounds its own at -100
    of_logits  whether the logits may stand in for a softmax's output: not where A is moved
    Raises KeyError for another loss or reduction.
    """

    def __init__(
        self,
        loss: str,
        output: str = "",
        reduction: str = "mean",
        guard: Guard | None = None,
        of_logits: bool = True,
    ) -> None:
        """Choose the criterion."""
        self.loss, self.guard = loss, guard
        is_softmax = OUTPUT_OF_LOSS[loss] == "softmax" == (output or OUTPUT_OF_LOSS[loss])
        self.of_logits = of_logits and is_softmax
        self.averaged = {"mean": True, "sum": False}[reduction]
        self.criterion: nn.Module = CRITERIA[loss](reduction=reduction)

    def __call__(self, ZL: Tensor, AL: Tensor, Y: Tensor) -> Tensor:
        """Return the cost, a scalar; ZL, AL and Y are (m, n_out)."""
        if self.guard is not None:
            return self._cross_entropy(*self.guard.logarithms(AL), Y)
        if self.loss != "categorical_cross_entropy":
            return _times(self.criterion(AL, Y), self._factor(Y.shape[-1]))
        if self.of_logits:
            J: Tensor = self.criterion(ZL, Y)
            return J
        return self._cross_entropy(AL.log(), AL, Y)

    def _cross_entropy(self, log_a: Tensor, log_not_a: Tensor, Y: Tensor) -> Tensor:
        likelihood = Y * log_a
        if self.loss == "binary_cross_entropy":
            likelihood = likelihood + (1 - Y) * log_not_a
        J = -likelihood.sum()
        return J / Y.shape[0] if self.averaged else J

    def _factor(self, n_out: int) -> float:
        """Return what the criterion, which averages or sums over the outputs too, is short of."""
        divisor = {"mean_squared_error": n_out, "half_squared_error": 2}.get(self.loss, 1)
        return (n_out if self.averaged else 1) / divisor


def _times(J: Tensor, factor: float) -> Tensor:
    return J if factor == 1 else J * factor
