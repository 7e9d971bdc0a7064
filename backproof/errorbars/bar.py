"""A value with its error, and the register of rules that say what an operation does to both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass
class Bar:
    """What a rule sees of an operand, and what it returns.

    value    float64
    sigma    standard deviation of the error of value, or None where value is exact
    quotient set by a rule whose result is a quotient n / (p (1 - p)): the numerator n, with its
             own error bar, and p; see losses.py
    """

    value: Tensor
    sigma: Tensor | None = None
    quotient: "tuple[Bar, Tensor] | None" = None


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
