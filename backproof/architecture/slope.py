"""Whether the gradients shown are those of the guarded cost or of the plain one."""

import numpy as np

from backproof.architecture.evidence import Evidence, Weighed
from backproof.architecture.filled import Filled
from backproof.architecture.gradients import proportion
from backproof.architecture.guards import GUARDS
from backproof.case import Guard
from backproof.trace import Array

CLEARLY = 4.0  # a guarded gradient must be nearer than the plain one by this factor
ADDED = [guard for guard in GUARDS if guard.kind == "add"]


def gradient_is_guarded(evidence: Evidence, best: Weighed, guard: Guard | None) -> bool:
    """Tell whether the last layer's gradients are clearly nearer to those of the guarded cost.

    They need not be so in every sight: a clip is seen only where it clips.
    """
    if guard is None:
        return False
    rounding = _rounding(evidence)
    plain = _errors(evidence, best.loss.family, None)
    guarded = _errors(evidence, best.loss.family, guard)
    pairs = list(zip(guarded, plain, strict=True))
    nearer = sum(rounding < far > CLEARLY * near for near, far in pairs)
    farther = sum(rounding < near > CLEARLY * far for near, far in pairs)
    return nearer > farther


def guard_of_gradient(evidence: Evidence, best: Weighed) -> Guard | None:
    """Return what is added to a in the gradient of a cross-entropy, where plain it fits nowhere.

    It is for networks whose cost is not shown, or is nobody's.
    """
    family = best.loss.family
    plain = _errors(evidence, family, None)
    if best.cost.fits or family == "squared" or min(plain, default=0) <= _rounding(evidence):
        return None
    errors = [float(np.median(_errors(evidence, family, guard))) for guard in ADDED]
    nearest = int(np.argmin(errors))
    near = errors[nearest] <= max(f.sight.tolerance for f in evidence.filled)
    return ADDED[nearest] if near and CLEARLY * errors[nearest] < np.median(plain) else None


def _shown(evidence: Evidence) -> list[tuple[Filled, Array, float]]:
    """Return each dW_L that is shown and has elements to compare, and its relative blur.

    Those of several examples, if there are any: for one, a guard may only scale the gradient.
    """
    name = f"dW{evidence.filled[0].sight.depth}"
    filled = [f for f in evidence.filled if name in f.sight.gradients]
    filled = [f for f in filled if f.sight.m > 1] or filled
    shown = [(f, f.sight.gradients[name], f.sight.blur[name]) for f in filled]
    return [(f, dW, blur / float(np.max(np.abs(dW)))) for f, dW, blur in shown if dW.size > 1]


def _errors(evidence: Evidence, family: str, guard: Guard | None) -> list[float]:
    """Return how far each dW_L is off being a multiple of the one expected."""
    return [
        proportion(dW, evidence.delta(f, family, guard) @ f.A[f.sight.depth - 1].T)[1]
        for f, dW, _ in _shown(evidence)
    ]


def _rounding(evidence: Evidence) -> float:
    """Return what dW_L may be off by rounding alone."""
    blurs = [4 * blur for _, _, blur in _shown(evidence)]
    roundoff = max(f.sight.roundoff for f in evidence.filled)
    return 64 * roundoff + (float(np.median(blurs)) if blurs else 0.0)
