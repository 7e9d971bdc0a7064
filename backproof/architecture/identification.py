"""From the numbers to the network: activations, then the loss, then guards and learning rate."""

from collections.abc import Collection, Sequence

import numpy as np

from backproof.architecture.architecture import Architecture
from backproof.architecture.bounds import bound_of
from backproof.architecture.derivatives import guards_of_derivatives
from backproof.architecture.doubts import doubts
from backproof.architecture.evidence import Evidence
from backproof.architecture.guards import Sizes
from backproof.architecture.observation import Observation, sights
from backproof.architecture.paths import find_paths, with_their_guards
from backproof.architecture.search import Found, search
from backproof.architecture.slope import guard_of_slope

USUAL_SIZES = Sizes()
NOTHING = "the observations hold no arrays of a network"


def identify(
    observations: Sequence[Observation],
    names: Collection[str] = (),
    sizes: Sizes = USUAL_SIZES,
) -> Architecture:
    """Return what network computed the observations: of one network, on several problems.

    Each thing is told from the network's own earlier numbers, so that a mistake in one place does
    not hide the rest.  names are identifiers of its source text: they settle what numbers do not.
    sizes are those that a guard may have, by its text.
    """
    with np.errstate(all="ignore"):
        seen = sights(observations)
        if not seen:
            return _unseen()
        rate_hidden = any(observation.learning_rate is None for observation in observations)
        paths = with_their_guards(seen, find_paths(seen, names), sizes)
        found = search(seen, paths, rate_hidden, names, sizes)
        shown, slope = found.best.cost.guard, guard_of_slope(found.evidence, found.best)
        if shown is None and slope is not None:
            evidence = Evidence(seen, found.best.path, sizes, slope)
            found = found.again(evidence, rate_hidden, names)
        best, rate = found.best, _rate(found) if rate_hidden else None
        bound = bound_of(observations, sizes)
        inner = guards_of_derivatives(found.evidence, best, slope)
        guards = (*best.path.guards, shown, slope, *inner, bound)
        return Architecture(
            hidden=best.path.hidden,
            output=best.path.output,
            loss=best.loss.name,
            reduction=best.loss.reduction,
            guards=tuple(guard for guard in guards if guard is not None),
            learning_rate=rate,
            mean_of_outputs=best.loss.mean_of_outputs and any(s.n_out > 1 for s in seen),
            assumed=doubts(found, paths, seen) + _no_rate(rate_hidden, rate),
        )


def _no_rate(rate_hidden: bool, rate: float | None) -> tuple[str, ...]:
    if not rate_hidden or rate is not None:
        return ()
    return ("learning rate: no rate of three digits is common to the updates that are shown.",)


def _rate(found: Found) -> float | None:
    """Return the rate that most differences share, by the best loss or else by another."""
    return max(found.ranked, key=lambda weighed: weighed.exact).rate.value


def _unseen() -> Architecture:
    wanted = ("hidden", "output", "loss", "reduction")
    assumed = tuple(f"{what}: {NOTHING}." for what in wanted)
    loss = "binary_cross_entropy"
    return Architecture((), "sigmoid", loss, "mean", (), None, False, assumed)
