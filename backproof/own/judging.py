"""A front door: somebody's own network, read by its conventions and judged.

trials ──> the file, in a process of its own ──> answer ──> architecture (from the numbers)
   └──────────────────────────> expected: value ± sigma <─────────┘     ──> findings
"""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from backproof.architecture import Architecture, Sizes
from backproof.candidate.convention import answer_of
from backproof.candidate.letters import Answer
from backproof.candidate.live import live_answer
from backproof.candidate.loading import read_source
from backproof.candidate.quoting import quoted
from backproof.case import DTYPES
from backproof.errors import BackproofError
from backproof.exchange import Problem
from backproof.own.choosing import architectures, choose
from backproof.own.coverage import covered, unjudged
from backproof.own.examining import Examination, examined
from backproof.own.guarding import guard_findings, located
from backproof.own.notes import UNSTEADY, on_gradients, on_other_outputs, unsteady
from backproof.own.observed import Observed, observed
from backproof.own.panel import panel
from backproof.own.refusals import refuse_half, refuse_precision, refuse_requests
from backproof.own.thresholds import constants_among, constants_of
from backproof.own.trials import Trial, problem_of, trials
from backproof.own.weighing import exhibit, weigh
from backproof.own.written import sizes_among, sizes_in
from backproof.trace import trace_names
from backproof.verdict import LIVE, CaseReport, TargetReport


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
    refuse_requests(path.name, dtypes, cases, [*there, *more])
    names = _identifiers(tree)
    answer = answer_of(path, name, *_problems(there, more))
    chosen: list[ast.AST] = [node for node in tree.body if getattr(node, "name", None) == name]
    nodes = [part for node in chosen or [tree] for part in ast.walk(node)]
    functions = [node.name for node in nodes if isinstance(node, ast.FunctionDef)]
    refuse_half(path.name, functions, answer)
    sizes = sizes_in(tree)
    report = _judged(path.name, answer, there, more, names, seed, cases, dtypes, sizes, pictured)
    lines = quoted(source, path, _numbers(answer, report.judged))
    return replace(report, lines=lines, guards=located(report.guards, source, path))


def judge_live(namespace: Mapping[str, Any], name: str = "", seed: int = 0) -> TargetReport:
    """Judge the network among live objects, such as globals(); see judge_file."""
    there = list(trials(seed))
    more = panel(seed, constants_among(namespace))
    answer = live_answer(namespace, name, *_problems(there, more), LIVE)
    refuse_half(LIVE, (), answer)
    names = [key for key in namespace if isinstance(key, str)]
    sizes = sizes_among(namespace)
    return _judged(LIVE, answer, there, more, names, seed, (), DTYPES, sizes)


def _problems(usual: Sequence[Trial], more: Sequence[Trial]) -> tuple[list[Problem], list[Problem]]:
    return [problem_of(trial) for trial in usual], [problem_of(trial) for trial in more]


def _identifiers(tree: ast.Module) -> frozenset[str]:
    """Return every name in a file: they break ties between readings of the numbers."""
    fields = ("id", "name", "attr", "arg")
    words = (getattr(node, field, None) for node in ast.walk(tree) for field in fields)
    return frozenset(word for word in words if isinstance(word, str))


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
    chosen, others = choose([trial for trial in there if trial.name in seen], answer, seen, names)
    asked = [trial for trial in chosen if trial.name in cases] if cases else chosen
    found = architectures(chosen, seen, names, sizes)
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
    refuse_precision(where, dtypes, [*reports, *further.reports])
    reports = _explained(asked, found, seen, reports)
    first = found[chosen[0].layer_dims]
    notes = [*answer.notes, *first.assumed]
    if not any(name[0] == "d" for trace in answer.traces.values() for name in trace):
        notes.append("no backward pass was found: only the forward pass is judged")
    told = (answer.unsteady[trial.name] for trial in asked if trial.name in answer.unsteady)
    notes += dict.fromkeys(f"{UNSTEADY}: {why}" for why in told)
    reports = [*unsteady(reports, answer), *further.reports]
    notes += on_gradients(answer, first, seen, reports)
    notes += further.notes
    if agree:
        notes += on_other_outputs(where, others, seen, names, sizes, seed)
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
    found = architectures(alike, seen, names, sizes)
    for trial in alike:
        if not cases or trial.name in cases:
            report = weigh(where, trial, found[trial.layer_dims], seen[trial.name], seed)
            further.add(trial, report, f"with {trial.depth} layers")


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


__all__ = ["judge_file", "judge_live"]
