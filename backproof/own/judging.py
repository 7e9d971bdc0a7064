"""A front door: somebody's own network, read by its conventions and judged.

trials ──> the file, in a process of its own ──> answer ──> architecture (from the numbers)
   └──────────────────────────> expected: value ± sigma <─────────┘     ──> findings
"""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from backproof.architecture import Architecture, Observation, Sizes, identify
from backproof.candidate.convention import answer_of
from backproof.candidate.conventions import DEPTHS, DEPTHS_JUDGED
from backproof.candidate.conventions.names import BACKWARD, plain
from backproof.candidate.conventions.players import ranked
from backproof.candidate.letters import UPDATE, UPDATES, Answer
from backproof.candidate.live import live_answer
from backproof.candidate.loading import read_source
from backproof.candidate.quoting import quoted
from backproof.case import DTYPES, refuse_unknown_dtypes
from backproof.errors import BackproofError
from backproof.exchange import Problem
from backproof.own.coverage import covered, unjudged
from backproof.own.examining import Examination, examined
from backproof.own.guarding import guard_findings, located
from backproof.own.observed import Observed, observed
from backproof.own.panel import panel
from backproof.own.thresholds import constants_among, constants_of
from backproof.own.trials import Trial, problem_of, trials
from backproof.own.weighing import exhibit, weigh
from backproof.own.written import sizes_among, sizes_in
from backproof.trace import trace_names
from backproof.verdict import LIVE, CaseReport, TargetReport

UNSTEADY = "the same question gets different answers"


def judge_file(
    path: Path,
    name: str,
    dtypes: Sequence[str],
    seed: int,
    cases: Sequence[str],
    pictured: bool = False,
) -> TargetReport:
    """Judge the network in a file that defines no trace(case).

    name      of the class or function to choose; "" for the only one
    dtypes    the precisions asked for; the file's own decides, and must be among them
    cases     names of trials; empty for all that suit the network
    pictured  whether each finding is to have its picture
    Raises BackproofError where the file holds no network that can be read.
    """
    there = list(trials(seed))
    source = read_source(path)
    tree = source.tree
    more = panel(seed, constants_of(tree))
    _refuse_requests(path.name, dtypes, cases, [*there, *more])
    names = _identifiers(tree)
    answer = answer_of(path, name, *_problems(there, more))
    chosen: list[ast.AST] = [node for node in tree.body if getattr(node, "name", None) == name]
    nodes = [part for node in chosen or [tree] for part in ast.walk(node)]
    functions = [node.name for node in nodes if isinstance(node, ast.FunctionDef)]
    _refuse_half(path.name, functions, answer)
    sizes = sizes_in(tree)
    report = _judged(path.name, answer, there, more, names, seed, cases, dtypes, sizes, pictured)
    lines = quoted(source, path, _numbers(answer, report.judged))
    return replace(report, lines=lines, guards=located(report.guards, source, path))


def judge_live(namespace: Mapping[str, Any], name: str = "", seed: int = 0) -> TargetReport:
    """Judge the network among live objects, such as globals(); see judge_file."""
    there = list(trials(seed))
    more = panel(seed, constants_among(namespace))
    answer = live_answer(namespace, name, *_problems(there, more), LIVE)
    _refuse_half(LIVE, (), answer)
    names = [key for key in namespace if isinstance(key, str)]
    sizes = sizes_among(namespace)
    return _judged(LIVE, answer, there, more, names, seed, (), DTYPES, sizes)


def _problems(usual: Sequence[Trial], more: Sequence[Trial]) -> tuple[list[Problem], list[Problem]]:
    return [problem_of(trial) for trial in usual], [problem_of(trial) for trial in more]


def _refuse_requests(
    where: str, dtypes: Sequence[str], cases: Sequence[str], there: Sequence[Trial]
) -> None:
    refuse_unknown_dtypes(list(dtypes))
    known = [trial.name for trial in there]
    known += [f"{name}{UPDATE}{number}" for name in known for number in range(2, UPDATES + 1)]
    for case in cases:
        if case not in known:
            raise BackproofError(
                f"There is no case '{case}' for {where}, which is read by its conventions: choose "
                f"one of {', '.join(known[:4])}, ..."
            )


def _refuse_precision(where: str, dtypes: Sequence[str], reports: Sequence[CaseReport]) -> None:
    """Raise BackproofError where only float32 was asked for, and the file computes in float64."""
    if "float64" not in dtypes and reports[0].dtype == "float64":
        raise BackproofError(
            f"{where} is read by its conventions, and computes in float64: leave out --dtype, or "
            "write trace(case)."
        )


