"""Costs, with the criteria of torch.nn; m examples are the rows of every tensor."""

from torch import Tensor, nn

OUTPUT_OF_LOSS: dict[str, str] = {
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "mean_squared_error": "identity",
}


def cost(ZL: Tensor, AL: Tensor, Y: Tensor, loss: str) -> Tensor:
    """Return the network's cost, a scalar, from its last Z and A, (m, n_out).

    binary_cross_entropy       nn.BCELoss of AL, times n_out: BCELoss averages over the outputs,
                               the notebook sums over them
    categorical_cross_entropy  nn.CrossEntropyLoss of the logits ZL
    mean_squared_error         nn.MSELoss of AL
    """
    if loss == "categorical_cross_entropy":
        return nn.CrossEntropyLoss()(ZL, Y)
    if loss == "mean_squared_error":
        return nn.MSELoss()(AL, Y)
    n_out = Y.shape[-1]
    criterion = nn.BCELoss()
    return criterion(AL, Y) if n_out == 1 else criterion(AL, Y) * n_out
