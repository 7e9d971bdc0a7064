"""Whether the costs shown are those of a loss, computed from the network's own outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backproof.architecture.filled import Filled
from backproof.architecture.guards import NOISY, Sizes, guarded_totals, nearest, of_probabilities
from backproof.architecture.losses import Loss, noise, total
from backproof.guards import Guard
from backproof.trace import Array

USUAL = (2.0, 0.5, -0.5, -1.0, -2.0)  # by which one cost alone may be off a known one


@dataclass(frozen=True)
class CostFit:
    """How the costs shown compare with those of one loss.

    fits    all of them are its own, and there is one
    count   how many are
    factor  k, where all are k times its own; None where there is no such k
    """

    fits: bool
    count: int
    guard: Guard | None = None
    factor: float | None = None


class Costs:
    """The costs shown, k of them, and the totals T of one family to compare them with."""

    def __init__(self, filled: Sequence[Filled], family: str, sizes: Sizes) -> None:
        """Compute the plain totals from each network's own output."""
        self.filled = [f for f in filled if f.sight.cost is not None]
        self.family, self.sizes = family, sizes
        self.shown = _column([f.sight.cost for f in self.filled])
        self.within = _column([f.sight.tolerance for f in self.filled])
        self.totals = _column([total(family, f.outputs, f.sight.Y) for f in self.filled])
        self.noise = _column(
            [noise(family, f.outputs, f.sight.Y, f.sight.roundoff) for f in self.filled]
        )

    @cached_property
    def guarded(self) -> Array:
        """T under each guard of a logarithm, shape (k, guards)."""
        return np.array([guarded_totals(f, self.family, self.sizes) for f in self.filled])

    def fit(self, loss: Loss, with_guards: bool = True) -> CostFit:
        """Compare with the loss: plain, and where that is not exact, under each guard."""
        if not self.filled:
            return CostFit(False, 0)
        c = _column([loss.coefficient(f.sight.n_out, f.sight.m) for f in self.filled])
        near, plain = self._near(c, self.totals), float(self._residuals(c, self.totals)[0])
        unguarded = CostFit(bool(near.all()), int(near.sum()), None, self._factor(c))
        if self.family == "squared" or not with_guards:
            return unguarded
        guards = of_probabilities("logarithm", self.sizes)
        written = [self.sizes.writes(guard) for guard in guards]
        if unguarded.fits and plain <= NOISY and not any(written):
            return unguarded
        allowed = self._near(c, self.guarded).all(axis=0)
        residuals = np.where(allowed, self._residuals(c, self.guarded), np.inf)
        residuals[residuals > NOISY] = np.inf
        best = nearest(residuals, plain if unguarded.fits else np.inf, written)
        return unguarded if best is None else CostFit(True, len(self.filled), guards[best])

    def _near(self, c: Array, totals: Array) -> Array:
        """Tell which costs are c T; c is (k, 1), totals (k, g), the result (k, g)."""
        expected = c * totals
        height = np.maximum(np.abs(expected), np.abs(self.shown))
        near = np.abs(self.shown - expected) <= self.within * height + 8 * c * self.noise
        return near & np.isfinite(expected)

    def _residuals(self, c: Array, totals: Array) -> Array:
        """Return the root mean square of (cost - c T) / rounding noise over the k costs, (g,)."""
        squares = np.mean(((self.shown - c * totals) / (c * self.noise + 1e-300)) ** 2, axis=0)
        return np.where(np.isfinite(squares), np.sqrt(squares), np.inf)

    def _factor(self, c: Array) -> float | None:
        """Return k where every cost is k c T: for a single cost only the k people write."""
        telling = (self.shown != 0) | (self.totals != 0)
        factors = (self.shown / (c * self.totals))[telling]
        if factors.size == 0:
            return None
        k = float(np.median(factors))
        alike = np.abs(factors - k) <= 2 * self.within[telling] * abs(k)
        usual = any(abs(k - nice) <= 1e-9 * abs(nice) for nice in USUAL)
        return k if k != 0 and alike.all() and (factors.size > 1 or usual) else None


def _column(numbers: Sequence[float | None]) -> Array:
    return np.array(numbers, dtype=np.float64).reshape(-1, 1)
