"""Costs, with the criteria of torch.nn; m examples are the rows of every tensor."""

from torch import Tensor, nn

OUTPUT_OF_LOSS: dict[str, str] = {
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "mean_squared_error": "identity",
}

CRITERIA: dict[str, type[nn.Module]] = {
    "binary_cross_entropy": nn.BCELoss,
    "categorical_cross_entropy": nn.CrossEntropyLoss,
    "mean_squared_error": nn.MSELoss,
}


class Cost:
    """A criterion of torch.nn as a function of the network's last Z and A.

    binary_cross_entropy       nn.BCELoss of A, times n_out: BCELoss averages over the outputs, the
                               notebook sums over them
    categorical_cross_entropy  nn.CrossEntropyLoss of the logits Z
    mean_squared_error         nn.MSELoss of A
    Raises KeyError for another loss.
    """

    def __init__(self, loss: str) -> None:
        """Choose the criterion."""
        self.loss = loss
        self.criterion = CRITERIA[loss]()

    def __call__(self, ZL: Tensor, AL: Tensor, Y: Tensor) -> Tensor:
        """Return the cost, a scalar; ZL, AL and Y are (m, n_out)."""
        J: Tensor = self.criterion(ZL if self.loss == "categorical_cross_entropy" else AL, Y)
        n_out = Y.shape[-1]
        return J * n_out if self.loss == "binary_cross_entropy" and n_out > 1 else J
