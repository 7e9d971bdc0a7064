"""What the gate measures: workloads of the twins, or the training step of each file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backproof.errors import BackproofError
from backproof.gate.judgement import Judgement
from backproof.gate.measuring import Order
from backproof.gate.revisions import commit_of, root_of, unpacked
from backproof.gate.speed import NAME, STEP_OF, speed
from backproof.gate.timing import LIMIT, Timing, compared
from backproof.gate.witness import more_instructions
from backproof.gate.workloads import WORKLOADS
from backproof.suite.target import PythonFile, Target, Twins

BUDGET = 120.0  # seconds
WITNESSES = 2  # workloads whose instructions are counted, of those that are slower
NOT_MEASURED = "not measured"
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Pace:
    """How speed is to be judged.

    base    a revision as git names them
    limit   by which something may become slower, at least LIMIT: 0.03 for 3 %
    budget  seconds of measuring in all
    strict  what stays undecided is red
    """

    base: str
    limit: float = LIMIT
    budget: float = BUDGET
    strict: bool = False

    def refuse_unknown_base(self) -> None:
        """Raise BackproofError outside git, or for an unknown revision, before anything is done."""
        commit_of(root_of(Path.cwd()), self.base)

    def judged(self, targets: Sequence[Target], tell: Tell) -> tuple[Timing, Judgement]:
        """Measure, and judge what was measured.

        Raises BackproofError outside git, for an unknown revision, or where nothing can be timed.
        """
        root = root_of(Path.cwd())
        with unpacked(root, self.base) as tree:
            timing = Timing(self.limit)
            orders = [_order(target, tree, root, 2 * self.limit) for target in targets]
            for order in orders:
                timing.join(compared(order, self.limit, self.budget / len(orders), tell))
            slower = [n for n, r in timing.changes.items() if r.verdict == "slower"]
            counted = {n: more_instructions(tree, root, n) for n in slower[:WITNESSES]}
        instructions = {name: share for name, share in counted.items() if share is not None}
        return timing, speed(timing, self.base, self.strict, instructions)


def limit_of(text: str) -> float:
    """Return 0.05 for "5%" or "0.05"; raise BackproofError for what is none, or too small."""
    try:
        limit = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        limit = float("nan")
    if not LIMIT <= limit < 1:
        raise BackproofError(
            f"--limit {text} is no share from {LIMIT:.0%} on, such as 5%: less than {LIMIT:.0%} "
            "cannot be told from where the objects of identical code happen to lie."
        )
    return limit


def not_measured() -> Judgement:
    """Return the judgement on the speed of what is wrong."""
    return Judgement(NAME, NOT_MEASURED, "what is red on parity is not timed")


def _order(target: Target, base: Path, head: Path, slowdown: float) -> Order:
    """Return what is to be measured of a target."""
    if isinstance(target, Twins):
        names = tuple(WORKLOADS)
        return Order(str(base), str(head), names, names[:1], slowdown)
    if not isinstance(target, PythonFile):
        raise BackproofError(f"{target.words} cannot be timed: leave out --base for a program.")
    try:
        inside = target.path.resolve().relative_to(head.resolve())
    except ValueError as error:
        raise BackproofError(
            f"{target.words} lies outside the repository {head}: leave out --base."
        ) from error
    name = STEP_OF + target.words
    order = Order(str(base), str(head), (name,), (name,), slowdown)
    return replace(order, target=str(inside), chosen=target.name)
