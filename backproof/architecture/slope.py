"""Whether the gradients shown are those of a guarded cost or of the plain one."""

from dataclasses import replace

import numpy as np

from backproof.architecture.evidence import Evidence, Weighed
from backproof.architecture.filled import Filled
from backproof.architecture.gradients import proportion
from backproof.architecture.guards import CLEARLY, nearest, of_probabilities
from backproof.guards import Guard
from backproof.trace import Array


def guard_of_slope(evidence: Evidence, best: Weighed) -> Guard | None:
    """Return the guard in the derivative of a cross-entropy; None where the usual one fits.

    That of the cost is likeliest.  Another one, or one beside a cost that is not shown or is
    nobody's, is taken where the usual derivative fits nowhere.
    """
    family, own = best.loss.family, best.cost.guard
    plain = _errors(evidence, family, None)
    if family == "squared" or not plain:
        return None
    if own is not None and _is_of(evidence, family, replace(own, place="slope"), plain):
        return replace(own, place="slope")
    rounding = _rounding(evidence)
    if min(plain) <= rounding:
        return None
    guards = of_probabilities("slope", evidence.sizes)
    guards = [guard for guard in guards if family == "binary" or guard.kind != "product"]
    errors = np.array([np.median(_errors(evidence, family, guard)) for guard in guards])
    errors[~(errors <= max(f.sight.tolerance for f in evidence.filled))] = np.inf
    found = nearest(errors / rounding, float(np.median(plain)) / rounding)
    return None if found is None else guards[found]


def _is_of(evidence: Evidence, family: str, guard: Guard, plain: list[float]) -> bool:
    """Tell whether the gradients are clearly nearer to those of the guarded cost.

    They need not be so in every sight: a clip is seen only where it clips.
    """
    rounding = _rounding(evidence)
    pairs = list(zip(_errors(evidence, family, guard), plain, strict=True))
    nearer = sum(rounding < far > CLEARLY * near for near, far in pairs)
    farther = sum(rounding < near > CLEARLY * far for near, far in pairs)
    return nearer > farther


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
