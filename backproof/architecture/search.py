"""The path that costs and gradients speak for, where the forward pass leaves several."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backproof.architecture.evidence import Evidence, Weighed
from backproof.architecture.filled import Path
from backproof.architecture.guards import Sizes
from backproof.architecture.observation import Sight
from backproof.architecture.paths import Paths

FEW = 4  # so many paths are all weighed; of more, those that two observations speak for
MOST = 16  # paths that are weighed with all observations
SAMPLE = 2


@dataclass(frozen=True)
class Found:
    """The best path's losses, the best first; its evidence; paths as good as the best."""

    ranked: list[Weighed]
    evidence: Evidence
    rivals: list[Path]

    @property
    def best(self) -> Weighed:
        """The path and the loss that are most likely meant."""
        return self.ranked[0]

    def again(self, evidence: Evidence, rate_hidden: bool, names: Collection[str]) -> "Found":
        """Return the losses weighed anew, by other evidence for the same path."""
        return Found(evidence.weigh(rate_hidden, names), evidence, self.rivals)


def search(
    seen: Sequence[Sight],
    paths: Paths,
    rate_hidden: bool,
    names: Collection[str],
    sizes: Sizes,
) -> Found:
    """Weigh the likely paths, and the unlikely ones where those do not explain everything.

    sizes  that a guard may have
    """
    few = len(paths.likely) <= FEW
    found = None
    for path in paths.likely if few else _worth_weighing(seen, paths, rate_hidden, sizes):
        found = _better(found, Evidence(seen, path, sizes), rate_hidden, names)
    assert found is not None  # there is always a likely path
    if few and not (found.best.cost.fits or found.best.exact):
        for path in paths.logits:
            found = _better(found, Evidence(seen, path, sizes), rate_hidden, names)
    return found


def _worth_weighing(
    seen: Sequence[Sight], paths: Paths, rate_hidden: bool, sizes: Sizes
) -> list[Path]:
    """Return the paths that the costs, guards aside, and gradients of a few sights speak for."""
    sample = sorted(seen, key=lambda sight: -sight.Y.size)[:SAMPLE]
    gradients = sum(len(sight.gradients) for sight in sample)
    strengths: dict[Path, tuple[bool, int, int, int, bool, int]] = {}
    for path in paths.likely + paths.logits + paths.further:
        best = Evidence(sample, path, sizes).weigh(rate_hidden, (), with_guards=False)[0]
        strengths[path] = best.strength
        if best.exact == gradients > 0:
            break
    strongest = max(strengths.values())
    if not any(strongest):
        return paths.likely
    return [path for path, strength in strengths.items() if strength == strongest][:MOST]


def _better(
    found: Found | None, evidence: Evidence, rate_hidden: bool, names: Collection[str]
) -> Found:
    """Return the better of what was found and another path, or the former with a rival more."""
    ranked = evidence.weigh(rate_hidden, names)
    if found is None or ranked[0].strength > found.best.strength:
        return Found(ranked, evidence, [])
    if ranked[0].strength == found.best.strength and not evidence.path.logits:
        return Found(found.ranked, found.evidence, [*found.rivals, evidence.path])
    return found
