"""The catalogue: every mistake, the more usual ones of a kind first."""

from difflib import get_close_matches

from backproof.errors import BackproofError
from backproof.mistakes import (
    aliasing,
    axes,
    biases,
    costs,
    derivatives,
    forward,
    optimisers,
    outputs,
    precision,
    propagation,
    scaling,
    signs,
    updates,
)
from backproof.mistakes.mistake import Mistake

GROUPS: dict[str, tuple[Mistake, ...]] = {
    "Scale": scaling.MISTAKES,
    "Signs": signs.MISTAKES,
    "Axes and examples": axes.MISTAKES,
    "Biases": biases.MISTAKES,
    "Derivatives of hidden activations": derivatives.MISTAKES,
    "What is propagated": propagation.MISTAKES,
    "The output layer": outputs.MISTAKES,
    "Activations in the forward pass": forward.MISTAKES,
    "The cost": costs.MISTAKES,
    "The update": updates.MISTAKES,
    "Optimisers": optimisers.MISTAKES,
    "Precision": precision.MISTAKES,
    "Aliasing": aliasing.MISTAKES,
}
CATALOGUE: dict[str, Mistake] = {m.name: m for group in GROUPS.values() for m in group}


def mistake_named(name: str) -> Mistake:
    """Return a mistake; raise BackproofError, naming the nearest ones, for an unknown name."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = get_close_matches(name, CATALOGUE, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise BackproofError(f"There is no mistake '{name}': {hint}backproof mistakes lists them all.")
