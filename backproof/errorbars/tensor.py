"""The tensor itself: below autograd and optimiser, every aten operation meets its rule."""

from typing import Any

import torch
from torch import Tensor

from backproof.errorbars.bar import IN_PLACE, RULES, Bar
from backproof.errors import MissingRuleError
from backproof.precision import Precision


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
    def __torch_dispatch__(  # type: ignore[override]
        cls,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Any = None,
    ) -> Any:
        """Answer one aten operation by its rule; raise MissingRuleError where there is none."""
        rule = RULES.get(func)
        if rule is None:
            raise MissingRuleError(
                f"There is no rounding rule for {func}: add one to backproof/errorbars, "
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


def with_error_bars(value: Tensor, precision: Precision, sigma: Tensor | None = None) -> ErrorBar:
    """Return `value` as an ErrorBar for a candidate that computes in `precision`.

    value  float64
    sigma  float64, the error it already has; None: exact
    """
    return ErrorBar(Bar(value.clone(), sigma), precision)
