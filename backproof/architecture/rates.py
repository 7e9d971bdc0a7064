"""The learning rate that a file hides: what the differences of its parameters have in common."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from backproof.architecture.gradients import Ratio
from backproof.architecture.losses import Loss

SHARP = {1: 3e-3, 2: 1e-3, 3: 3e-4}  # digits -> how sharp a factor is that they fit by no chance


@dataclass(frozen=True)
class Rate:
    """The factor between gradients and what is shown: None where there is none.

    support    how many differences are that rate times the gradient, sign aside
    is_hidden  False where what is shown was divided by the known rate: the value is then 1
    """

    value: float | None
    support: int
    is_hidden: bool = True

    @property
    def oddity(self) -> tuple[int, int]:
        """Return how unlikely somebody would choose it: 1, 0.1, ... then 0.5, 0.3, 0.25, 0.125."""
        if self.value is None:
            return 4, 0
        digits = f"{self.value:.2e}".split("e")[0].replace(".", "").rstrip("0")
        return len(digits), {"1": 0, "5": 1}.get(digits, 2)

    def explains(self, ratio: Ratio, loss: Loss) -> bool:
        """Tell whether the gradient shown is that of the loss; under a hidden rate, sign aside."""
        if self.value is None:
            return False
        rate = ratio.rate(loss)
        return abs((abs(rate) if self.is_hidden else rate) - self.value) <= (
            3 * ratio.slack * self.value
        )


KNOWN = Rate(1.0, 0, is_hidden=False)


def common_rate(ratios: Iterable[Ratio], loss: Loss) -> Rate:
    """Return the rate of at most 3 digits that most of the differences share under the loss."""
    counted = Counter(rate for rate in (_rounded(ratio, loss) for ratio in ratios) if rate)
    rates = [Rate(value, support) for value, support in counted.items()]
    return min(rates, key=lambda rate: (-rate.support, rate.oddity), default=Rate(None, 0))


def _rounded(ratio: Ratio, loss: Loss) -> float | None:
    """Return the size of the factor in the fewest digits, where they are enough and not chance."""
    exact = abs(ratio.rate(loss))
    for digits, sharp in SHARP.items():
        rounded = float(f"{exact:.{digits - 1}e}")
        if ratio.slack < sharp and abs(rounded - exact) <= ratio.slack * exact:
            return rounded
    return None
