"""Many targets: a row each, then what is wrong with those that do not agree."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rich.console import Console
from rich.text import Text

from backproof.report.failure import failures
from backproof.report.lines import COLOURS, count, printable, short, write
from backproof.report.model import Report
from backproof.verdict import RANKS, TargetReport

WIDTH = 100  # characters of a plain line
LEAST = 30  # characters that there are for what was found, on however narrow a terminal
VERDICT = 16  # characters of the first column
NAME = 40  # characters of a path; of a longer one, its end is shown


def print_summary(report: Report, console: Console) -> None:
    """Print the rows, the details, and how many there are of each verdict."""
    rows = [_row(target) for target in report.targets]
    width = console.width if console.is_terminal else WIDTH
    for (verdict, *_), line in zip(rows, _lines(rows, width), strict=True):
        console.print(
            Text.assemble((verdict, COLOURS[verdict]), printable(line.removeprefix(verdict))),
            soft_wrap=True,
            highlight=False,
        )
    for target in report.targets:
        for line in _details(target):
            write(console, line)
    write(console, "")
    write(console, _counts(report))


def _row(target: TargetReport) -> tuple[str, ...]:
    name = target.target if len(target.target) <= NAME else f"…{target.target[1 - NAME :]}"
    return target.verdict, name, _found(target), target.reading


def _found(target: TargetReport) -> str:
    """Return the first array that does not agree, or why nothing is known, or the first note."""
    if target.refused:
        return _bare(target)
    for case in target.judged:
        for verdict in case.verdicts:
            for finding in verdict.all_findings:
                if not finding.agrees:
                    return f"{finding.name} on {case.case}, {case.dtype}"
    failed = next((case for case in target.cases if case.refused), None)
    if failed:
        return f"{failed.case}: {failed.refused}"
    if target.verdict == "nothing judged":
        return "a planted fault passed" if target.missed else "no case was judged"
    return target.notes[0] if target.notes else ""


def _bare(target: TargetReport) -> str:
    """Return why a target was refused, without its name in front."""
    sentence = target.refused
    for name in (target.target, target.target.rpartition("/")[2]):
        sentence = sentence.removeprefix(f"{name}: ").removeprefix(f"{name} ")
    return sentence


def _lines(rows: list[tuple[str, ...]], width: int) -> Iterator[str]:
    """Yield a line a row; what does not fit into `width` characters is cut at its end."""
    names = max(len(name) for _, name, _, _ in rows)
    found = max([len(found) for _, _, found, reading in rows if reading and len(found) < 40] + [0])
    for verdict, name, what, reading in rows:
        left = f"{verdict:<{VERDICT}}{name:<{names}}  "
        right = f"{what:<{found}}  {reading}" if reading else what
        yield (left + short(right, max(width - len(left), LEAST))).rstrip()


def _details(target: TargetReport) -> Iterator[str]:
    """Yield what is known of a target that does not agree; of its failures, the first of a kind."""
    if target.verdict == "agree":
        return
    yield ""
    yield f"{target.target}: {target.verdict}"
    yield from heading(target)
    if target.refused:
        yield f"because   {_bare(target)}"
        return
    for control in target.missed[:1]:
        yield f"missed    {control.name}: {control.fault}, so that nothing was judged"
    bad = [case for case in target.judged if case.verdict != "agree"]
    for case in bad[:1]:
        yield from islice(failures(case, target.target, target.lines), 1, None)
    failed = [case for case in target.cases if case.refused]
    for case in failed[:1]:
        yield f"failed    {case.case}, {case.dtype}: {case.refused}"
    if not target.judged:
        yield from (f"skipped   {why}" for why in dict.fromkeys(c.skipped for c in target.cases))
    if others := len(bad[1:]) + len(failed[1:]):
        yield f"and       {count(others, 'more case')}: backproof check {target.target}"


def heading(target: TargetReport) -> Iterator[str]:
    """Yield how a target was read, what the user should know, and what was not judged."""
    if target.reading:
        yield f"read as: {target.reading}"
    for note in target.notes:
        yield f"note: {note}"
    for guard in target.guard_lines:
        yield f"guard: {guard}"
    for what, why in target.left_out:
        yield f"not judged: {what}: {why}"


def _counts(report: Report) -> str:
    numbers = Counter(target.verdict for target in report.targets)
    words = [f"{numbers[verdict]:,} {verdict}" for verdict in reversed(RANKS) if numbers[verdict]]
    return f"{count(len(report.targets), 'file')}: {', '.join(words)}"
