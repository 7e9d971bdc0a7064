"""Which mistake in sharing the examples gives the gradients that were found.

The gradient of all examples is a sum of those of the shares, each times a coefficient; so is that
of each mistake, with others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from backproof.candidate import Candidate
from backproof.case import Case, Inputs
from backproof.compare import Expected, compare
from backproof.parallel.shares import Share, shares
from backproof.precision import precision
from backproof.trace import Trace
from backproof.twins import expected_trace
from backproof.verdict import TargetReport

if TYPE_CHECKING:
    from backproof.suite.request import Request

Coefficients = tuple[float, ...]


def mistakes_in(
    report: TargetReport, request: "Request", candidates: Mapping[str, Candidate], count: int
) -> Iterator[str]:
    """Yield a sentence for each kind of sharing that differs: the mistake on its first case."""
    questions = {(case.name, dtype): case for case, dtype in request.questions()}
    for kind, candidate in candidates.items():
        differing = (
            one
            for one in report.judged
            if any(v.candidate == candidate.name and v.verdict == "differ" for v in one.verdicts)
        )
        for one in differing:
            case = questions[one.case, one.dtype]
            inputs = case.inputs(one.dtype, request.seed)
            parts = shares(inputs.X.shape[1], count, kind, case.reduction)
            trace = candidate.run(case, inputs.copy()).trace
            words = mistake_of(case, inputs, trace, parts, one.dtype)
            if words:
                yield f"{candidate.name} on {case.name}, {one.dtype}: {words}."
                break


def mistake_of(case: Case, inputs: Inputs, trace: Trace, parts: Sequence[Share], dtype: str) -> str:
    """Return the only mistake of sharing that reproduces every gradient, a clause; "" for none."""
    names = [name for name in trace if name[:2] in ("dW", "db")]
    of_shares = [_gradients(case, inputs, part, names, dtype) for part in parts]
    found = [
        words
        for words, coefficients in _mistakes(parts, case.reduction)
        if _fits(trace, of_shares, coefficients, names, dtype)
    ]
    return found[0] if len(found) == 1 else ""


def _gradients(
    case: Case, inputs: Inputs, part: Share, names: Sequence[str], dtype: str
) -> dict[str, Expected]:
    taken = slice(part.begin, part.end)
    own = Inputs(inputs.parameters, inputs.X[:, taken], inputs.Y[:, taken])
    return expected_trace(replace(case, m=part.size), own, precision(dtype), names)


def _mistakes(parts: Sequence[Share], reduction: str) -> Iterator[tuple[str, Coefficients]]:
    """Yield each mistake with the coefficients of the shares' gradients that it makes."""
    n, m = len(parts), sum(part.size for part in parts)
    right = tuple(part.size / m if reduction == "mean" else 1.0 for part in parts)
    if reduction == "mean" and len(set(right)) > 1:
        yield "the mean of each process counts alike, however many examples it has", (1 / n,) * n
    yield "the gradients of the processes are added up, not averaged", tuple(n * c for c in right)
    for r in range(n):
        yield (
            f"the gradients of process {r} are left out",
            tuple(0.0 if k == r else c for k, c in enumerate(right)),
        )
        yield (
            f"they are those of process {r} alone: they were not exchanged",
            tuple(n * right[r] if k == r else 0.0 for k in range(n)),
        )
        for s in range(n):
            if s != r:
                yield (
                    f"process {r} has the examples of process {s}: they are seen twice, its own "
                    "never",
                    _twice(right, r, s),
                )


def _twice(right: Coefficients, r: int, s: int) -> Coefficients:
    """Process r keeps its weight, and has the examples of s."""
    moved = list(right)
    moved[r], moved[s] = 0.0, right[s] + right[r]
    return tuple(moved)


def _fits(
    trace: Trace,
    of_shares: Sequence[dict[str, Expected]],
    coefficients: Coefficients,
    names: Sequence[str],
    dtype: str,
) -> bool:
    return all(
        compare(name, trace[name], _sum(name, of_shares, coefficients), dtype).agrees
        for name in names
    )


def _sum(
    name: str, of_shares: Sequence[dict[str, Expected]], coefficients: Coefficients
) -> Expected:
    value = sum(c * one[name].value for c, one in zip(coefficients, of_shares, strict=True))
    variance = sum(
        np.square(c * one[name].sigma) for c, one in zip(coefficients, of_shares, strict=True)
    )
    return Expected(np.asarray(value), np.sqrt(variance))
