"""Two records, element by element: each against the reference's error bars, and against each other.

Both candidates are off by their own rounding errors, so that the distance between them has the
variance sigma_one^2 + sigma_other^2.  Nothing here needs torch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backproof.compare import Finding, compare
from backproof.controls import Control, plant_controls
from backproof.errors import BackproofError
from backproof.records.record import Record, Run
from backproof.scan import Expected
from backproof.verdict import worst


@dataclass(frozen=True)
class Pair:
    """One case in both records.

    one, other  each against the reference
    apart       each other: actual is the first record's, expected the second's
    alone       arrays that only one of them has
    otherwise   what is asked otherwise; then nothing was compared
    """

    runs: tuple[Run, Run]
    one: Sequence[Finding] = ()
    other: Sequence[Finding] = ()
    apart: Sequence[Finding] = ()
    alone: Sequence[str] = ()
    controls: Sequence[Control] = ()
    otherwise: Sequence[str] = ()

    @property
    def verdict(self) -> str:
        """The worst of all findings; "cannot judge" where the question is another."""
        if self.otherwise:
            return "cannot judge"
        found = worst(f.verdict for f in (*self.one, *self.other, *self.apart))
        missed = not all(control.caught for control in self.controls)
        return "nothing judged" if missed else found


@dataclass(frozen=True)
class Comparison:
    """All cases that are in both records, and those that are in one only."""

    pairs: Sequence[Pair]
    alone: Sequence[str]

    @property
    def verdict(self) -> str:
        """The worst of all pairs."""
        return worst(pair.verdict for pair in self.pairs)


def compared(one: Record, other: Record) -> Comparison:
    """Compare two records; raise BackproofError where no case is in both."""
    pairs, left = [], list(other.runs)
    alone = []
    for run in one.runs:
        match = _match(run, one, left, other)
        if match is None:
            alone.append(f"{_name(run)}: in the first record only")
        else:
            left.remove(match)
            pairs.append(_pair(run, match))
    if not pairs:
        raise BackproofError("No case is in both records: record the same cases twice.")
    alone += [f"{_name(run)}: in the second record only" for run in left]
    return Comparison(pairs, alone)


def _name(run: Run) -> str:
    return f"{run.case}, {run.dtype}, {run.candidate}"


def _match(run: Run, one: Record, left: Sequence[Run], other: Record) -> Run | None:
    """Return the run of the same case: the same candidate's, or that of the only one there is."""
    there = [r for r in left if (r.case, r.dtype) == (run.case, run.dtype)]
    same = [r for r in there if r.candidate == run.candidate]
    if same:
        return same[0]
    alone = all(_candidates(record, run) == 1 for record in (one, other))
    return there[0] if there and alone else None


def _candidates(record: Record, run: Run) -> int:
    return sum((r.case, r.dtype) == (run.case, run.dtype) for r in record.runs)


def _pair(one: Run, other: Run) -> Pair:
    otherwise = list(_otherwise(one, other))
    if otherwise:
        return Pair((one, other), otherwise=otherwise)
    both = [name for name in one.actual if name in other.actual]
    alone = [*(n for n in one.actual if n not in both), *(n for n in other.actual if n not in both)]
    between = {name: _between(one.expected[name], other, name) for name in both}
    apart = [compare(name, one.actual[name], between[name], one.dtype) for name in both]
    return Pair(
        (one, other),
        _against_reference(one, both),
        _against_reference(other, both),
        apart,
        alone,
        plant_controls(one.actual, between, apart, one.dtype),
    )


def _otherwise(one: Run, other: Run) -> Iterator[str]:
    """Yield the name of each setting, and of each input array, that is not the same in both."""
    yield from (n for n in {**one.settings, **other.settings} if _differs(n, one, other))
    for name in {**one.inputs, **other.inputs}:
        ours, theirs = one.inputs.get(name), other.inputs.get(name)
        if ours is None or theirs is None or not np.array_equal(ours, theirs):
            yield name


def _differs(name: str, one: Run, other: Run) -> bool:
    settings: tuple[Mapping[str, str], Mapping[str, str]] = one.settings, other.settings
    return settings[0].get(name) != settings[1].get(name)


def _against_reference(run: Run, names: Sequence[str]) -> list[Finding]:
    return [compare(name, run.actual[name], run.expected[name], run.dtype) for name in names]


def _between(ours: Expected, other: Run, name: str) -> Expected:
    """Return the other's array as what is expected, with the error bars of the difference."""
    value = np.asarray(other.actual[name], dtype=np.float64)
    theirs = other.expected[name]
    if value.shape != ours.sigma.shape or value.shape != theirs.sigma.shape:
        return Expected(value, np.zeros_like(value))
    return Expected(value, np.hypot(ours.sigma, theirs.sigma))
