"""A tensor that carries an error bar: every operation on it says how far its result may be off.

ErrorBar holds a value and a sigma, both float64.  It is a torch.Tensor, so a module, autograd and
an optimiser work on it unchanged; below them, each aten operation is answered by the rounding rule
that backproof/rules.py registers for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from backproof.errors import MissingRule
from backproof.precision import Precision


@dataclass
class Bar:
    """What a rule sees of an operand, and what it returns.

    value    float64
    sigma    standard deviation of the error of value, or None where value is exact
    quotient set by a rule whose result is a quotient n / (p (1 - p)): the numerator n, with its
             own error bar, and p; see rules.binary_cross_entropy_backward
    """

    value: Tensor
    sigma: Tensor | None = None
    quotient: "tuple[Bar, Tensor] | None" = None


class ErrorBar(Tensor):
    """A tensor of values with standard deviations; see the module's docstring."""

    bar: Bar
    precision: Precision

    @staticmethod
    def __new__(cls, bar: Bar, precision: Precision) -> "ErrorBar":
        """Make a tensor that has the shape of bar.value and no storage of its own."""
        self: ErrorBar = Tensor._make_wrapper_subclass(
            cls, bar.value.shape, dtype=bar.value.dtype, device=bar.value.device
        )
        self.bar, self.precision = bar, precision
        return self

    def __init__(self, bar: Bar, precision: Precision) -> None:
        """Everything is done in __new__."""

    @property
    def value(self) -> Tensor:
        """The values, float64."""
        return self.bar.value

    @property
    def sigma(self) -> Tensor:
        """The standard deviations of the values, float64, of the same shape."""
        sigma = self.bar.sigma
        return torch.zeros_like(self.value) if sigma is None else sigma.expand(self.value.shape)

    def __repr__(self) -> str:  # type: ignore[override]
        """Show value and sigma."""
        return f"ErrorBar({self.value}, sigma={self.sigma}, {self.precision.name})"

    @classmethod
    def __torch_dispatch__(
        cls,
        func: Any,
        types: Any,  # noqa: ARG003
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Answer one aten operation by its rule; raise MissingRule where there is none."""
        rule = RULES.get(func)
        if rule is None:
            raise MissingRule(
                f"There is no rounding rule for {func}: add one to backproof/rules.py, "
                "or build the network from operations that have one."
            )
        precision = next(a.precision for a in args if isinstance(a, ErrorBar))
        result = rule(precision, *map(_as_bar, args), **(kwargs or {}))
        if func in IN_PLACE:
            args[0].bar.value.copy_(result.value)
            args[0].bar.sigma = result.sigma
            return args[0]
        return cls(result, precision)


def _as_bar(argument: Any) -> Any:
    if isinstance(argument, ErrorBar):
        return argument.bar
    return Bar(argument) if isinstance(argument, Tensor) else argument


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


def with_error_bars(value: Tensor, precision: Precision, sigma: Tensor | None = None) -> ErrorBar:
    """Return `value` as an ErrorBar for a candidate that computes in `precision`.

    value  float64
    sigma  float64, the error it already has; None: exact
    """
    return ErrorBar(Bar(value.clone(), sigma), precision)


from backproof import rules as _rules  # noqa: E402, F401  (registers the rules)
