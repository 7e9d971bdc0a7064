"""What speaks for a loss: costs and gradients shown that are its own."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backproof.architecture.costs import CostFit, Costs
from backproof.architecture.filled import Filled, Path, fill
from backproof.architecture.gradients import Ratio, ratios
from backproof.architecture.guards import Sizes
from backproof.architecture.losses import (
    Loss,
    crossed_losses_of,
    guarded_delta,
    losses_of,
    output_delta,
)
from backproof.architecture.observation import Sight
from backproof.architecture.rates import KNOWN, Rate, common_rate
from backproof.architecture.vocabulary import named
from backproof.guards import Guard
from backproof.trace import Array


@dataclass(frozen=True)
class Weighed:
    """A loss and all that speaks for it.

    last     how many gradients shown of the last layer are its own, at one learning rate
    exact    how many of all layers
    alike    how many are one factor times its own
    rate     the learning rate found, where it is hidden
    is_named whether an identifier of the source text speaks of it
    """

    path: Path
    loss: Loss
    cost: CostFit
    last: int
    exact: int
    alike: int
    rate: Rate
    is_named: bool

    @property
    def strength(self) -> tuple[bool, int, int, int, bool, int]:
        """What the numbers say, the weightiest first.

        The cost shown comes before the gradients, and those of the last layer before the others:
        below it there is more that may be wrong.
        """
        return (
            self.cost.fits,
            self.last,
            self.exact,
            self.cost.count,
            self.cost.factor is not None,
            self.alike,
        )

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key: the strongest first, then the nicer learning rate, then the name."""
        negated = tuple(-int(part) for part in self.strength)
        return (*negated[:3], self.rate.oddity, *negated[3:], not self.is_named)


class Evidence:
    """Sights filled along one path, and their costs and gradients, family by family."""

    def __init__(
        self,
        sights: Sequence[Sight],
        path: Path,
        sizes: Sizes,
        slope: Guard | None = None,
    ) -> None:
        """Fill the sights; nothing is compared yet.

        sizes  that a guard may have; slope  the guard in the cross-entropy's derivative
        """
        self.path, self.sizes, self.slope = path, sizes, slope
        self.filled = [fill(sight, path) for sight in sights]
        self.shows_cost = any(sight.cost is not None for sight in sights)
        self._costs: dict[str, Costs] = {}
        self._ratios: dict[str, list[Ratio]] = {}

    def costs(self, family: str) -> Costs:
        """Return the costs shown beside the totals of the family."""
        if family not in self._costs:
            self._costs[family] = Costs(self.filled, family, self.sizes)
        return self._costs[family]

    def ratios(self, family: str) -> list[Ratio]:
        """Return the gradients shown that are proportional to those of the family's total."""
        if family not in self._ratios:
            self._ratios[family] = [r for f in self.filled for r in self._ratios_of(f, family)]
        return self._ratios[family]

    def _ratios_of(self, filled: Filled, family: str) -> list[Ratio]:
        if not filled.sight.gradients:
            return []
        return ratios(filled, self.path.hidden, self.delta(filled, family, self.slope))

    def delta(self, filled: Filled, family: str, slope: Guard | None) -> Array:
        """Return dT/dZ_L, of the guarded total where a guard is given."""
        output, Z, A, Y = self.path.output, filled.logits, filled.outputs, filled.sight.Y
        if slope is None or family == "squared":
            return output_delta(family, output, Z, A, Y)
        return guarded_delta(family, output, slope, Z, A, Y)

    def weigh(
        self, rate_hidden: bool, names: Collection[str], with_guards: bool = True
    ) -> list[Weighed]:
        """Return the losses that go with the output, the strongest first."""
        losses = losses_of(self.path.output)
        weighed = [self._weigh(loss, rate_hidden, names, with_guards) for loss in losses]
        weighed.sort(key=lambda w: w.order)
        if not self.shows_cost or weighed[0].cost.fits:
            return weighed
        crossed = crossed_losses_of(self.path.output)
        others = [self._weigh(loss, rate_hidden, names, with_guards) for loss in crossed]
        fitting = [w for w in others if w.cost.fits and w.exact > weighed[0].exact]
        return sorted(fitting, key=lambda w: w.order) or weighed

    def _weigh(
        self, loss: Loss, rate_hidden: bool, names: Collection[str], with_guards: bool
    ) -> Weighed:
        found = self.ratios(loss.family)
        rate = common_rate(found, loss) if rate_hidden else KNOWN
        own = [ratio for ratio in found if rate.explains(ratio, loss)]
        last = sum(ratio.is_last for ratio in own)
        cost = self.costs(loss.family).fit(loss, with_guards)
        is_named, alike = named(loss.name, names), self._alike(found, loss)
        return Weighed(self.path, loss, cost, last, len(own), alike, rate, is_named)

    def _alike(self, found: list[Ratio], loss: Loss) -> int:
        """Return how many gradients have one factor, sign aside, where that is half or more."""
        factors = Counter(f"{abs(r.rate(loss)):.3g}" for r in found if r.is_telling)
        most = max(factors.values(), default=0)
        shown = sum(g.size > 1 for f in self.filled for g in f.sight.gradients.values())
        return most if 2 * most >= shown else 0
