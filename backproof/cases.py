"""Cases by name: those of the table, and random ones."""

from collections.abc import Iterator

import numpy as np

from backproof import makers
from backproof.case import HIDDEN, LOSSES, Case, Inputs
from backproof.errors import BackproofError
from backproof.table import CATEGORICAL, TABLE

__all__ = ["TABLE", "case_named", "random_case", "random_cases"]

# What random cases draw from, and no more, so that a seed keeps its case.
DRAWN_LOSSES, DRAWN_HIDDEN = LOSSES[:3], HIDDEN[:3]


def case_named(name: str) -> Case:
    """Return a case of the table, or random-SEED-N; raise BackproofError for an unknown name."""
    for case in TABLE:
        if case.name == name:
            return case
    parts = name.split("-")
    if len(parts) == 3 and parts[0] == "random" and parts[1].isdigit() and parts[2].isdigit():
        return random_case(int(parts[1]), int(parts[2]))
    raise BackproofError(f"There is no case '{name}': backproof check --list shows them all.")


def random_cases(seed: int, count: int) -> Iterator[Case]:
    """Yield `count` random cases; the same seed gives the same cases."""
    for number in range(count):
        yield random_case(seed, number)


def random_case(seed: int, number: int) -> Case:
    """Return a random case: depth 1 to 5, width 1 to 32, batch 1 to 48, any activation and loss.

    Scales run from 1e-3 to 3 for data and weights; logits stay below 12: BCELoss departs from
    the mathematics where float32 rounds a probability to 1 (docs/differences.md).
    """
    rng = np.random.default_rng([seed, number])
    depth = int(rng.integers(1, 6))
    loss = DRAWN_LOSSES[rng.integers(3)]
    n_out = int(rng.integers(2 if loss == CATEGORICAL else 1, 6))
    dims = (*(int(n) for n in rng.integers(1, 33, size=depth)), n_out)
    data, weights = (float(10 ** rng.uniform(-3, 0.5)) for _ in range(2))

    def make(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
        return makers.within_reach(case, makers.scaled(case, rng, dtype, data, weights))

    return Case(
        f"random-{seed}-{number}",
        f"random: data about {data:.0e}, weights about {weights:.0e}",
        dims,
        int(rng.integers(1, 49)),
        make,
        hidden=DRAWN_HIDDEN[rng.integers(3)],
        loss=loss,
        learning_rate=float(10 ** rng.uniform(-3, 0)),
        iterations=2,
    )
