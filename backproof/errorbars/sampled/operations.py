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

import math
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
    if _overload(func) in OWN:
        return "composite"
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
    own = OWN.get(_overload(func)) or OWN.get(name_of(func))
    found = own or decomposition_table.get(func)
    return found or (func.decompose if func._can_decompose() else None)


def _overload(func: Any) -> str:
    """Return a name with the overload: "round.decimals" rounds, round itself does not."""
    return f"{name_of(func)}.{func._overloadname}"


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


def _addbmm(c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    c = beta * c
    for one, other in zip(a.unbind(), b.unbind(), strict=True):
        c = c + alpha * (one @ other)
    return c


def _prod(x: Any, dim: Any = None, keepdim: bool = False, **words: Any) -> Any:
    """Return the product, made in pairs: it has as many roundings as one made in any order.

    dim  a dimension, as aten has it, or several, as prims has them; None: all
    """
    asked = words.get("dtype", words.get("output_dtype"))
    x = x if asked is None else x.to(asked)
    dims = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    gone = {d % x.ndim for d in dims} if x.ndim else set()
    left = [n for d, n in enumerate(x.shape) if d not in gone]
    kept = [1 if d in gone else n for d, n in enumerate(x.shape)]
    count = math.prod(x.shape[d] for d in gone)
    x = x.movedim(sorted(gone), list(range(len(gone)))).reshape(count, math.prod(left))
    while len(x) > 1:
        half = len(x) // 2
        x = torch.cat([x[:half] * x[half : 2 * half], x[2 * half :]])
    x = x if len(x) else x.new_ones(1, x.shape[1])
    return x.reshape(kept if keepdim else left)


def _rounded(x: Any, *, decimals: int = 0) -> Any:
    power = 10.0 ** abs(decimals)
    return (x * power).round() / power if decimals > 0 else (x / power).round() * power


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
    "addbmm": _addbmm,
    "prod": _prod,
    "round.decimals": _rounded,
    "addcmul": _addcmul,
    "addcdiv": _addcdiv,
    "lerp": _lerp,
}
