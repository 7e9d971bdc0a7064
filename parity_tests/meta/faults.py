"""A planted fault: a network that is wrong in one place, and which arrays may be blamed for it.

A fault is a Candidate, made by one of three planters: a replaced step (`steps`), a changed
iteration (`looped`), or an edited trace (`edited`).  The tables are in faults_*.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import impl_numpy
from backproof import makers
from backproof.candidate import Candidate, Run
from backproof.case import Case, Inputs
from backproof.cases import case_named
from backproof.trace import Array, Trace, trace_names
from backproof.twins import numpy_candidate
from backproof.verdict import Verdict
from impl_numpy.steps import STEPS, replace

BOTH, DOUBLE, SINGLE = ("float64", "float32"), ("float64",), ("float32",)
LATER = "later "  # before the name of an array of the trajectory
SQUARE = Case(
    "square",
    "two layers of one shape: here a transpose or a neighbour's array fits, and passes unnoticed",
    (4, 6, 6, 6),
    9,
    makers.ordinary,
    hidden="tanh",
)
Network = dict[str, Array]
OneIteration = Callable[[Case, Inputs, Network], impl_numpy.Iteration]


@dataclass(frozen=True)
class Fault:
    """One fault.

    why     one sentence: what it is, or where it was seen (numbers: the table of real mistakes)
    at      what is wrong in itself, in order of computation: names of arrays, or dZ3, ... for the
            deltas, which no trace shows; all that is computed from it may be blamed too
    """

    name: str
    why: str
    candidate: Candidate
    at: str
    on: str | Case = "ragged"
    dtypes: tuple[str, ...] = BOTH

    @property
    def case(self) -> Case:
        """The case on which the fault is judged."""
        return self.on if isinstance(self.on, Case) else case_named(self.on)

    @property
    def guilty(self) -> list[str]:
        """The arrays that may be blamed, in order; the first must be.  All others are innocent."""
        depth = self.case.depth
        spoiled = {each for name in self.at.split(", ") for each in downstream(name, depth)}
        return [name for name in findings_order(depth) if name in spoiled]


def findings_order(depth: int) -> list[str]:
    """Return the names of all findings of a verdict, in its order."""
    later = ["cost", *(name for name in trace_names(depth) if name[0] in "Wb")]
    return [*trace_names(depth), *(LATER + name for name in later)]


def downstream(name: str, depth: int) -> Iterator[str]:
    """Yield what a wrong `name` spoils in a network without other faults, itself included."""
    if name.startswith("dZ"):
        for l in range(int(name[2:]), 0, -1):
            yield from downstream(f"dW{l}", depth)
            yield from downstream(f"db{l}", depth)
        return
    yield name
    if name[0] in "ZA":
        order = findings_order(depth)
        yield from order[order.index(name) :]
    elif name[0] == "d":
        yield from downstream(name[1:], depth)
    elif not name.startswith(LATER):
        yield LATER + name


def blamed(verdict: Verdict) -> list[str]:
    """Return the names of the findings that differ, in order."""
    first = [f.name for f in verdict.findings if f.verdict == "differ"]
    return first + [LATER + f.name for f in verdict.trajectory if f.verdict == "differ"]


# --- planters --------------------------------------------------------------------------------


def steps(**replaced: Callable[..., Array]) -> Candidate:
    """Return impl_numpy with some steps replaced."""
    return numpy_candidate(replace(STEPS, **replaced))


def looped(start: Callable[[], OneIteration]) -> Candidate:
    """Return a candidate whose iterations are made by the function that start() returns."""

    def run(case: Case, inputs: Inputs) -> Run:
        one, parameters, done = start(), dict(inputs.parameters), []
        for _ in range(case.iterations):
            done.append(one(case, inputs, parameters))
            parameters = done[-1].parameters
        first = done[0]
        trace = first.Z_values | first.activations | first.grads | first.parameters
        trace["cost"] = np.asarray(first.cost)
        states = {name: np.stack([i.parameters[name] for i in done]) for name in parameters}
        return Run(trace, {"cost": np.stack([i.cost for i in done]), **states})

    return Candidate("looped", run)


def every(one: OneIteration) -> Candidate:
    """Return a candidate that computes each iteration by `one`, from its parameters alone."""
    return looped(lambda: one)


def edited(edit: Callable[[Trace, Case, Inputs], None]) -> Candidate:
    """Return impl_numpy with the trace of its first iteration edited in place by `edit`."""

    def run(case: Case, inputs: Inputs) -> Run:
        right = numpy_candidate().run(case, inputs)
        trace = {name: np.array(value) for name, value in right.trace.items()}
        edit(trace, case, inputs)
        return Run(trace, right.trajectory)

    return Candidate("edited", run)


def options(case: Case) -> tuple[Any, ...]:
    """Return hidden, loss, output and reduction, as impl_numpy wants them."""
    return case.hidden, case.loss, case.output, case.reduction


def right(case: Case, inputs: Inputs, parameters: Network) -> impl_numpy.Iteration:
    """Return one iteration without a fault."""
    return next(
        impl_numpy.iterate(
            inputs.X,
            inputs.Y,
            parameters,
            case.learning_rate,
            *options(case),
        )
    )


def with_grads(
    case: Case, parameters: Network, iteration: impl_numpy.Iteration, grads: Network
) -> impl_numpy.Iteration:
    """Return the iteration with other gradients, and the parameters that they lead to."""
    after = impl_numpy.update_parameters(parameters, grads, case.learning_rate)
    return replace(iteration, grads=grads, parameters=after)
