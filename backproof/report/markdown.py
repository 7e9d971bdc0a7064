"""A report in Markdown, for the page of a CI run: bounded, and safe whatever a file is called.

Nothing that comes from a stranger is markup: inline it stands with its punctuation as character
references, elsewhere in a fenced block whose fence is longer than any run of backticks inside.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backproof.report.failure import failures
from backproof.report.lines import count, printable
from backproof.report.model import Report, environment
from backproof.report.rows import HEADER, case_rows
from backproof.report.summary import heading as heading_of
from backproof.verdict import CaseReport, TargetReport, Verdict

LIMIT = 1 << 20  # bytes: the most that GitHub takes for the summary of one step
CUT = "\n**The report is cut here: more does not fit into a summary.** Use `--json FILE`.\n"
VERSIONS = ("backproof", "numpy", "torch", "python", "isolation")
FIRST = "first that does not agree"

# Whatever could begin something: code, emphasis, HTML, a cell, a link, a heading, a mention,
# mathematics, a workflow command.  Underscores inside a word and single colons begin nothing.
MARKUP = re.compile(
    r"[!#$&*<>@\[\\\]^`{|}~]|(?<![^\W_])_|_(?![^\W_])|:(?=[:/])|(?<=:):|(?<=www)\.", re.IGNORECASE
)


def rendered(report: Report) -> str:
    """Return the text of the file, in at most LIMIT bytes."""
    return within(LIMIT, report)


def within(room: int, report: Report) -> str:
    """Return the report in at most `room` bytes; where it is cut, a sentence says so."""
    kept, size = [], len(CUT.encode())
    for block in _blocks(report):
        size += len(block.encode())
        if size > room:
            kept.append(CUT)
            break
        kept.append(block)
    text = "".join(kept)
    return text if len(text.encode()) <= room else ""


def escaped(text: str) -> str:
    """Return a text that reads the same and is no markup, for a line or a cell of a table."""
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def fenced(lines: Sequence[str]) -> str:
    """Return a block of code; none of its lines is a workflow command, should a log show it."""
    shown = "\n".join(re.sub(r"^(\s*):(?=:)", r"\1: ", printable(line)) for line in lines)
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}text\n{shown}\n{fence}\n"


def _blocks(report: Report) -> Iterator[str]:
    """Yield the report in pieces, each of which may be the last."""
    judged = sum(len(target.judged) for target in report.targets)
    planted = len(report.controls)
    yield f"## backproof: {report.verdict}\n\n"
    yield (
        f"{count(judged, 'case')} judged, {count(report.arrays, 'array')} compared; "
        f"{count(planted, 'fault')} planted, {planted - len(report.missed):,} caught  \n"
    )
    versions = environment()
    yield f"{escaped(', '.join(f'{name} {versions[name]}' for name in VERSIONS))}\n"
    if len(report.targets) == 1:
        yield from _target(report.targets[0])
        return
    yield from _overview(report)
    for target in report.targets:
        if target.verdict != "agree":
            yield f"\n### {target.verdict}: {escaped(target.target)}\n"
            yield from _target(target)


def _overview(report: Report) -> Iterator[str]:
    yield _head(["verdict", "file", FIRST])
    for target in report.targets:
        bad = next((case for case in target.judged if case.verdict != "agree"), None)
        found = f"{_first(bad)} on {bad.case}, {bad.dtype}" if bad else target.refused
        yield _row([target.verdict, target.target, found])


def _target(target: TargetReport) -> Iterator[str]:
    if target.refused:
        yield f"\n{escaped(target.refused)}\n"
        return
    heading = [*heading_of(target), *([f"covers {target.covers}"] if target.covers else [])]
    if heading:
        yield "\n" + "".join(f"* {escaped(line)}\n" for line in heading)
    if target.judged:
        yield _head([*HEADER, FIRST])
        firsts = {(case.case, case.dtype): _first(case) for case in target.judged}
        for row in case_rows(target):
            yield _row([*row, firsts.get((row[1], row[2]), "")])
    yield "\n"
    for case in target.cases:
        if case.refused:
            yield f"* cannot judge {escaped(f'{case.case}, {case.dtype}: {case.refused}')}\n"
    for why in dict.fromkeys(case.skipped for case in target.cases if case.skipped):
        number = sum(case.skipped == why for case in target.cases)
        yield f"* {count(number, 'case')} skipped: {escaped(why)}\n"
    for control in target.missed[:5]:
        yield f"* missed {escaped(f'{control.name}: {control.fault}')}\n"
    yield from _details(target)


def _details(target: TargetReport) -> Iterator[str]:
    """Yield what is known of each candidate on each case; the first is unfolded."""
    opened = " open"
    for case in target.judged:
        for verdict in case.verdicts:
            if verdict.verdict != "agree":
                head, *lines = told(verdict, case, target)
                yield f"\n<details{opened}><summary>{escaped(head)}</summary>\n\n"
                yield f"{fenced(lines)}\n</details>\n"
                opened = ""


def told(verdict: Verdict, case: CaseReport, target: TargetReport) -> list[str]:
    """Return what the report for a person says about one candidate on one case: whom, then what."""
    alone = replace(case, verdicts=[verdict])
    return [line for line in failures(alone, target.target, target.lines) if line]


def _first(case: CaseReport) -> str:
    """Return the first array of a case that does not agree, or ""."""
    findings = (f for verdict in case.verdicts for f in verdict.all_findings)
    return next((f.name for f in findings if not f.agrees), "")


def _head(titles: Sequence[str]) -> str:
    return f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |\n"
