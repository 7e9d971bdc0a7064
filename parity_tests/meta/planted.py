"""Networks with mistakes of the catalogue in them, as a stranger would show them.

They round on their own: each step is off by half a unit roundoff, at random, so that no diagnosis
is right only because it repeats the same operations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backproof.case import Case
from backproof.diagnosis import Exhibit
from backproof.diagnosis.experiment import noisy, run_wrapped
from backproof.mistakes import CATALOGUE
from backproof.own.trials import trials

BINARY, CATEGORICAL = "binary_cross_entropy", "categorical_cross_entropy"
SQUARED, MSE, HALF = "squared_error", "mean_squared_error", "half_squared_error"
RATE = 0.5
TRIALS = tuple(trials(0))


@dataclass(frozen=True)
class Net:
    """A kind of network: its sizes are those of the trials with as many layers and outputs."""

    depth: int
    n_out: int
    hidden: str
    loss: str
    output: str = ""
    reduction: str = "mean"

    @property
    def name(self) -> str:
        return "-".join(map(str, (self.depth, self.n_out, self.hidden, self.loss, self.output)))


NETS = (
    Net(1, 3, "relu", CATEGORICAL),
    Net(1, 1, "relu", BINARY),
    Net(1, 3, "relu", SQUARED, "sigmoid"),
    Net(2, 1, "relu", BINARY),
    Net(2, 3, "tanh", CATEGORICAL),
    Net(2, 3, "sigmoid", SQUARED, "sigmoid"),
    Net(2, 3, "sigmoid", MSE, "softmax"),
    Net(2, 3, "tanh", HALF, "tanh", "sum"),
    Net(4, 1, "tanh", BINARY),
    Net(4, 3, "relu", CATEGORICAL),
    Net(4, 3, "sigmoid", MSE),
)


def exhibits(
    net: Net, names: Sequence[str], iterations: int = 1, dtype: str = "float64", seed: int = 1
) -> list[Exhibit]:
    """Return what a network with these mistakes shows, on two cases.

    Raises whatever the mistakes raise, where they do not go together.
    """
    rng = np.random.default_rng(seed)
    plants = [CATALOGUE[name].plant for name in names]
    found = []
    for trial in TRIALS:
        if trial.depth != net.depth or trial.layer_dims[-1] != net.n_out or trial.m == 1:
            continue
        case = Case(
            trial.name,
            trial.why,
            trial.layer_dims,
            trial.m,
            lambda *_, inputs=trial.inputs: inputs,
            net.hidden,
            net.loss,
            RATE,
            iterations,
            output=net.output,
            reduction=net.reduction,
        )
        trajectory = {"cost": np.zeros(iterations)} if iterations > 1 else {}
        blank = Exhibit(case, trial.inputs, {}, dtype, RATE, trajectory=trajectory)
        unit = blank.unit / 2
        if any(CATALOGUE[name].unit for name in names):
            unit = 0.0  # the numbers of a coarse step are exactly those of its precision
        with np.errstate(all="ignore"):
            numbers = run_wrapped(blank, plants, lambda s, unit=unit: noisy(s, rng, unit))
        shown = {name: value.astype(dtype) for name, value in numbers.items()}
        trace = {name: value for name, value in shown.items() if name[0] != "l"}
        later = {name[6:]: value for name, value in shown.items() if name[0] == "l"}
        found.append(Exhibit(case, trial.inputs, trace, dtype, RATE, trajectory=later))
    return found
