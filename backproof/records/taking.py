"""Runs of a target, taken down: each case is run, and what was expected of it is kept beside it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import numpy as np

from backproof.candidate import Candidate, FailedError, SkippedError
from backproof.case import Case, Inputs
from backproof.compare import Expected
from backproof.errors import BackproofError
from backproof.gate.question import settings_of
from backproof.precision import precision
from backproof.records.record import Record, Run
from backproof.report.model import environment
from backproof.suite.request import Request
from backproof.suite.target import Program, PythonFile, Target
from backproof.trace import trace_names
from backproof.twins import expected_trace, numpy_candidate, torch_candidate


def taken(target: Target, request: Request, twin: str = "") -> tuple[Record, Counter[str]]:
    """Return the runs of a target on the cases asked for, and why others failed, with their number.

    twin  "numpy" or "torch", of the twins; both where it is empty
    Raises BackproofError where nothing could be run.
    """
    runs: list[Run] = []
    failed: Counter[str] = Counter()
    with ExitStack() as stack:
        candidates = _candidates(target, request, twin, stack)
        for case, dtype in request.questions():
            inputs = case.inputs(dtype, request.seed)
            for candidate in candidates:
                try:
                    runs.append(_run(target, candidate, case, inputs, request.seed))
                except (SkippedError, FailedError) as error:
                    failed[f"{candidate.name}: {error}"] += 1
    if not runs:
        raise BackproofError(f"Nothing was recorded of {next(iter(failed))}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(now, environment(), runs), failed


def _candidates(
    target: Target, request: Request, twin: str, stack: ExitStack
) -> Sequence[Candidate]:
    if isinstance(target, Program):
        from backproof.candidate.program import command_candidate

        return [command_candidate(target.command)]
    if isinstance(target, PythonFile):
        from backproof.candidate.loading import read_source
        from backproof.candidate.spec import has_trace, spec_candidate

        if not has_trace(read_source(target.path)):
            raise BackproofError(
                f"{target.path.name} defines no trace(case), and only that can be recorded: "
                "docs/your-own-network.md shows how to write one."
            )
        questions = request.questions()
        return [stack.enter_context(spec_candidate(target.path, questions, request.seed))]
    both = {"numpy": numpy_candidate(), "torch": torch_candidate("cpu")}
    return [both[twin]] if twin else list(both.values())


def _run(target: Target, candidate: Candidate, case: Case, inputs: Inputs, seed: int) -> Run:
    with np.errstate(all="ignore"):
        trace = candidate.run(case, inputs.copy()).trace
    dtype = str(inputs.X.dtype)
    expected = expected_trace(case, inputs, precision(dtype))
    actual = {name: np.asarray(trace[name]) for name in trace_names(case.depth) if name in trace}
    return Run(
        target.words,
        candidate.name,
        case.name,
        dtype,
        settings_of(case) | {"seed": str(seed)},
        {**inputs.parameters, "X": inputs.X, "Y": inputs.Y},
        actual,
        dict(_bars(expected, list(actual))),
    )


def _bars(expected: dict[str, Expected], names: list[str]) -> Iterator[tuple[str, Expected]]:
    for name in names:
        bars = expected[name]
        yield name, Expected(np.asarray(bars.value, order="C"), np.asarray(bars.sigma, order="C"))
