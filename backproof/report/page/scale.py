"""The one scale of colours for z: bands, each a class of the style sheet."""

import math
from itertools import pairwise

from backproof.precision import Z_LIMIT

BOUNDS = (0.5, 1.0, 2.0, 3.0, 5.0, Z_LIMIT)  # the last band lies beyond the last of them
UNKNOWN = "zu"


def band(z: float) -> str:
    """Return the class of a z: "z0" to "z6", or "zu" where nothing is known."""
    return UNKNOWN if math.isnan(z) else f"z{sum(z > bound for bound in BOUNDS)}"


def legend() -> list[tuple[str, str]]:
    """Return each class with the numbers that it stands for."""
    ends = [0.0, *BOUNDS]
    inner = [(f"z{k}", f"{a:g}–{b:g}") for k, (a, b) in enumerate(pairwise(ends))]
    return [*inner, (f"z{len(BOUNDS)}", f"above {Z_LIMIT:g}: off"), (UNKNOWN, "not known")]


def short(z: float) -> str:
    """Return a z in few characters."""
    if math.isnan(z):
        return "–"
    if math.isinf(z):
        return "∞"
    return f"{z:.1f}" if z < 9.95 else f"{z:.0f}" if z < 999.5 else power(z)


def power(value: float) -> str:
    """Return a number as 3e15 or 1e-7: one digit and an exponent without padding."""
    digit, _, exponent = f"{value:.0e}".partition("e")
    return f"{digit}e{int(exponent)}"
