"""From the name of a mistake to a file with that mistake in it."""

from collections.abc import Callable, Mapping

import numpy as np

from backproof.demo import activations, biases, costs, outputs, scales, updates
from backproof.demo.classes import classes
from backproof.demo.edit import Edit
from backproof.demo.fragments import right
from backproof.demo.functions import functions
from backproof.demo.network import NETWORKS
from backproof.demo.program import Program
from backproof.errors import BackproofError
from backproof.mistakes import CATALOGUE, mistake_named

STYLES: Mapping[str, Callable[[Program], str]] = {"functions": functions, "class": classes}
RIGHT, RANDOM = "right", "random"
GROUPS: tuple[Mapping[str, Edit], ...] = tuple(
    module.EDITS for module in (scales, biases, activations, outputs, costs, updates)
)
DEMONSTRATED: Mapping[str, Edit] = {
    name: group[name] for name in CATALOGUE for group in GROUPS if name in group
}


def exercise(name: str, style: str = "functions", seed: int = 0) -> str:
    """Return a file as a student might write it, with a mistake in it.

    name   of a mistake; RIGHT for none; RANDOM for one that the seed draws
    style  a key of STYLES
    Raises BackproofError for an unknown mistake or style, and for a mistake that no file of this
    kind can have.
    """
    if style not in STYLES:
        raise BackproofError(f"There is no style '{style}': choose {' or '.join(STYLES)}.")
    if name == RANDOM:
        name = str(np.random.default_rng(seed).choice(list(DEMONSTRATED)))
    return STYLES[style](edited(name))


def edited(name: str) -> Program:
    """Return the program of a mistake, or of RIGHT; raises as exercise does."""
    if name == RIGHT:
        network = next(iter(NETWORKS.values()))
        return Program(network, right(network))
    mistake = mistake_named(name)
    if name not in DEMONSTRATED:
        raise BackproofError(
            f"'{name}' cannot be shown in a file of its own: docs/mistakes.md marks those that can."
        )
    edit = DEMONSTRATED[name]
    fitting = (network for network in NETWORKS.values() if network.takes(mistake))
    network = NETWORKS[edit.network] if edit.network else next(fitting)
    return Program(network, right(network) | edit.lines)
