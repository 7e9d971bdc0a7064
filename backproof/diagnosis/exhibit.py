"""What a diagnosis looks at: one case, and all that a candidate showed of it."""

from dataclasses import dataclass, field

import numpy as np

from backproof.case import Case, Inputs
from backproof.precision import precision
from backproof.trace import Array, Trace, trace_names, trajectory_names

LATER = "later "  # before the name of an array of the trajectory
ITERATIONS = 3  # of a trajectory that are looked at: what a mistake remembers shows in the second


@dataclass(frozen=True)
class Exhibit:
    """What a candidate computed on one case.

    trace      any of Z1 A1 ... cost dWL dbL ... W1 b1 ...
    rate       with which the candidate updated
    outputs    n_out where cost and gradients are divided by it (np.mean over everything), else 1
    recovered  gradients are (before - after) / rate
    trajectory cost and parameters of several iterations, first axis = step; may be empty
    logits     the cost of a softmax is computed from its logits; if not, from its probabilities,
               which is another number where the softmax is mistaken
    """

    case: Case
    inputs: Inputs
    trace: Trace
    dtype: str
    rate: float
    outputs: int = 1
    recovered: bool = False
    trajectory: Trace = field(default_factory=dict)
    logits: bool = True

    @property
    def unit(self) -> float:
        """The unit roundoff u of the candidate."""
        return precision(self.dtype).storage

    @property
    def steps(self) -> int:
        """How many iterations are looked at."""
        return min(ITERATIONS, len(self.trajectory.get("cost", [0])))

    @property
    def shown(self) -> dict[str, Array]:
        """What was shown, in order of computation, as numbers."""
        names = [name for name in trace_names(self.case.depth) if name in self.trace]
        shown = {name: np.asarray(self.trace[name]) for name in names}
        if self.steps > 1:
            for name in trajectory_names(self.case.depth):
                if name in self.trajectory:
                    shown[LATER + name] = np.asarray(self.trajectory[name][: self.steps])
        return shown
