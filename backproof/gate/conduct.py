"""What the twins do unasked: the defaults of their public functions, and what they draw.

A suite that passes every argument does not see it when one of these changes.
"""

import inspect
from types import ModuleType
from typing import Any

import impl_numpy
import impl_torch
from backproof.gate.question import mark

PLAIN = (str, int, float, bool, tuple, dict, type(None))
DRAWN = (2, 4, 1)  # layer sizes of the network whose first parameters are kept


def conduct_of_twins() -> dict[str, str]:
    """Return a line for each public function or class, and one for each parameter drawn."""
    found = {}
    for module in (impl_numpy, impl_torch):
        for name in sorted(module.__all__):
            words = _defaults(getattr(module, name))
            if words:
                found[f"{_name(module)}.{name}"] = words
    for name, value in impl_numpy.initialize_parameters(DRAWN).items():
        found[f"impl_numpy.initialize_parameters, {name} drawn"] = repr(mark(value))
    return found


def _name(module: ModuleType) -> str:
    return module.__name__


def _defaults(thing: Any) -> str:
    """Return hidden='relu', loss=... of a function or class; of a constant, its value."""
    if isinstance(thing, PLAIN):
        return repr(thing)
    if not callable(thing):
        return ""
    parameters = inspect.signature(thing).parameters.values()
    kept = [p for p in parameters if p.default is not p.empty]
    return ", ".join(f"{p.name}={_word(p.default)}" for p in kept)


def _word(value: Any) -> str:
    """Return a default in a word that hangs on nothing but its value."""
    if isinstance(value, PLAIN):
        return repr(value)
    return str(getattr(value, "__name__", type(value).__name__))