def _identifiers(tree: ast.Module) -> frozenset[str]:
    """Return every name in a file: they break ties between readings of the numbers."""
    fields = ("id", "name", "attr", "arg")
    words = (getattr(node, field, None) for node in ast.walk(tree) for field in fields)
    return frozenset(word for word in words if isinstance(word, str))


def _refuse_half(where: str, functions: Sequence[str], answer: Answer) -> None:
    """Raise BackproofError where gradients of weights are missing, or all those of a backward pass.

    functions  of the file; a fork that answers for live objects is believed that there are none
    """
    backward = [name for name in ranked(functions, BACKWARD) if plain(name) != "loss"]
    for problem, trace in answer.traces.items():
        shown = [name for name in trace if name[0] == "d"]
        if backward and not shown:
            raise BackproofError(f"{where}: {backward[0]} is there, but no gradient came back.")
        weights = [name for name in answer.parameters.get(problem, ()) if name[0] == "W"]
        gone = [f"d{name}" for name in weights if shown and f"d{name}" not in trace]
        if gone:
            raise BackproofError(
                f"{where}: {', '.join(gone)} could not be found among what it computes; write "
                "trace(case), as docs/your-own-network.md shows."
            )


def _judged(
    where: str,
    answer: Answer,
    there: Sequence[Trial],
    more: Sequence[Trial],
    names: Collection[str],
    seed: int,
    cases: Sequence[str],
    dtypes: Sequence[str],
    sizes: Sizes,
    pictured: bool = False,
) -> TargetReport:
    """Judge an answer on the trials that suit it; where all agree, on the panel too.

    sizes  that a guard may have, by the text
    """
    done = [(t, observed(t, answer)) for t in there if t.name in answer.traces]
    seen = {t.name: o for t, o in done if not o.sight.trace.keys().isdisjoint(trace_names(t.depth))}
    if not seen:
        raise BackproofError(f"{where}: its network ran once, and then on nothing else.")
    chosen, others = _chosen([trial for trial in there if trial.name in seen], answer, seen, names)
    asked = [trial for trial in chosen if trial.name in cases] if cases else chosen
    found = _architectures(chosen, seen, names, sizes)
    reports = [weigh(where, t, found[t.layer_dims], seen[t.name], seed, pictured) for t in asked]
    agree = all(report.verdict == "agree" for report in reports)
    further = Examination()
    if agree:
        further = examined(where, answer, chosen, more, found, seen, seed, cases)
        _add_depths(where, there, chosen, seen, names, sizes, seed, cases, further)
    if not asked and not further.reports:
        raise BackproofError(
            f"{where} does not do {', '.join(cases)}; it does "
            f"{', '.join(trial.name for trial in chosen)}."
        )
    _refuse_precision(where, dtypes, [*reports, *further.reports])
    reports = _explained(asked, found, seen, reports)
    first = found[chosen[0].layer_dims]
    notes = [*answer.notes, *first.assumed]
    if not any(name[0] == "d" for trace in answer.traces.values() for name in trace):
        notes.append("no backward pass was found: only the forward pass is judged")
    told = (answer.unsteady[trial.name] for trial in asked if trial.name in answer.unsteady)
    notes += dict.fromkeys(f"{UNSTEADY}: {why}" for why in told)
    reports = [*_unsteady(reports, answer), *further.reports]
    notes += _on_gradients(answer, first, seen, reports)
    notes += further.notes
    if agree:
        notes += _on_other_outputs(where, others, seen, names, sizes, seed)
    reading = f"{answer.words}; {first.words}; calls {answer.calls}"
    return TargetReport(
        where,
        reports,
        reading,
        tuple(notes),
        guards=guard_findings(asked, found, seen),
        covers=covered([*asked, *further.trials], reports),
        unjudged={**unjudged(answer, [*asked, *further.trials]), **further.left_out},
    )


def _add_depths(
    where: str,
    there: Sequence[Trial],
    chosen: Sequence[Trial],
    seen: Mapping[str, Observed],
    names: Collection[str],
    sizes: Sizes,
    seed: int,
    cases: Sequence[str],
    further: Examination,
) -> None:
    """Judge the usual trials of all other depths that the file can do."""
    depths, usual = {trial.depth for trial in chosen}, chosen[0]
    left = [t for t in there if t.name in seen and t.depth not in depths]
    alike = [t for t in left if (t.layer_dims[-1], t.m > 1) == (usual.layer_dims[-1], usual.m > 1)]
    found = _architectures(alike, seen, names, sizes)
    for trial in alike:
        if not cases or trial.name in cases:
            report = weigh(where, trial, found[trial.layer_dims], seen[trial.name], seed)
            further.add(trial, report, f"with {trial.depth} layers")


