"""A file, read by its conventions: the network in it, and what that computes on our problems."""

from collections.abc import Sequence
from functools import partial

from backproof.candidate.conventions import RATE
from backproof.candidate.conventions.calls import UnboundError
from backproof.candidate.conventions.file import File
from backproof.candidate.conventions.groups import Group
from backproof.candidate.conventions.lines import lines_of
from backproof.candidate.conventions.names import INIT, UPDATE, role_of
from backproof.candidate.conventions.network import the_network
from backproof.candidate.conventions.panel import on_the_panel, twice
from backproof.candidate.conventions.players import ranked
from backproof.candidate.conventions.reading import Reading
from backproof.candidate.conventions.search import Failures, Quality, with_cost
from backproof.candidate.conventions.session import Session, ShowsNothingError
from backproof.candidate.conventions.usage import ascends, outputs_in_use
from backproof.candidate.conventions.words import called, described
from backproof.candidate.letters import Answer
from backproof.exchange import Problem
from backproof.trace import Trace

USUAL = 3  # outputs


def read(
    file: File, name: str, problems: Sequence[Problem], panel: Sequence[Problem] = ()
) -> Answer:
    """Find the network in a file and run it on every problem that it can do.

    name   of a class or function to choose; "" for whatever there is
    panel  more problems, of which only those are run that suit what was found
    Raises BackproofError, in one sentence, where there is none, or more than one.
    """
    failures = Failures()
    group, reading, quality, problem = the_network(file, name, problems, failures)
    session = reading.run(problem)
    alike = _alike(problems, problem)
    readings = _by_outputs(group, reading, session, alike)
    ascent = session.shown and ascends(file.text)
    rate = _rate(file, reading, session)
    traces, again, parameters, firsts, unread = {}, {}, {}, {}, {}
    for one in alike:
        way, costs = readings[one.layer_dims[-1]]
        pair = failures.attempt("", partial(twice, way, one))
        if pair is not None and reading.quality(pair[0]) >= _enough(quality):
            traces[one.name] = _downhill(pair[1]) if ascent else pair[1]
            again[one.name] = _downhill(pair[2]) if ascent else pair[2]
            firsts[one.name] = pair[1]
            unread[one.name] = costs | pair[0].unread()
            parameters[one.name] = tuple(name for name, _, _ in pair[0].layers.paths())
    ways = {n_out: way for n_out, (way, _) in readings.items()}
    outputs = outputs_in_use(file.text, file.constructions, reading, file.namespace)
    done = [one for one in problems if one.name in traces]
    more = on_the_panel(ways, done, firsts, panel, several=(outputs or 1) > 1)
    for results, added in ((traces, more.traces), (again, more.again)):
        results |= {n: _downhill(one) if ascent else one for n, one in added.items()}
    calls = max((called(way) for way in ways.values()), key=len)
    return Answer(
        described(reading, session),
        calls,
        rate,
        outputs,
        (*_notes(session, ascent), *_idle(reading, session, failures)),
        parameters,
        traces,
        again,
        lines_of(ways, problems, firsts, rate or 1.0, file.source) if file.source else {},
        unread,
        more.left_out,
        more.unsteady,
    )


def _by_outputs(
    group: Group, reading: Reading, session: Session, problems: Sequence[Problem]
) -> dict[int, tuple[Reading, dict[str, str]]]:
    """Return number of outputs -> reading, and the costs that give none there.

    A cost that is no number for the outputs tried first may be one for others.
    """
    found: dict[int, tuple[Reading, dict[str, str]]] = {}
    for problem in problems:
        n_out = problem.layer_dims[-1]
        if "cost" in session.trace:
            found.setdefault(n_out, (reading, {}))
        elif n_out not in found:
            failures = Failures()
            other = with_cost(reading, group, problem, failures)
            found[n_out] = other, {} if other.cost else _costs_unread(failures, n_out)
    return found


def _costs_unread(failures: Failures, n_out: int) -> dict[str, str]:
    """Return the functions that may be a cost and gave none, each with why."""
    outputs = f"with {n_out} output{'s' if n_out > 1 else ''}"
    return {
        f"{name}()": f"what its argument '{error}' means is not known"
        if isinstance(error, UnboundError)
        else f"{outputs} it {str(error).removeprefix(f'{name} ')}"
        if isinstance(error, ShowsNothingError)
        else f"{outputs} it raised {type(error).__name__}: {error}"
        for name, error in failures.errors.items()
    }


def _alike(problems: Sequence[Problem], probe: Problem) -> list[Problem]:
    """Return the problems that say anything of a file which the probe does not.

    Single examples only, if it takes those, else batches; many outputs only if it takes no fewer.
    """
    single, many = probe.X.shape[1] == 1, probe.layer_dims[-1] > USUAL
    alike = [one for one in problems if (one.X.shape[1] == 1) == single]
    return [one for one in alike if many or one.layer_dims[-1] <= USUAL]


def _enough(quality: Quality) -> Quality:
    """Return the quality that another problem must reach to count as one the file can do."""
    complete, right, forward, cost = quality
    return (complete, 0 if complete else right, 0, 0) if complete else (0, 0, forward, cost)


def _rate(file: File, reading: Reading, session: Session) -> float | None:
    """Return the learning rate of the update, if it is ours or a constant of the file."""
    if not reading.train and not reading.update and not session.changed:
        return RATE
    if "learning_rate" in session.known.used or session.rated:
        return RATE
    constants = [
        float(value)
        for name, value in file.namespace.items()
        if isinstance(value, float | int) and role_of(name, INIT) == "learning_rate"
    ]
    return constants[0] if len(constants) == 1 and constants[0] > 0 else None


def _downhill(trace: Trace) -> Trace:
    """Return gradients that point uphill in the cost, where the file shows steps downhill."""
    return {name: -value if name[0] == "d" else value for name, value in trace.items()}


def _notes(session: Session, ascent: bool) -> list[str]:
    """Return what was supposed or switched off to run the file."""
    notes = []
    if session.counted:
        notes.append(f"{session.counted}, which its script sets, is the number of examples")
    if session.settled or "zero" in session.known.used:
        notes.append("regularisation, momentum and dropout are switched off")
    if ascent:
        notes.append("the file adds its gradients to the weights: their sign is turned round")
    missing = [n for n, _, _ in session.layers.paths() if f"d{n}" not in session.trace]
    if missing and len(missing) < len(list(session.layers.paths())):
        gradients = ", ".join(f"d{name}" for name in missing)
        notes.append(f"{gradients} could not be found, and are not judged")
    return notes


def _idle(reading: Reading, session: Session, failures: Failures) -> list[str]:
    """Return a note where there is an update that was called and updates nothing."""
    if session.changed or reading.update or reading.train:
        return []
    idle = [
        name
        for name in ranked(list(reading.functions), UPDATE)
        if isinstance(failures.errors.get(name), ShowsNothingError)
    ]
    return [f"{name} was called, and changes no parameter" for name in idle[:1]]
