"""The outcome for a person: a line for each judgement, what is wrong, and the verdict."""

from collections.abc import Iterator
from itertools import groupby, islice

from rich.console import Console
from rich.text import Text

from backproof.gate.judgement import CANNOT, GREEN, RED, TWINS, Judgement
from backproof.gate.outcome import Outcome
from backproof.report.failure import failures
from backproof.report.lines import count, printable, write

COLOURS = {GREEN: "green", RED: "red", CANNOT: "yellow"}
SHOWN = 5  # complaints of one kind, and failures in full


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Print it; the last line is the verdict, and which judgements gave it."""
    for judgement in outcome.judgements:
        console.print(
            Text.assemble(
                f"{judgement.name:<12}",
                (f"{judgement.verdict:<14}", COLOURS.get(judgement.verdict, "")),
                printable(judgement.reason),
            ),
            soft_wrap=True,
            highlight=False,
        )
    for line in (*_all_complaints(outcome), *_in_full(outcome), "", *_closing(outcome)):
        write(console, line)
    words = f"{outcome.verdict}: {outcome.blamed}" if outcome.blamed else outcome.verdict
    console.print(f"[bold {COLOURS[outcome.verdict]}]{words}[/]", highlight=False)


def _all_complaints(outcome: Outcome) -> Iterator[str]:
    """Yield the complaints of each judgement that has more than its reason."""
    for judgement in outcome.judgements:
        if len(judgement.complaints) > 1:
            yield ""
            yield from complaints(judgement)


def complaints(judgement: Judgement) -> Iterator[str]:
    """Yield a line a complaint; of each kind the first few, and how many more there are."""
    for kind, group in groupby(judgement.complaints, key=lambda complaint: complaint.kind):
        found = list(group)
        yield from (f"{judgement.name:<12}{one.sentence}" for one in found[:SHOWN])
        if len(found) > SHOWN:
            yield f"{judgement.name:<12}and {len(found) - SHOWN:,} more: {kind}"


def _in_full(outcome: Outcome) -> Iterator[str]:
    """Yield what `backproof check` says about the first cases that differ without an excuse."""
    places = [
        complaint.place
        for judgement in outcome.judgements
        for complaint in judgement.complaints
        if complaint.kind == "difference"
    ]
    blamed = {(place.target, place.case, place.dtype) for place in places}
    told = (
        failures(case, target.target, target.lines)
        for target in outcome.report.targets
        for case in target.judged
        if (target.target or TWINS, case.case, case.dtype) in blamed
    )
    for lines in islice(told, SHOWN):
        yield from lines


def _closing(outcome: Outcome) -> Iterator[str]:
    yield from (f"note: {note}" for note in outcome.notes)
    report = outcome.report
    judged = sum(len(target.judged) for target in report.targets)
    planted, missed = len(report.controls), len(report.missed)
    yield (
        f"{count(judged, 'case')} judged, {count(report.arrays, 'array')} compared; "
        f"{count(planted, 'fault')} planted, {planted - missed:,} caught"
    )
