"""What is timed: a network, a batch, a precision, and which part of the training."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backproof.case import Case, Inputs
from backproof.errors import BackproofError
from backproof.makers import ordinary
from backproof.trace import Array

Row = tuple[tuple[int, ...], int, str]  # layer sizes, examples, precision
STEP, FORWARD, BACKWARD, TRAINING = KINDS = ("step", "forward", "backward", "training")
RATE = 0.1
BATCH, WIDTH = 64, 64  # of the sweep over the width, and of the sweep over the batch
STEPS = 1000  # of a whole training
MOST_FLOP = 5e10  # of a step that a CPU is asked for: half a second or so
MOST_PARAMETERS = 5e7  # that a CPU is asked for: a dozen implementations hold them at a time

TABLE: tuple[Row, ...] = (  # from the notebook's network to wide layers
    ((2, 4, 1), 3, "float64"),
    ((30, 64, 32, 1), 569, "float32"),
    ((784, 128, 1), 128, "float32"),
    ((256, 256, 256, 1), 256, "float32"),
)
WIDEST: Row = ((1024, 1024, 1024, 1), 1024, "float32")
SMALL = ((16, 16, 1), 8, "float32")


@dataclass(frozen=True)
class Workload:
    """A network and what is done with it, once a call.

    layer_dims  n_x, hidden sizes, n_out
    m           examples in the batch
    precision   a name of backproof.precision
    kind        "forward": the outputs; "backward": gradients, after a forward pass that is not
                timed; "step": forward, backward, update; "training": STEPS steps from the given
                parameters
    """

    layer_dims: tuple[int, ...]
    m: int
    precision: str = "float32"
    kind: str = STEP

    @property
    def words(self) -> str:
        """Return "30-64-32-1, 569, float32"."""
        return f"{self.net}, {self.m:,}, {self.precision}"

    @property
    def net(self) -> str:
        """Return "30-64-32-1"."""
        return "-".join(map(str, self.layer_dims))

    @property
    def width(self) -> int:
        """Return the largest layer."""
        return max(self.layer_dims)

    @property
    def dtype(self) -> str:
        """Return the precision of the arrays that are handed over: float64 or float32."""
        return "float64" if self.precision == "float64" else "float32"

    @property
    def steps(self) -> int:
        """Return how many steps a call does."""
        return STEPS if self.kind == TRAINING else 1

    @property
    def case(self) -> Case:
        """Return the case by which an implementation is judged."""
        return Case(self.words, "timed", self.layer_dims, self.m, ordinary, learning_rate=RATE)

    def inputs(self, seed: int) -> Inputs:
        """Draw data and parameters."""
        drawn = self.case.inputs(self.dtype, seed)
        if self.precision != "bfloat16":
            return drawn
        parameters = {name: _bfloat16(value) for name, value in drawn.parameters.items()}
        return Inputs(parameters, _bfloat16(drawn.X), drawn.Y)

    def products(self) -> Iterator[tuple[int, int, int]]:
        """Yield (rows, inner, columns) of every matrix product that one call cannot do without."""
        for l, (n_in, n_out) in enumerate(pairwise(self.layer_dims), 1):
            if self.kind != BACKWARD:
                yield n_out, n_in, self.m  # Z = W A
            if self.kind != FORWARD:
                yield n_out, self.m, n_in  # dW = dZ A^T
                if l > 1:
                    yield n_in, n_out, self.m  # dA = W^T dZ

    @property
    def flop(self) -> float:
        """Return floating-point operations of the products of one step or pass."""
        return sum(2.0 * rows * inner * columns for rows, inner, columns in self.products())

    @property
    def is_for_cuda(self) -> bool:
        """Say whether it is more than a CPU is asked for: MOST_FLOP, MOST_PARAMETERS."""
        return self.flop > MOST_FLOP or self.parameters > MOST_PARAMETERS

    @property
    def parameters(self) -> int:
        """Return the number of weights and biases."""
        return sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.layer_dims))


def _bfloat16(value: Array) -> Array:
    """Return float32 numbers cut off to what bfloat16 can hold."""
    return (value.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


def square(width: int, m: int, precision: str = "float32", kind: str = STEP) -> Workload:
    """Return the network of the sweeps: data, two hidden layers of one width, one output."""
    return Workload((width, width, width, 1), m, precision, kind)


def quick() -> list[Workload]:
    """Return what can be measured in less than a minute."""
    widths, batches = (4, 16, 64, 256, 512, 1024), (1, 16, 256, 1024)
    table = [Workload(*row) for row in TABLE]
    sweeps = [square(width, BATCH) for width in widths] + [square(WIDTH, m) for m in batches]
    return list(dict.fromkeys([*table, *sweeps, Workload(*TABLE[0], TRAINING)]))


def full() -> list[Workload]:
    """Return every size, kind and precision; who cannot do one of them says so."""
    widths, batches = [2**k for k in range(2, 14)], [*(4**k for k in range(8)), 65536]
    found = [Workload(*row, kind) for row in (*TABLE, WIDEST) for kind in (STEP, FORWARD, BACKWARD)]
    found += [Workload(*row, TRAINING) for row in TABLE[:2]]
    for precision in ("float32", "float64", "tf32", "bfloat16"):
        found += [square(width, BATCH, precision) for width in widths]
        found += [square(WIDTH, m, precision) for m in batches]
    found += [square(width, m) for width in (256, 1024) for m in batches]
    return list(dict.fromkeys(found))


def chosen(workloads: list[Workload], words: list[str]) -> list[Workload]:
    """Return the workloads whose kind and words contain one of some texts; all for none.

    Raises BackproofError where a text is contained in none.
    """
    for text in words:
        if not any(text in f"{w.kind}, {w.words}" for w in workloads):
            raise BackproofError(
                f"No workload has '{text}' in its name, such as '{workloads[0].kind}, "
                f"{workloads[0].words}': give a part of one, or add --full."
            )
    if not words:
        return workloads
    return [w for w in workloads if any(text in f"{w.kind}, {w.words}" for text in words)]


def small() -> list[Workload]:
    """Return one small workload of each kind: for trying whether all still runs."""
    return [Workload(*SMALL, kind) for kind in KINDS]
