"""Nothing is timed before it is judged, and what was timed is judged once more."""

import math
from functools import cached_property

import numpy as np

from backproof.bench.work import Training, Work
from backproof.bench.workload import STEP, TRAINING, Workload
from backproof.case import Inputs
from backproof.compare import Expected, Finding, compare
from backproof.controls import plant_controls
from backproof.errors import BackproofError
from backproof.precision import precision
from backproof.trace import Array, Trace, trace_names
from backproof.twins import expected_trace

FEW = 20  # steps that a loop of somebody's own must do as if they were asked for one by one
SEEN = 2**20  # elements of an array that are compared, drawn at random where it has more


class RefusedError(BackproofError):
    """An implementation is not timed: the message is a clause about it."""


class Judge:
    """What a workload must give, from one seed's data and from two sets of parameters.

    The second set comes after the timing: a result that was kept from the first is wrong there, and
    so is one of data that were overwritten.
    """

    def __init__(self, workload: Workload, seed: int) -> None:
        """Draw nothing yet: all is made when it is first needed."""
        self.workload, self._units = workload, precision(workload.precision)
        self._seed = seed
        self._expected: dict[int, dict[str, Expected]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}

    @cached_property
    def inputs(self) -> Inputs:
        """The arrays that are timed."""
        return self.workload.inputs(self._seed)

    @cached_property
    def _other(self) -> Inputs:
        parameters = self.workload.inputs(self._seed + 1).parameters
        return Inputs(parameters, self.inputs.X, self.inputs.Y)

    def before(self, work: Work) -> None:
        """Raise RefusedError unless the work is right; it then stands at the first parameters."""
        self._judge(work, self.inputs)
        if isinstance(work, Training) and work.looped:
            self._judge_a_few_steps(work)
        work.start(self.inputs.parameters)

    def after(self, work: Work) -> None:
        """Raise RefusedError unless the timed work moved its parameters, and is still right."""
        if self.workload.kind in (STEP, TRAINING):
            found, start = work.result(), self.inputs.parameters
            if all(np.array_equal(found[name], start[name]) for name in start):
                raise RefusedError("the timed steps left the parameters where they were")
            if isinstance(work, Training) and work.looped:
                self._judge_a_training(work)
        self._judge(work, self._other)

    def _judge(self, work: Work, inputs: Inputs) -> None:
        """Do it once from some parameters, and compare all that came of it."""
        work.start(inputs.parameters)
        if self.workload.kind == TRAINING:
            work.advance(1)
        else:
            work.run()
        work.wait()
        trace = work.result()
        names = [name for name in trace_names(self.workload.case.depth) if name in trace]
        self._refuse_too_little(names)
        expected = self._what_is_expected(inputs, names)
        trace = {name: self._seen(trace[name], self._shapes[name]) for name in names}
        dtype = self.workload.dtype
        findings = [compare(name, trace[name], expected[name], dtype) for name in names]
        for finding in findings:
            if finding.verdict == "differ":
                raise RefusedError(_wrong(finding))
        if not self._sharp(inputs, trace, expected, findings):
            raise RefusedError("it could not be judged: a planted fault would have passed")

    def _refuse_too_little(self, names: list[str]) -> None:
        """Raise RefusedError where the trace lacks what its kind of work is about."""
        first = {"forward": f"A{self.workload.case.depth}", "backward": "dW1"}
        wanted = first.get(self.workload.kind, "W1")
        if wanted not in names:
            raise RefusedError(f"it shows no {wanted}, so it cannot be judged")

    def _sharp(
        self,
        inputs: Inputs,
        trace: Trace,
        expected: dict[str, Expected],
        findings: list[Finding],
    ) -> bool:
        """Tell whether planted faults are caught, and a step that was not done would be seen.

        Parameters in bfloat16 may well stay what they are; then the gradients must be there.
        """
        dtype = self.workload.dtype
        controls = plant_controls(trace, expected, findings, dtype)
        parameters = [f.name for f in findings if f.name in inputs.parameters]
        moved = [
            not compare(name, self._seen(value, value.shape), expected[name], dtype).agrees
            for name, value in inputs.parameters.items()
            if name in parameters
        ]
        shown = not parameters or any(moved) or "dW1" in trace
        return bool(controls) and all(control.caught for control in controls) and shown

    def _what_is_expected(self, inputs: Inputs, names: list[str]) -> dict[str, Expected]:
        if not set(names) <= set(self._expected.get(id(inputs), ())):
            large = self.workload.is_for_cuda
            wanted, device = (names, "cuda") if large else ((), "cpu")
            found = expected_trace(self.workload.case, inputs, self._units, wanted, device)
            self._shapes = {name: one.value.shape for name, one in found.items()}
            self._expected[id(inputs)] = {
                name: Expected(*(self._seen(x, x.shape) for x in (one.value, one.sigma)))
                for name, one in found.items()
            }
        return self._expected[id(inputs)]

    def _seen(self, array: Array, shape: tuple[int, ...]) -> Array:
        """Return SEEN elements of a larger array of the expected shape: always the same ones.

        A row or a tile that is wrong has more than enough of them; a single element may be missed.
        """
        size = math.prod(shape)
        if size <= SEEN or np.shape(array) != shape:
            return array
        places = np.random.default_rng(size).integers(size, size=SEEN)
        return array[np.unravel_index(places, shape)]

    def _judge_a_few_steps(self, work: Work) -> None:
        """Raise RefusedError unless steps at once are the steps one by one, bit for bit."""
        self._compare(work, self._advanced(work, [FEW]), FEW)

    def _judge_a_training(self, work: Work) -> None:
        work.run()
        work.wait()
        self._compare(work, work.result(), self.workload.steps)

    def _compare(self, work: Work, at_once: Trace, steps: int) -> None:
        one_by_one = self._advanced(work, [1] * steps)
        for name in self.inputs.parameters:
            if not np.array_equal(at_once[name], one_by_one[name]):
                raise RefusedError(f"{steps} steps at once are not {steps} steps: {name} differs")

    def _advanced(self, work: Work, steps: list[int]) -> Trace:
        work.start(self.inputs.parameters)
        for number in steps:
            work.advance(number)
        work.wait()
        return work.result()


def _wrong(finding: Finding) -> str:
    if not np.isfinite(finding.z):
        return f"{finding.name} is wrong: {finding.reason}"
    return (
        f"{finding.name} is wrong: actual {finding.actual:.8g}, expected {finding.expected:.8g} "
        f"± {finding.sigma:.0e}"
    )
