"""The panel, judged: what a file that is right on the usual trials computes on all others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from backproof.architecture import Architecture, written_out
from backproof.candidate.conventions import DEPTHS
from backproof.candidate.letters import UPDATE, UPDATES, Answer
from backproof.case import Inputs
from backproof.own.observed import Observed, observed
from backproof.own.trials import Trial
from backproof.own.weighing import weigh
from backproof.trace import Trace, after, trace_names
from backproof.verdict import CaseReport, Verdict

GROUP = "panel trial"
EXPONENTIALS = (
    "tanh is made of exponentials, which lose its digits near 0: it is judged with their rounding"
)
UNTOLD = "not recognised there"
CLASSES = (
    "other numbers come out there: the file takes one class an example, and no shares of several"
)


@dataclass
class Examination:
    """What came of the panel: the trials judged with their reports, and what was left out: why.

    notes  sentences about the file, each once
    """

    trials: list[Trial] = field(default_factory=list)
    reports: list[CaseReport] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def add(self, trial: Trial, report: CaseReport, here: str) -> None:
        """Add what was found on a trial, save what is undecided, which is left out and named."""
        verdicts = [_decided(verdict, trial, here, self.left_out) for verdict in report.verdicts]
        if all(verdict.findings for verdict in verdicts):
            self.trials.append(trial)
            self.reports.append(replace(report, verdicts=verdicts, group=GROUP))


def examined(
    where: str,
    answer: Answer,
    usual: Sequence[Trial],
    panel: Sequence[Trial],
    found: Mapping[tuple[int, ...], Architecture],
    seen: Mapping[str, Observed],
    seed: int,
    cases: Sequence[str],
) -> Examination:
    """Judge the trials of the panel that are of the network of the usual ones.

    usual, found, seen  the usual trials, which network it is, and what it computed there
    cases               names of trials; empty for all
    """
    base = _base(usual)
    architecture, sight = found[base.layer_dims], seen[base.name].sight
    known = replace(
        answer,
        learning_rate=answer.learning_rate or sight.learning_rate,
        parameters=dict.fromkeys(answer.traces, answer.parameters[base.name]),
        traces=_of_names(answer.traces, answer.traces[base.name]),
        again=_of_names(answer.again, answer.traces[base.name]),
    )
    done = Examination()
    for trial in (*_updates(base, answer), *_alike(base, panel)):
        flat = not set(architecture.hidden) <= {"relu", "leaky_relu"}
        if (cases and trial.name not in cases) or (trial.unbounded and flat):
            continue
        if trial.name in answer.left_out:
            done.left_out[trial.name] = answer.left_out[trial.name]
        elif trial.name in answer.traces:
            _examine(where, trial, architecture, known, sight.trace.keys(), seed, done)
    if not (done.reports or cases):
        done.left_out["the panel"] = "the file took none of its trials"
    return done


def _of_names(traces: Mapping[str, Trace], shown: Collection[str]) -> dict[str, Trace]:
    """Return the traces with the arrays that the usual trials show, and by those names.

    Where numbers are small, tanh(Z) may have been taken for Z.
    """

    def named(name: str) -> str:
        other = {"Z": "A", "A": "Z"}.get(name[0], name[0]) + name[1:]
        return other if name not in shown and other in shown else name

    renamed = {k: {named(n): v for n, v in reversed(t.items())} for k, t in traces.items()}
    return {k: {n: v for n, v in one.items() if n in shown} for k, one in renamed.items()}


def _is_soft(trial: Trial) -> bool:
    """Tell whether the labels are shares of several classes."""
    return len(trial.inputs.Y) > 1 and not np.isin(trial.inputs.Y, (0, 1)).all()


def _base(usual: Sequence[Trial]) -> Trial:
    """Return the first trial of the depth of which there is a panel."""
    return min(usual, key=lambda trial: DEPTHS.index(trial.depth))


def _alike(base: Trial, panel: Sequence[Trial]) -> Iterator[Trial]:
    kind = base.depth, base.layer_dims[-1], base.draw.startswith("-single")
    for trial in panel:
        if (trial.depth, trial.layer_dims[-1], trial.draw.startswith("-single")) == kind:
            yield trial


def _updates(base: Trial, answer: Answer) -> Iterator[Trial]:
    """Yield the trials that begin where the one before has ended."""
    trial: Trial = base
    for number in range(2, UPDATES + 1):
        now = after(trial.inputs.parameters, answer.traces.get(trial.name, {}))
        if now is None:
            return
        draw = f"{base.draw}{UPDATE}{number}"
        why = f"update {number} of several in a row, from its own parameters"
        inputs = Inputs(now, base.inputs.X, base.inputs.Y)
        trial = Trial(base.layer_dims, base.m, draw, inputs, why)
        yield trial


def _examine(
    where: str,
    trial: Trial,
    architecture: Architecture,
    answer: Answer,
    shown: Collection[str],
    seed: int,
    done: Examination,
) -> None:
    """Judge one trial; what cannot be told there is left out, and named."""
    seen = observed(trial, answer)
    required = {name for name in shown if name[0] not in "ZA"}
    report = weigh(where, trial, architecture, seen, seed, required=required)
    if report.verdict == "differ" and (layers := written_out(seen.sight, architecture)):
        network = replace(architecture, written_out=layers)
        report = weigh(where, trial, network, seen, seed, required=required)
        done.notes[EXPONENTIALS] = None
    if report.verdict == "differ" and _is_soft(trial):
        done.left_out[trial.name] = CLASSES
        return
    for name in trace_names(trial.depth):
        if name in shown and name not in seen.sight.trace and name not in required:
            done.left_out[f"{name} on {trial.name}"] = UNTOLD
    done.add(trial, report, trial.why)


def _decided(verdict: Verdict, trial: Trial, here: str, left_out: dict[str, str]) -> Verdict:
    """Return a verdict without what is undecided, and with the reason where it differs."""
    for finding in verdict.findings:
        if finding.verdict == "undecided":
            left_out[f"{finding.name} on {trial.name}"] = finding.reason
    findings = [f for f in verdict.findings if f.verdict != "undecided"]
    because = f"it is right on the usual trials; here: {here}"
    wrong = any(not finding.agrees for finding in findings)
    return replace(verdict, findings=findings, because=because if wrong else "")
