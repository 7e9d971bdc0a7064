"""The operations that have a rounding rule, as a table; how to run one, and its backward pass."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy,
    cross_entropy,
    hardtanh,
    leaky_relu,
    linear,
    mse_loss,
)

FLOATS = ("float32", "float16", "bfloat16")
CALM = 5.0  # of the 8 sigmas allowed; right code stays below
WIDE = ("float32", "bfloat16")  # the draws stay above their subnormal numbers


@dataclass(frozen=True)
class Operation:
    """One operation on standard normal operands of the given shapes.

    gradient  whether its backward pass has a rule too
    exact     it rounds nothing, forward or backward
    dtypes    the precisions whose rounding its rule describes
    composed  several rules, whose operands share errors that are taken as independent
    """

    name: str
    function: Callable[..., Tensor]
    shapes: tuple[tuple[int, ...], ...]
    gradient: bool = True
    exact: bool = False
    dtypes: tuple[str, ...] = FLOATS
    composed: bool = False


def binary_labels(like: Tensor) -> Tensor:
    return (torch.arange(like.numel()) % 2).reshape(like.shape).to(like.dtype)


def one_hot(like: Tensor) -> Tensor:
    return torch.eye(like.shape[1], dtype=like.dtype)[: len(like)]


def epsilon_in_both(a: Tensor) -> Tensor:
    p = a.sigmoid()
    return (p + 1e-3).log() + (1 - p + 1e-3).log()


ONE, TWO = ((7, 9),), ((7, 9), (7, 9))
OPERATIONS = (
    Operation("matmul", lambda a, b: a @ b, ((7, 9), (9, 5))),
    Operation("long matmul", lambda a, b: a @ b, ((3, 3000), (3000, 4))),
    Operation("batched matmul", lambda a, b: a @ b, ((4, 3, 6), (4, 6, 2))),
    Operation("linear (addmm)", linear, ((7, 9), (5, 9), (5,))),
    Operation("add", lambda a, b: a + b, TWO, gradient=False),
    Operation("add a row", lambda a, b: a + b, ((7, 9), (9,))),
    Operation("subtract", lambda a, b: a - b, TWO),
    Operation("multiply", lambda a, b: a * b, TWO),
    Operation("multiply by 0.3", lambda a: a * 0.3, ONE),
    Operation("multiply by 1/4", lambda a: a / 4, ONE, gradient=False, exact=True, dtypes=WIDE),
    Operation("divide by 7", lambda a: a / 7, ONE),
    Operation("negate", torch.neg, ONE, gradient=False, exact=True),
    Operation("transpose", lambda a: a.mT.unsqueeze(0)[0], ONE, gradient=False, exact=True),
    Operation("sum over rows", lambda a: a.sum(0), ((40, 9),)),
    Operation("sum", torch.sum, ((40, 9),)),
    Operation("mean over columns", lambda a: a.mean(1), ONE),
    Operation("mean", torch.mean, ((40, 9),)),
    Operation("relu", torch.relu, ONE, gradient=False, exact=True),
    Operation("leaky relu", leaky_relu, ONE),
    Operation("leaky relu of slope 1/4", lambda a: leaky_relu(a, 0.25), ONE, False, True, WIDE),
    Operation("clip", lambda a: hardtanh(a, -0.3, 0.7), ONE),
    Operation("add 0.3", lambda a: a + 0.3, ONE, gradient=False),
    Operation("1 minus", lambda a: 1 - a, ONE, gradient=False),
    Operation("0.3 minus", lambda a: 0.3 - a, ONE, gradient=False),
    Operation("log", lambda a: (a * a).log(), ONE, dtypes=WIDE),
    Operation("logs with epsilon", epsilon_in_both, ONE, dtypes=("float32",), composed=True),
    Operation("divide", lambda a, b: a / b, TWO, gradient=False),
    Operation("sigmoid", torch.sigmoid, ONE),
    Operation("tanh", torch.tanh, ONE),
    Operation("softmax", lambda a: a.softmax(1), ONE, composed=True),
    Operation(
        "softmax, backward",
        lambda g, s: torch._softmax_backward_data(g, s, 1, g.dtype),
        TWO,
        gradient=False,
    ),
    Operation("log softmax", lambda a: a.log_softmax(1), ONE),
    Operation("mean squared error", mse_loss, TWO),
    Operation(
        "squared errors, summed",
        lambda a, b: mse_loss(a, b, reduction="sum"),
        TWO,
    ),
    Operation("squared errors", lambda a, b: mse_loss(a, b, reduction="none"), TWO),
    Operation("squared error of a softmax", lambda a, b: mse_loss(a.softmax(1), b), TWO),
    Operation(
        "binary cross-entropy of a softmax",
        lambda a: binary_cross_entropy(a.softmax(1), binary_labels(a)),
        ONE,
        composed=True,
    ),
    Operation(
        "binary cross-entropy", lambda a: binary_cross_entropy(a.sigmoid(), binary_labels(a)), ONE
    ),
    Operation(
        "binary cross-entropies",
        lambda a: binary_cross_entropy(a.sigmoid(), binary_labels(a), reduction="none"),
        ONE,
    ),
    Operation(
        "binary cross-entropies, summed",
        lambda a: binary_cross_entropy(a.sigmoid(), binary_labels(a), reduction="sum"),
        ONE,
    ),
    Operation("categorical cross-entropy", lambda a: cross_entropy(a, one_hot(a)), ONE),
    Operation(
        "categorical cross-entropy, summed",
        lambda a: cross_entropy(a, one_hot(a), reduction="sum"),
        ONE,
    ),
)


def draw(operation: Operation, seed: int, dtype: torch.dtype) -> tuple[list[Tensor], Tensor]:
    """Return operands and a cotangent, exact in `dtype`."""
    random = torch.Generator().manual_seed(seed)

    def normal(shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64).to(dtype)

    operands = [normal(shape) for shape in operation.shapes]
    return operands, normal(tuple(operation.function(*operands).shape))


def run(operation: Operation, operands: list[Tensor], cotangent: Tensor) -> list[Tensor]:
    """Return the result and, where it has one, the gradient of each operand."""
    leaves = [x.clone().requires_grad_(operation.gradient) for x in operands]
    y = operation.function(*leaves)
    if not operation.gradient:
        return [y]
    (y * cotangent).sum().backward()
    gradients = [x.grad for x in leaves]
    assert all(g is not None for g in gradients)
    return [y.detach(), *gradients]
