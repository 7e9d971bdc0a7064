"""Whether the gradients shown are those of a guarded cost or of the plain one."""

from dataclasses import replace

import numpy as np

from backproof.architecture.evidence import Evidence, Weighed
from backproof.architecture.filled import Filled
from backproof.architecture.gradients import proportion
from backproof.architecture.guards import NOISY, nearest, of_probabilities
from backproof.guards import PLACES, Guard
from backproof.trace import Array

ROUNDINGS = 4.0  # of each product of the last layer's gradient, in units roundoff


def guard_of_slope(evidence: Evidence, best: Weighed) -> Guard | None:
    """Return the guard in the derivative of a cross-entropy; None where the usual one fits.

    That of the cost is likeliest, and the text may have others.
    """
    family, own = best.loss.family, best.cost.guard
    shown = _shown(evidence)
    if family == "squared" or not shown:
        return None
    guards = of_probabilities("slope", evidence.sizes)
    usual = (evidence.path.output, family) in (("sigmoid", "binary"), ("softmax", "categorical"))
    strange = [*(["product"] if family != "binary" else []), *([] if usual else ["delta"])]
    guards = [guard for guard in guards if guard.kind not in strange]
    written = [evidence.sizes.writes(guard) for guard in guards]
    if own is not None and own.kind in PLACES["slope"]:
        guards, written = [replace(own, place="slope"), *guards], [True, *written]
    unfused = Guard("add", 0.0, "slope")  # rounded as dA g'(Z) is, where A - Y is not
    plain = min(_residual(evidence, shown, family, guard) for guard in (None, unfused))
    if plain <= NOISY:
        guards = [guard for guard, there in zip(guards, written, strict=True) if there]
        written = [True] * len(guards)
    residuals = np.array([_residual(evidence, shown, family, guard) for guard in guards])
    found = nearest(np.where(residuals <= NOISY, residuals, np.inf), plain, written)
    return None if found is None else guards[found]


def _shown(evidence: Evidence) -> list[tuple[Filled, Array, float]]:
    """Return each dW_L that is shown and has elements to compare, and its blur.

    Those of several examples, if there are any: for one, a guard may only scale the gradient.
    """
    name = f"dW{evidence.filled[0].sight.depth}"
    filled = [f for f in evidence.filled if name in f.sight.gradients]
    filled = [f for f in filled if f.sight.m > 1] or filled
    shown = [(f, f.sight.gradients[name], f.sight.blur[name]) for f in filled]
    return [(f, dW, blur) for f, dW, blur in shown if dW.size > 1]


def _residual(
    evidence: Evidence,
    shown: list[tuple[Filled, Array, float]],
    family: str,
    guard: Guard | None,
) -> float:
    """Return the root mean square of (dW_L - k dT/dW_L) / rounding noise; k fits each best."""
    squares = []
    for f, dW, blur in shown:
        delta, A = evidence.delta(f, family, guard), f.A[f.sight.depth - 1]
        expected = delta @ A.T
        k, _ = proportion(dW, expected)
        noise = ROUNDINGS * f.sight.roundoff * abs(k) * (np.abs(delta) @ np.abs(A).T) + blur
        squares.append((((dW - k * expected) / (noise + 1e-300)) ** 2).ravel())
    root = float(np.sqrt(np.mean(np.concatenate(squares))))
    return root if np.isfinite(root) else np.inf
