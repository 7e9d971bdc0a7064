"""A stretch of layers whose activations are sought, up to the next thing that is shown."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backproof.architecture.activations import Function
from backproof.architecture.observation import Sight
from backproof.trace import Array

Start = Callable[[Sight, int], Array]

STARTS: tuple[Start, ...] = (  # whence the first Z of a stretch, the honest ways first
    lambda sight, l: sight.Z[l],
    lambda sight, l: sight.linear(l, sight.A[l - 1]),
    lambda sight, l: sight.W[l] @ sight.A[l - 1],
    lambda sight, l: sight.W[l] @ sight.A[l - 1] - sight.b[l],
)


@dataclass(frozen=True)
class Stretch:
    """Layers first..last whose activations are sought; the next thing shown is the target.

    target  ("A", last), ("Z", last + 1), or None where nothing more of the forward pass is shown
    """

    first: int
    last: int
    target: tuple[str, int] | None

    def missed(self, activations: Sequence[Function], sight: Sight, start: Start) -> float | None:
        """Return how far the activations miss the target, relatively; None where none is shown."""
        try:
            A, goal = start(sight, self.first), self._goal(sight)
        except KeyError:
            return None
        for l, g in enumerate(activations, self.first):
            A = g(A if l == self.first else sight.linear(l, A))
        return distance(A if goal[0] == "A" else sight.linear(self.last + 1, A), goal[1])

    def _goal(self, sight: Sight) -> tuple[str, Array]:
        kind, layer = self.target or ("", 0)
        return kind, (sight.A if kind == "A" else sight.Z)[layer]


def distance(actual: Array, expected: Array) -> float:
    """Return max |actual - expected| / max |expected|; infinite where that is no number."""
    height = float(np.max(np.abs(expected)))
    apart = float(np.max(np.abs(actual - expected)))
    if apart == 0:
        return 0.0
    return apart / height if height > 0 and np.isfinite(apart) else np.inf


def stretches(sights: Sequence[Sight]) -> Iterator[Stretch]:
    """Yield stretches that cover all layers, each ended by the next Z or A that is shown."""
    depth, first = sights[0].depth, 1
    for l in range(1, depth + 1):
        if any(l in sight.A for sight in sights):
            yield Stretch(first, l, ("A", l))
        elif l < depth and any(l + 1 in sight.Z for sight in sights):
            yield Stretch(first, l, ("Z", l + 1))
        else:
            continue
        first = l + 1
    if first <= depth:
        yield Stretch(first, depth, None)
