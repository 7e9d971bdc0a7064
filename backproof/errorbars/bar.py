"""A value with its error, and the register of rules that say what an operation does to both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass
class Bar:
    """What a rule sees of an operand, and what it returns.

    value     float64
    sigma     standard deviation of the error of value, or None where value is exact
    quotient, total  how the value came about, where the next rule may want to know
    """

    value: Tensor
    sigma: Tensor | None = None
    quotient: "Quotient | None" = None
    total: "Total | None" = None


@dataclass
class Quotient:
    """A value that is numerator / (p (1 - p)); see losses.binary_cross_entropy_backward."""

    numerator: Bar
    p: Tensor

    def is_over(self, p: Tensor) -> bool:
        """Say whether this is a quotient by the very same numbers p (1 - p)."""
        return self.p.data_ptr() == p.data_ptr() and self.p.shape == p.shape


@dataclass
class Total:
    """A value that is a sum of n terms, which may as well start at what is added to it next.

    term   the root of the mean of the squared terms, of the value's shape
    alike  see summation.likeness(), of the value's shape; None: the terms are not alike
    """

    n: int
    term: Tensor
    alike: Tensor | None

    def reshaped(self, reshape: Callable[[Tensor], Tensor]) -> "Total":
        """Return what goes with the value in another shape."""
        alike = None if self.alike is None else reshape(self.alike)
        return Total(self.n, reshape(self.term), alike)


Rule = Callable[..., Bar]
RULES: dict[Any, Rule] = {}
IN_PLACE: set[Any] = set()


def rule(*operations: Any, in_place: bool = False) -> Callable[[Rule], Rule]:
    """Register a function (precision, *operands) -> Bar as the rule of aten operations."""

    def register(function: Rule) -> Rule:
        for operation in operations:
            RULES[operation] = function
            if in_place:
                IN_PLACE.add(operation)
        return function

    return register
