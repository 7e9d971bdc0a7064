"""The kinds of mutants: cosmic-ray's operators and those for matrix code, by what they change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cosmic_ray.operators import binary_operator_replacement as binaries
from cosmic_ray.operators import boolean_replacer as booleans
from cosmic_ray.operators import comparison_operator_replacement as comparisons
from cosmic_ray.operators import unary_operator_replacement as unaries
from cosmic_ray.operators.number_replacer import NumberReplacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.remove_decorator import RemoveDecorator
from cosmic_ray.operators.zero_iteration_for_loop import ZeroIterationForLoop

from parity_tests.mutation import operators as own


def among(room: Any, prefix: str, *names: str) -> list[Operator]:
    """Return cosmic-ray's operators that put one of `names` in the place of another."""
    wanted = {f"{prefix}_{a}_{b}" for a in names for b in names}
    return [operator() for operator in room.operators() if operator.__name__ in wanted]


COMPARISON = among(
    comparisons, "ReplaceComparisonOperator", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"
)
ARITHMETIC = among(  # the others want integers
    binaries, "ReplaceBinaryOperator", "Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"
)
SIGN = [own.Negated(), *among(unaries, "ReplaceUnaryOperator", "Delete", "USub")]
TRUTH = [booleans.ReplaceTrueWithFalse(), booleans.ReplaceFalseWithTrue()]
CONDITION = [
    booleans.AddNot(),
    booleans.ReplaceAndWithOr(),
    booleans.ReplaceOrWithAnd(),
    *among(unaries, "ReplaceUnaryOperator", "Delete", "Not"),
]


@dataclass(frozen=True)
class Kind:
    """Operators that change the same sort of thing, and what it is."""

    about: str
    operators: Sequence[Operator]


KINDS: dict[str, Kind] = {
    "matrix product": Kind("`A @ B`: factors swapped, or one transposed", [own.Product()]),
    "transpose": Kind("`.T` dropped", [own.Transpose()]),
    "axis": Kind("`axis=0`, `axis=1` and none, one for another", [own.Axis()]),
    "function": Kind("a function or type of NumPy for another", [own.Function()]),
    "comparison": Kind("`>`, `>=`, `<`, `<=`, `==`, `!=`, one for another", COMPARISON),
    "arithmetic": Kind("`+`, `-`, `*`, `/`, `//`, `%`, `**`, one for another", ARITHMETIC),
    "operand": Kind("one operand left out of a sum, product, `and`, `or`", [own.Operand()]),
    "sign": Kind("a minus dropped, or what a function returns negated", SIGN),
    "number": Kind(
        "a constant plus 1, minus 1; doubled and halved", [NumberReplacer(), own.Scaled()]
    ),
    "truth": Kind("`True` for `False`: `keepdims`, `frozen`, `strict`, tables", TRUTH),
    "condition": Kind("a condition negated, `and` for `or`", CONDITION),
    "loop": Kind("a loop that never runs", [ZeroIterationForLoop()]),
    "decorator": Kind("a decorator removed", [RemoveDecorator()]),
    "left out": Kind("a conversion or a precaution left out", [own.LeftOut()]),
    "arguments": Kind("two neighbouring arguments swapped", [own.Arguments()]),
    "table": Kind("two neighbouring values of a table swapped", [own.TableValues()]),
    "name": Kind("a name in quotes for a similar one, and for an unknown one", [own.String()]),
    "key": Kind("`A`, `Z`, `W`, `b`, `d` in a key, one for another", [own.Key()]),
    "raise": Kind("a refusal that does not happen", [own.Raise()]),
}
