"""The table of cases, and random ones.  Every row says what only it would show."""

from collections.abc import Iterator

import numpy as np

from backproof import makers
from backproof.case import HIDDEN, LOSSES, Case, Inputs
from backproof.errors import BackproofError

BINARY, CATEGORICAL, SQUARED = LOSSES

TABLE: tuple[Case, ...] = (
    Case(
        "notebook-2-4-1",
        "the notebook's backpropagation example, whose gradients are printed there",
        (2, 4, 1),
        3,
        makers.notebook_backprop,
    ),
    Case(
        "notebook-trained",
        "the notebook's complete network: 10,000 iterations, each judged from its own start",
        (2, 4, 1),
        3,
        makers.notebook_trained,
        iterations=10_000,
        dtypes=("float64",),
    ),
    Case(
        "notebook-xor-like",
        "the notebook's PyTorch training data: four points, y = x1",
        (2, 4, 1),
        4,
        makers.notebook_xor_like,
        iterations=50,
    ),
    Case(
        "ragged",
        "no two sizes are equal: a transpose or a wrong axis cannot pass",
        (5, 7, 3, 2),
        11,
        makers.ordinary,
    ),
    Case(
        "one-layer",
        "logistic regression: the output layer is also the first",
        (4, 1),
        7,
        makers.ordinary,
    ),
    Case(
        "one-example",
        "mean and sum over the batch coincide here, and only here",
        (4, 6, 1),
        1,
        makers.ordinary,
    ),
    Case(
        "tanh-hidden",
        "the two-layer network with which most courses begin",
        (3, 5, 1),
        8,
        makers.ordinary,
        hidden="tanh",
    ),
    Case(
        "sigmoid-hidden",
        "a hidden derivative that is neither 0 nor 1",
        (6, 5, 4, 1),
        9,
        makers.ordinary,
        hidden="sigmoid",
    ),
    Case(
        "softmax",
        "three classes: the softmax must run over classes, not examples",
        (5, 6, 3),
        8,
        makers.ordinary,
        hidden="tanh",
        loss=CATEGORICAL,
    ),
    Case(
        "softmax-ties",
        "all logits of an example are equal: every class gets the same probability",
        (5, 4, 3),
        7,
        makers.ties,
        loss=CATEGORICAL,
        iterations=1,
    ),
    Case(
        "regression",
        "squared error of several outputs: its 2 / n_out shows",
        (3, 8, 4),
        6,
        makers.ordinary,
        hidden="tanh",
        loss=SQUARED,
    ),
    Case(
        "deep",
        "ten layers: errors of every layer reach the first",
        (6, 9, 8, 7, 10, 8, 7, 9, 6, 5, 1),
        13,
        makers.ordinary,
        hidden="tanh",
    ),
    Case(
        "wide",
        "1024 units: long sums, where constants for tolerances fail",
        (20, 1024, 3),
        24,
        makers.ordinary,
        loss=CATEGORICAL,
        iterations=1,
    ),
    Case(
        "saturated",
        "hidden units at exactly 1 or -1, logits up to 12: derivatives that vanish",
        (3, 5, 1),
        9,
        makers.saturated,
        hidden="tanh",
        iterations=1,
    ),
    Case(
        "at-kink",
        "pre-activations of exactly 0: the ReLU's derivative there is 0, in PyTorch too",
        (4, 6, 5, 1),
        8,
        makers.at_kink,
        iterations=1,
    ),
    Case(
        "dead",
        "no hidden unit fires: gradients that are exactly zero must be exactly zero",
        (4, 5, 1),
        6,
        makers.dead,
    ),
    Case(
        "tiny-gradients",
        "gradients of 1e-7 and below: an absolute tolerance would accept anything",
        (5, 6, 4, 1),
        7,
        makers.tiny,
        hidden="tanh",
    ),
    Case(
        "huge-inputs",
        "data of 1e15, gradients as large: an absolute tolerance would accept nothing",
        (4, 6, 1),
        5,
        makers.huge,
        learning_rate=1e-30,
    ),
    Case(
        "subnormal-inputs",
        "data below the normal numbers: digits are lost, and only those",
        (4, 6, 1),
        5,
        makers.subnormal,
        hidden="sigmoid",
    ),
    Case(
        "breast-cancer",
        "real data: Breast Cancer Wisconsin, 569 examples, 30 features, two classes",
        (30, 16, 8, 1),
        569,
        makers.breast_cancer,
        iterations=10,
    ),
    Case(
        "digits",
        "real data: Digits, 1797 examples, 64 pixels, ten classes",
        (64, 32, 10),
        1797,
        makers.digits,
        loss=CATEGORICAL,
        iterations=5,
    ),
)


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
    loss = LOSSES[rng.integers(3)]
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
        hidden=HIDDEN[rng.integers(3)],
        loss=loss,
        learning_rate=float(10 ** rng.uniform(-3, 0)),
        iterations=2,
    )
