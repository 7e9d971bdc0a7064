"""Lines: where in the file each array of a trace is computed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from time import monotonic

import numpy as np

from backproof.candidate.conventions import DEPTHS, DEPTHS_JUDGED
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.starting import start
from backproof.candidate.loading import Source
from backproof.candidate.tracing import Lines, Wanted, as_they_are, first_lines
from backproof.exchange import Problem
from backproof.trace import Trace

SECONDS = 1.0  # for all problems of a file; it takes a few milliseconds
NEARLY = 1e-4  # before - after, divided by the learning rate, has lost most of float32's digits


def lines_of(
    readings: Mapping[int, Reading],
    problems: Sequence[Problem],
    traces: Mapping[str, Trace],
    rate: float,
    source: Source,
) -> dict[str, Lines]:
    """Return problem -> array -> line of the file, for the problems that will be judged.

    readings  number of outputs -> how the file is called
    traces  what the file computed
    rate    with which it updates
    Problems of the same sizes go through the same lines, and only the first is run again.
    """
    until = monotonic() + SECONDS
    found: dict[tuple[int, ...], Lines] = {}
    done = [one for one in problems if one.name in traces]
    depths = {len(one.layer_dims) - 1 for one in done}
    judged = [depth for depth in DEPTHS if depth in depths][:DEPTHS_JUDGED]
    done = [one for one in done if len(one.layer_dims) - 1 in judged]
    for one in done:
        if one.layer_dims not in found:
            found[one.layer_dims] = _lines(
                readings[one.layer_dims[-1]], one, traces[one.name], rate, source, until
            )
    return {one.name: found[one.layer_dims] for one in done}


def _lines(
    reading: Reading, problem: Problem, trace: Trace, rate: float, source: Source, until: float
) -> Lines:
    try:
        session = start(problem, reading.layout, reading.model, reading.functions)
    except BaseException:  # the file's own: what it did twice it may not do again
        return {}
    known, wanted = [session.root, session.known.roles], as_they_are(trace)
    action = partial(reading.steps, session)
    if "recovered" not in trace:
        return first_lines(action, source, wanted, known, until)
    found = first_lines(action, source, _recovered(wanted, problem, rate), known, until)
    updates = {f"d{name}": line for name, line in found.items()}
    return {name: line for name, line in (updates | found).items() if name in trace}


def _recovered(wanted: list[Wanted], problem: Problem, rate: float) -> Iterator[Wanted]:
    """Yield for each gradient recovered from an update all that may stand for it in the file.

    It stands there as it is, times the rate, or with the other sign; where it never does, the
    line that changes the parameter computes it.
    """
    for one in wanted:
        name, before = one.name[1:], problem.parameters.get(one.name[1:])
        if before is None:
            yield one
            continue
        for factor in (1.0, -1.0, rate, -rate):
            yield Wanted(one.name, np.asarray(one.array / factor), NEARLY)
        if one.array.size == before.size:
            yield Wanted(name, before.ravel() - one.array, one.rtol)