def _unsteady(reports: list[CaseReport], answer: Answer) -> list[CaseReport]:
    """Return the reports with the reason why a second answer is another one, where it is wrong."""
    told = []
    for report in reports:
        why = answer.unsteady.get(report.case, "it keeps state between calls")
        verdicts = [report.verdicts[0]]
        for verdict in report.verdicts[1:]:
            because = f"{UNSTEADY}: {why}"
            verdicts.append(
                replace(verdict, because="; ".join(filter(None, (because, verdict.because))))
            )
        told.append(replace(report, verdicts=verdicts))
    return told


def _numbers(answer: Answer, reports: Sequence[CaseReport]) -> dict[str, int]:
    """Return array -> line of the first case that blames the array, else of the first that has it.

    In a network of any depth dW2 may be of the output layer in one case, and not in another.
    """
    cases = [answer.lines.get(report.case, {}) for report in reports]
    found: dict[str, int] = {}
    for lines, report in zip(cases, reports, strict=True):
        for verdict in report.verdicts:
            if (name := verdict.blamed) in lines:
                found.setdefault(name, lines[name])
    for lines in cases:
        found = lines | found
    return found


def _explained(
    asked: Sequence[Trial],
    found: Mapping[tuple[int, ...], Architecture],
    seen: Mapping[str, Observed],
    reports: list[CaseReport],
) -> list[CaseReport]:
    """Return the reports with the reason that all the trials prove, where one differs."""
    if all(report.verdict != "differ" for report in reports):
        return reports
    from backproof.diagnosis.because import explained_together

    exhibits = [
        exhibit(trial, found[trial.layer_dims], seen[trial.name], len(report.verdicts) > 1)
        for trial, report in zip(asked, reports, strict=True)
    ]
    return explained_together(reports, exhibits)


def _chosen(
    there: Sequence[Trial], answer: Answer, seen: Mapping[str, Observed], names: Collection[str]
) -> tuple[list[Trial], list[Trial]]:
    """Return the trials to be judged, and those with another number of outputs.

    Batches come before single examples.  A softmax needs several outputs; any other network is
    judged with one, unless its own script gives it several.
    """
    batches = [trial for trial in there if trial.m > 1] or list(there)
    depths = [depth for depth in DEPTHS if any(t.depth == depth for t in batches)][:DEPTHS_JUDGED]
    kept = [trial for trial in batches if trial.depth in depths]
    several = [trial for trial in kept if trial.layer_dims[-1] > 1]
    single = [trial for trial in kept if trial.layer_dims[-1] == 1]
    if not several or not single:
        return kept, []
    softmax = identify([seen[t.name].sight for t in several], names).output == "softmax"
    if softmax or (answer.outputs or 1) > 1:
        return several, []
    return single, several


def _architectures(
    chosen: Sequence[Trial],
    seen: Mapping[str, Observed],
    names: Collection[str],
    sizes: Sizes,
) -> dict[tuple[int, ...], Architecture]:
    """Return what network it is, for each of the layer sizes."""
    sights: dict[tuple[int, ...], list[Observation]] = {}
    for trial in chosen:
        sights.setdefault(trial.layer_dims, []).append(seen[trial.name].sight)
    return {dims: identify(own, names, sizes) for dims, own in sights.items()}


def _on_gradients(
    answer: Answer,
    architecture: Architecture,
    seen: Mapping[str, Observed],
    reports: Sequence[CaseReport],
) -> list[str]:
    """Say how gradients that are not shown were found, and in which precision all was judged."""
    notes = []
    if any(one.recovered for one in seen.values()):
        rate = answer.learning_rate or architecture.learning_rate or 1.0
        notes.append(f"gradients are not shown: dW = (before - after) / {rate:g} of one update")
    if any(report.dtype == "float32" for report in reports):
        notes.append("it computes in float32, and is judged as that")
    return notes


def _on_other_outputs(
    where: str,
    others: Sequence[Trial],
    seen: Mapping[str, Observed],
    names: Collection[str],
    sizes: Sizes,
    seed: int,
) -> list[str]:
    """Say what would be wrong with several outputs, where one is right."""
    found = _architectures(others, seen, names, sizes)
    reports = [weigh(where, t, found[t.layer_dims], seen[t.name], seed) for t in others]
    wrong = dict.fromkeys(
        finding.name
        for report in reports
        for verdict in report.verdicts
        for finding in verdict.findings
        if not finding.agrees
    )
    if not wrong:
        return []
    n_out = others[0].layer_dims[-1]
    return [f"right for one output only: with {n_out}, {', '.join(wrong)} would differ"]


__all__ = ["judge_file", "judge_live"]
