"""A tensor that carries an error bar: every operation on it says how far its result may be off.

ErrorBar holds a value and a sigma, both float64.  It is a torch.Tensor, so a module, autograd and
an optimiser work on it unchanged; below them, each aten operation is answered by its rounding rule
(linear.py, activations.py, kinks.py, losses.py), made of the algebra of independent errors
(algebra.py).

To first order, with independent roundings, variances add.  A rule's `p` is the precision of the
candidate that is judged, already widened by the reference's own float64.
"""

from backproof.errorbars import activations, kinks, linear, losses  # registers the rules
from backproof.errorbars.bar import RULES, Bar
from backproof.errorbars.tensor import ErrorBar, with_error_bars

__all__ = [
    "RULES",
    "Bar",
    "ErrorBar",
    "activations",
    "kinks",
    "linear",
    "losses",
    "with_error_bars",
]
