"""What an implementation makes of a workload: work to be started, done again and looked at."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from backproof.bench.workload import MOST_FLOP, MOST_PARAMETERS, STEP, TRAINING, Workload
from backproof.case import Inputs
from backproof.trace import Array, Trace

Parameters = Mapping[str, Array]


class Work(Protocol):
    """One workload as one implementation does it.

    preparing  seconds that compiling took; 0 where nothing was compiled
    """

    preparing: float

    def start(self, parameters: Parameters) -> None:
        """Go on from copies of these: {"W1" (n_out, n_in), "b1" (n_out, 1), ...}."""

    def run(self) -> None:
        """Do it once: this is what is timed.  It may return before a device has done it."""

    def advance(self, steps: int) -> None:
        """Do so many steps."""

    def wait(self) -> None:
        """Return when all that was begun is done."""

    def result(self) -> Trace:
        """Return what the last call computed, by the names of a trace, in the notebook's layout.

        Of a step, at least the parameters.
        """


class Ready:
    """What most kinds of work have in common: nothing is compiled, and nothing is to wait for."""

    preparing = 0.0

    def start(self, parameters: Parameters) -> None:
        """Go on from copies of these."""
        raise NotImplementedError

    def run(self) -> None:
        """Do it once."""
        raise NotImplementedError

    def result(self) -> Trace:
        """Return what the last call computed."""
        raise NotImplementedError

    def advance(self, steps: int) -> None:
        """Do so many steps, one after the other."""
        run = self.run
        for _ in range(steps):
            run()

    def wait(self) -> None:
        """Return at once: a call comes back when it is done."""


class Training:
    """A whole training: from the parameters given, so many steps of somebody's work.

    looped  whether the work has a loop of its own, which then is to be judged as well
    """

    def __init__(self, work: Work, steps: int) -> None:
        """Keep the work; a call does so many steps of it."""
        self._work, self._steps, self._parameters = work, steps, dict[str, Array]()
        self.preparing = work.preparing
        self.looped = getattr(type(work), "advance", None) is not Ready.advance

    def start(self, parameters: Parameters) -> None:
        """Begin every training with these parameters."""
        self._parameters = dict(parameters)
        self._work.start(parameters)

    def run(self) -> None:
        """Train once."""
        self._work.start(self._parameters)
        self._work.advance(self._steps)

    def advance(self, steps: int) -> None:
        """Do so many steps."""
        self._work.advance(steps)

    def wait(self) -> None:
        """Return when they are done."""
        self._work.wait()

    def result(self) -> Trace:
        """Return what the last step computed."""
        return self._work.result()


@dataclass(frozen=True)
class Implementation:
    """A name, and how to have it do a workload.

    make    (workload, inputs) -> Work
    kinds   of workloads that it does
    absent  workload -> why it cannot be had here, a clause; "" where it can
    device  "cpu" or "cuda"
    slow    whether it takes seconds to prepare: left out of a quick run
    package  whose arrays it makes: "numpy", "torch", "cuda"; "" where their memory is unknown
    """

    name: str
    make: Callable[[Workload, Inputs], Work]
    kinds: Sequence[str] = (STEP, TRAINING)
    absent: Callable[[Workload], str] = lambda _: ""
    device: str = "cpu"
    slow: bool = False
    package: str = "numpy"

    def why_not(self, workload: Workload) -> str:
        """Return why it is not timed on a workload of its kinds, a clause; "" where it is."""
        on_cuda_only = workload.precision not in ("float64", "float32")
        if on_cuda_only and self.device != "cuda":
            return f"{workload.precision} is timed on CUDA only"
        if self.device == "cpu" and workload.flop > MOST_FLOP:
            return f"more than {MOST_FLOP:.0e} flop a step are too many for a CPU"
        if self.device == "cpu" and workload.parameters > MOST_PARAMETERS:
            return f"more than {MOST_PARAMETERS:.0e} parameters are too many for a CPU's memory"
        return self.absent(workload)

    def work(self, workload: Workload, inputs: Inputs) -> tuple[Work, float]:
        """Return its work on a workload, and the seconds that making it took."""
        began = time.perf_counter()
        work = self.make(workload, inputs.copy())
        took = time.perf_counter() - began
        return (Training(work, workload.steps) if workload.kind == TRAINING else work), took
