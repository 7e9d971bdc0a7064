"""The guards of a file, in words: what each is, what it moves, and on which line it stands."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from backproof.architecture import Architecture
from backproof.architecture.guards import ROLES
from backproof.candidate.loading import Source
from backproof.candidate.quoting import quoted
from backproof.case import Case
from backproof.compare import Expected
from backproof.guards import Guard
from backproof.own.observed import Observed
from backproof.own.trials import Trial
from backproof.own.weighing import case_of
from backproof.own.written import Written, written
from backproof.precision import precision
from backproof.trace import trace_names
from backproof.twins import expected_trace
from backproof.verdict import GuardFinding

CLIPS = ("clip", "floor", "bound", "delta", "quotient")
IN = {"logarithm": " in a logarithm", "denominator": " in a denominator", "root": " in a root"}


def guard_findings(
    asked: Sequence[Trial],
    found: Mapping[tuple[int, ...], Architecture],
    seen: Mapping[str, Observed],
) -> tuple[GuardFinding, ...]:
    """Return what each guard that shows does to the arrays of the trials, the largest of all."""
    findings: dict[str, GuardFinding] = {}
    for trial in asked:
        architecture = found[trial.layer_dims]
        case = case_of(trial, architecture, architecture.learning_rate or 1.0)
        inputs = seen[trial.name].sight.inputs
        whole = expected_trace(case, inputs, precision("float64")) if case.guards else {}
        for guard in case.guards:
            others = tuple(other for other in case.guards if other != guard)
            without = expected_trace(replace(case, guards=others), inputs, precision("float64"))
            one = GuardFinding(
                in_words(guard, case),
                guard.place,
                guard.kind,
                guard.eps,
                _moves(trace_names(case.depth), whole, without),
            )
            known = findings.get(one.words)
            findings[one.words] = one if known is None else _larger(known, one)
    return tuple(finding for finding in findings.values() if finding.moves)


def located(
    findings: Sequence[GuardFinding], source: Source, path: Path
) -> tuple[GuardFinding, ...]:
    """Return the guards with their lines, and behind them those that the text alone shows."""
    there = written(source.tree)
    placed: list[tuple[GuardFinding, int | None]] = []
    left = list(there)
    for finding in findings:
        own = _same(finding, there)
        left = [guard for guard in left if guard not in own]
        placed.append((finding, own[0].line if own else None))
    for guard in left:
        if guard.kind == "add" and not guard.role:
            continue  # a step, or a penalty
        unseen = GuardFinding(_of_text(guard), guard.role, guard.kind, guard.eps)
        if all(unseen.words != known.words for known, _ in placed):
            placed.append((unseen, guard.line))
    numbers = {str(k): line for k, (_, line) in enumerate(placed) if line is not None}
    lines = quoted(source, path, numbers)
    return tuple(replace(one, line=lines.get(str(k))) for k, (one, _) in enumerate(placed))


def in_words(guard: Guard, case: Case) -> str:
    """Return what a guard is: "1e-12 in the softmax of layer 2, added to the sum of exp(z)"."""
    eps, place = f"{guard.eps:.6g}", guard.place
    activation = f"the {(*case.hidden_layers, case.output)[guard.layer - 1]} of layer {guard.layer}"
    within = f"kept within [-{eps}, {eps}]"
    if place == "denominator":
        return f"{eps} in {activation}, added to {guard.form}"
    if place == "argument":
        return f"{eps} in {activation}, whose z is {within}"
    if place == "derivative" and guard.kind == "plain":
        return f"{eps} in {activation}, but not in its derivative"
    if place == "derivative":
        return f"{eps} in the derivative of {activation}, added"
    if place == "gradient":
        return f"{eps} on the gradients, {within}"
    if place == "update":
        return f"{eps} in the update, where the gradients are {within}"
    where = {
        "output": f"behind {activation}",
        "logarithm": "in the logarithms of the cost",
        "slope": "in the derivative of the cost",
    }[place]
    how = {
        "add": "added",
        "shift": "added to a, and so taken from 1 - a",
        "single": "added to a, and not to 1 - a",
        "clip": f"where a is kept within [{eps}, 1 - {eps}]",
        "floor": "the least that there is",
        "quotient": f"whose divisors are of a within [{eps}, 1 - {eps}]",
        "product": "added to a (1 - a)",
        "delta": f"a - y, where a is kept within [{eps}, 1 - {eps}]",
    }[guard.kind]
    return f"{eps} {where}, {how}"


def _of_text(guard: Written) -> str:
    where = IN.get(guard.role, "")
    return f"{guard.eps:.6g} {'added' if guard.kind == 'add' else 'as a bound'}{where}"


def _moves(
    names: Iterable[str], whole: Mapping[str, Expected], without: Mapping[str, Expected]
) -> dict[str, float]:
    """Return array -> largest change over largest element, where it is more than rounding."""
    moves = {}
    for name in names:
        expected = whole[name]
        change = np.abs(expected.value - without[name].value)
        height = float(np.max(np.abs(expected.value)))
        if np.any(change > expected.sigma) and height > 0:
            moves[name] = float(np.max(change)) / height
    return moves


def _larger(one: GuardFinding, other: GuardFinding) -> GuardFinding:
    names = list({**one.moves, **other.moves})
    largest = {n: max(one.moves.get(n, 0.0), other.moves.get(n, 0.0)) for n in names}
    return replace(one, moves=largest)


def _same(finding: GuardFinding, there: Sequence[Written]) -> list[Written]:
    """Return where a guard stands in the text: what has its size and kind, and best its role."""
    kind = "clip" if finding.kind in CLIPS else "add"
    own = [g for g in there if g.kind == kind and math.isclose(g.eps, finding.eps, rel_tol=1e-6)]
    role = ROLES[finding.place]
    return [guard for guard in own if guard.role == role] or own
