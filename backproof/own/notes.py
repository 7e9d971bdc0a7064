"""What a report says beside its findings: how numbers were found, and what else would be wrong."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from backproof.architecture import Architecture, Sizes
from backproof.candidate.letters import Answer
from backproof.own.choosing import architectures
from backproof.own.observed import Observed
from backproof.own.trials import Trial
from backproof.own.weighing import weigh
from backproof.verdict import CaseReport

UNSTEADY = "the same question gets different answers"


def unsteady(reports: list[CaseReport], answer: Answer) -> list[CaseReport]:
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


def on_gradients(
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


def on_other_outputs(
    where: str,
    others: Sequence[Trial],
    seen: Mapping[str, Observed],
    names: Collection[str],
    sizes: Sizes,
    seed: int,
) -> list[str]:
    """Say what would be wrong with several outputs, where one is right."""
    found = architectures(others, seen, names, sizes)
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
