"""On which of the usual trials a file is judged, and which network it is there."""

from collections.abc import Collection, Mapping, Sequence

from backproof.architecture import Architecture, Observation, Sizes, identify
from backproof.candidate.conventions import DEPTHS, DEPTHS_JUDGED
from backproof.candidate.letters import Answer
from backproof.own.observed import Observed
from backproof.own.trials import Trial


def choose(
    there: Sequence[Trial], answer: Answer, seen: Mapping[str, Observed], names: Collection[str]
) -> tuple[list[Trial], list[Trial]]:
    """Return the trials to be judged, and those with another number of outputs.

    Batches come before single examples.  A softmax needs several outputs; any other network is
    judged with one, unless its own script gives it several.
    """
    batches = [trial for trial in there if trial.m > 1] or list(there)
    depths = [depth for depth in DEPTHS if any(t.depth == depth for t in batches)][:DEPTHS_JUDGED]
    kept = [trial for trial in batches if trial.depth in depths]
    several = [trial for trial in kept if trial.layer_dims[-1] > 1]
    single = [trial for trial in kept if trial.layer_dims[-1] == 1]
    if not several or not single:
        return kept, []
    softmax = identify([seen[t.name].sight for t in several], names).output == "softmax"
    if softmax or (answer.outputs or 1) > 1:
        return several, []
    return single, several


def architectures(
    chosen: Sequence[Trial],
    seen: Mapping[str, Observed],
    names: Collection[str],
    sizes: Sizes,
) -> dict[tuple[int, ...], Architecture]:
    """Return what network it is, for each of the layer sizes."""
    sights: dict[tuple[int, ...], list[Observation]] = {}
    for trial in chosen:
        sights.setdefault(trial.layer_dims, []).append(seen[trial.name].sight)
    return {dims: identify(own, names, sizes) for dims, own in sights.items()}
