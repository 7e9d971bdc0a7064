"""Whether something became slower: pairs of the base revision and the working tree.

A workload is slower if the lower bound of the median ratio clears a margin and the median itself
clears the limit.  The margin is there because identical code differs by where its objects lie: by
up to 0.4 % within a process, by 0.7 to 1 % (one standard deviation) between processes.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backproof.gate.bounds import bounds, median
from backproof.gate.measuring import CHANGE, SAME, SLOWED, Order
from backproof.gate.sampling import measured

LIMIT = 0.03  # by which something may become slower
MARGIN = 0.02  # by which identical code may seem to
PROCESSES = 3  # in a round, each with objects of its own
TOO_WIDE = 2  # times the limit: where less than that cannot be seen, nothing can be said


@dataclass(frozen=True)
class Ratios:
    """All measurements of one workload: ln(time now / time before), one list a process."""

    name: str
    kind: str
    limit: float
    processes: tuple[tuple[float, ...], ...] = ()

    @property
    def pooled(self) -> list[float]:
        """The measurements of all processes."""
        return [ratio for process in self.processes for ratio in process]

    @property
    def change(self) -> float:
        """How much slower it became: the median over the processes, 0.05 for 5 %."""
        return math.expm1(median([median(process) for process in self.processes]))

    @property
    def between(self) -> tuple[float, float]:
        """The lower and the upper bound of that."""
        lower, upper = bounds(self.pooled)
        return math.expm1(lower), math.expm1(upper)

    @property
    def visible(self) -> float:
        """The smallest slowdown that would have been called one."""
        spread = median(self.pooled) - bounds(self.pooled)[0]
        return max(self.limit, math.expm1(math.log1p(MARGIN) + spread))

    @property
    def verdict(self) -> str:
        """Return "slower", "undecided" or "not slower"."""
        if self.between[0] > MARGIN and self.change > self.limit:
            return "slower"
        if self.visible > TOO_WIDE * self.limit or self.change > self.limit:
            return "undecided"
        return "not slower"

    def joined(self, ratios: Sequence[float]) -> "Ratios":
        """Return it with the measurements of one more process."""
        return replace(self, processes=(*self.processes, tuple(ratios)))


@dataclass
class Timing:
    """What was measured: the workloads, the controls, and what one revision does not have.

    same    the base against itself: not slower, or the machine cannot be believed
    slowed  the base against a copy slowed by twice the limit: slower, or the machine is too noisy
    absent  workload -> "base" or "head"
    """

    limit: float
    changes: dict[str, Ratios] = field(default_factory=dict)
    same: dict[str, Ratios] = field(default_factory=dict)
    slowed: dict[str, Ratios] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def believable(self) -> bool:
        """Whether the controls came out as they must."""
        return all(r.verdict == "not slower" for r in self.same.values()) and all(
            r.verdict == "slower" for r in self.slowed.values()
        )

    @property
    def open(self) -> list[str]:
        """The workloads about which more measurements may decide: all, if a control failed."""
        if self.changes and not self.believable:
            return list(self.changes)
        return [name for name, r in self.changes.items() if r.verdict == "undecided"]

    @property
    def verdict(self) -> str:
        """Return "slower", "undecided", "not slower", or "nothing measured"."""
        verdicts = {ratios.verdict for ratios in self.changes.values()}
        if not verdicts:
            return "nothing measured"
        if not self.believable:
            return "undecided"
        return next(v for v in ("slower", "undecided", "not slower") if v in verdicts)

    def join(self, other: "Timing") -> None:
        """Take in what was measured of another target."""
        self.changes |= other.changes
        self.same |= other.same
        self.slowed |= other.slowed
        self.absent |= other.absent

    def learn(self, found: Mapping[str, object]) -> None:
        """Take in what a process measured."""
        name = str(found["name"])
        if "absent" in found:
            self.absent[name] = str(found["absent"])
            return
        kind, ratios = str(found["kind"]), found["ratios"]
        assert isinstance(ratios, list)
        table = {CHANGE: self.changes, SAME: self.same, SLOWED: self.slowed}[kind]
        table[name] = table.get(name, Ratios(name, kind, self.limit)).joined(ratios)


def compared(
    order: Order, limit: float, budget: float, tell: Callable[[int, int], None] = lambda *_: None
) -> Timing:
    """Measure what is ordered in fresh processes, and what stays undecided again, up to `budget`.

    budget  seconds; a round is started only if it is likely to end in time, the first in any case
    tell    is told how many measurements are done, of how many, as they come
    """
    timing, began, took = Timing(limit), time.monotonic(), 0.0
    names = order.names
    while names and (not took or time.monotonic() - began + took <= budget):
        started = time.monotonic()
        for found in _round(replace(order, names=names), tell):
            timing.learn(found)
        took = time.monotonic() - started
        names = tuple(name for name in order.names if name in timing.open)
        order = replace(order, seed=order.seed + PROCESSES)
    return timing


def _round(order: Order, tell: Callable[[int, int], None]) -> Iterator[Mapping[str, object]]:
    """Yield what some fresh processes measure, one after the other."""
    done, each = 0, len(order.names) + 2 * len(set(order.controls) & set(order.names))
    for process in range(PROCESSES):
        for found in measured(replace(order, seed=order.seed + process)):
            done += 1
            tell(done, PROCESSES * each)
            yield found
