"""What a verdict on a file covers, and what the file shows that nobody judged."""

from collections.abc import Iterable, Mapping, Sequence

from backproof.candidate.letters import Answer
from backproof.own.trials import Trial
from backproof.report.lines import count
from backproof.trace import trace_names
from backproof.verdict import CaseReport


def covered(asked: Sequence[Trial], reports: Sequence[CaseReport]) -> str:
    """Return in words which arrays were compared, and on which trials."""
    depth = max(trial.depth for trial in asked)
    there = {f.name for report in reports for v in report.verdicts for f in v.findings}
    arrays = [name for name in trace_names(depth) if name in there]
    precisions = " and ".join(sorted({report.dtype for report in reports}))
    return "; ".join(
        (
            ", ".join(arrays),
            f"{count(len(asked), 'trial')} of {_numbers({t.depth for t in asked}, 'layer')}",
            f"batches of {_numbers({t.m for t in asked}, 'example')}",
            f"layers {_range(n for t in asked for n in t.layer_dims)} wide",
            precisions,
        )
    )


def unjudged(answer: Answer, asked: Sequence[Trial]) -> dict[str, str]:
    """Return what the file shows on the trials that was not compared, each with why."""
    found: dict[str, str] = {}
    for trial in asked:
        found |= answer.unread.get(trial.name, {})
    return {**found, **_depths_left_out(answer.traces, asked)} if asked else {}


def _depths_left_out(done: Mapping[str, object], asked: Sequence[Trial]) -> dict[str, str]:
    judged = {trial.depth for trial in asked}
    depths = sorted({int(name.partition("-")[0]) for name in done} - judged)
    why = f"enough is known from {_numbers(judged, 'layer')}"
    return {count(depth, "layer"): why for depth in depths}


def _numbers(numbers: Iterable[int], what: str) -> str:
    """Return "2 and 3 layers"."""
    *most, last = sorted(numbers)
    words = f"{', '.join(map(str, most))} and {last}" if most else str(last)
    return f"{words} {what}" if not most and last == 1 else f"{words} {what}s"


def _range(numbers: Iterable[int]) -> str:
    there = sorted(set(numbers))
    return f"{there[0]} to {there[-1]}"
