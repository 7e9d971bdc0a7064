"""The class of each operation: what kind of rounding error it makes.

exact      shapes, copies, selections, comparisons, what only changes signs: none
library    element by element, from a mathematical library: a few units in the last place
element    element by element, a single rounding
bilinear   products, summed: matrix products, convolutions
linear     sums of the argument's elements, weighted or not
composite  all others: they are decomposed, so that what cancels inside is seen

Inside, a composite operation of a half precision may keep its sums as coarsely as its results, or
all but its terms and its result as finely as its sums.
operations.toml names those of each class.
"""

import tomllib
from importlib.resources import files
from typing import Any, NoReturn

import torch
from torch._decomp import decomposition_table

from backproof.errors import MissingRuleError

CLASSES = ("exact", "library", "element", "bilinear", "linear")
_TABLE = tomllib.loads(
    files("backproof.errorbars.sampled").joinpath("operations.toml").read_text("utf-8")
)
REFUSED: dict[str, str] = _TABLE.pop("refused")
INSIDE = {name: kind for kind, names in _TABLE.pop("inside").items() for name in names}
NAMES = {kind: frozenset(_TABLE[kind]) for kind in CLASSES}


def name_of(func: Any) -> str:
    """Return an operation's name, the same in place as not: "add" of aten.add_.Tensor."""
    name: str = func._schema.name.split("::")[1]
    return name.removesuffix("_") if func._schema.is_mutable else name


def class_of(func: Any) -> str:
    """Return the class of an operation; raise MissingRuleError for one in none, with the reason."""
    name = name_of(func)
    for kind in CLASSES:
        if name in NAMES[kind]:
            return kind
    if func.is_view:
        return "exact"
    if torch.Tag.nondeterministic_seeded in func.tags:
        refuse(func, "it draws random numbers, which the candidate would not draw alike")
    if name in REFUSED:
        refuse(func, REFUSED[name])
    if decomposed(func) is None:
        refuse(func, "it belongs to no class and torch has no decomposition of it")
    return "composite"


def decomposed(func: Any) -> Any:
    """Return what computes the same by other operations; None where there is nothing."""
    found = OWN.get(name_of(func)) or decomposition_table.get(func)
    return found or (func.decompose if func._can_decompose() else None)


def refuse(func: Any, reason: str) -> NoReturn:
    """Raise MissingRuleError, with the reason."""
    raise MissingRuleError(f"There are no error bars for {func}: {reason}.")


# --- decompositions of our own: where torch has none, or one that hides what cancels -----------


def _addmm(c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    return beta * c + alpha * (a @ b)


def _mv(a: Any, b: Any) -> Any:
    return (a @ b.unsqueeze(-1)).squeeze(-1)


def _dot(a: Any, b: Any) -> Any:
    return (a.unsqueeze(0) @ b.unsqueeze(1)).squeeze()


def _addmv(c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    return beta * c + alpha * _mv(a, b)


def _addcmul(x: Any, a: Any, b: Any, *, value: float = 1) -> Any:
    return x + value * (a * b)


def _addcdiv(x: Any, a: Any, b: Any, *, value: float = 1) -> Any:
    return x + value * (a / b)


def _lerp(x: Any, end: Any, weight: Any) -> Any:
    return x + weight * (end - x)


def _var(*args: Any, **kwargs: Any) -> Any:
    return _var_mean(*args, **kwargs)[0]


def _var_mean(
    x: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Return variance and mean, for each of the three signatures that torch has."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    dims = list(range(x.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    mean = x.mean(dims, keepdim=True)
    total = (x - mean).square().sum(dims, keepdim=keepdim)
    variance = total / (x.numel() // max(mean.numel(), 1) - correction)
    return variance, mean.reshape(variance.shape)


OWN = {
    "var": _var,
    "var_mean": _var_mean,
    "addmm": _addmm,
    "baddbmm": _addmm,
    "mv": _mv,
    "dot": _dot,
    "addmv": _addmv,
    "addcmul": _addcmul,
    "addcdiv": _addcdiv,
    "lerp": _lerp,
}
