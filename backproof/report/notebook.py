"""A report in a notebook: a fragment of HTML that stands on its own."""

from collections.abc import Iterator
from html import escape

from backproof.report.failure import failures
from backproof.report.lines import count, printable
from backproof.report.model import Report
from backproof.verdict import CaseReport, TargetReport

SIGNS = {"agree": "✓", "differ": "✗", "undecided": "?", "cannot judge": "–", "nothing judged": "–"}
STYLE = """
.backproof { font-family: system-ui, sans-serif; max-width: 60em; line-height: 1.45 }
.backproof table { border-collapse: collapse; margin: .6em 0 }
.backproof th, .backproof td { text-align: left; padding: .15em .9em .15em 0; border: 0 }
.backproof td.number, .backproof th.number { text-align: right }
.backproof pre { white-space: pre-wrap; padding: .6em; margin: .6em 0 }
.backproof pre { border-left: 3px solid #c0392b }
.backproof .agree { color: #1e8449 } .backproof .differ { color: #c0392b; font-weight: 600 }
.backproof .undecided { color: #b9770e; font-weight: 600 }
"""


def as_html(report: Report) -> str:
    """Return a <div> with a table of the cases, and the sentences about what differs."""
    parts = [part for target in report.targets for part in _target(target)]
    return f'<div class="backproof"><style>{STYLE}</style>{"".join(parts)}</div>'


def _target(target: TargetReport) -> Iterator[str]:
    verdict = target.verdict
    head = f"{SIGNS[verdict]} {verdict}"
    yield f'<p><strong class="{verdict.split()[0]}">{head}</strong> {_text(target.target)}</p>'
    if target.refused:
        yield f"<p>{_text(target.refused)}</p>"
    if target.reading:
        yield f"<p>read as: {_text(target.reading)}</p>"
    remarks = [*target.notes, *(f"guard: {guard}" for guard in target.guard_lines)]
    remarks += [f"not judged: {what}: {why}" for what, why in target.left_out]
    if remarks:
        yield f"<ul>{''.join(f'<li>{_text(remark)}</li>' for remark in remarks)}</ul>"
    if target.covers:
        yield f"<p>covers {_text(target.covers)}</p>"
    if target.judged:
        yield from _table(target)
    for case in target.cases:
        if case.refused:
            words = f"cannot judge {case.case}, {case.dtype}: {case.refused}"
            yield f"<p>{SIGNS['cannot judge']} {_text(words)}</p>"
    for case in target.judged:
        lines = [line for line in failures(case, target.target, target.lines) if line]
        if lines:
            yield f"<pre>{chr(10).join(map(_text, lines))}</pre>"


def _table(target: TargetReport) -> Iterator[str]:
    titles = ("verdict", "case", "precision", "largest z", "sensitivity", "first that differs")
    heads = (f"<th{_class(title)}>{title}</th>" for title in titles)
    yield f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>"
    yield from (_row(case) for case in target.judged)
    planted, missed = len(target.controls), len(target.missed)
    yield "</tbody></table>"
    yield f"<p>{count(planted, 'fault')} planted, {planted - missed:,} caught</p>"


def _class(title: str) -> str:
    return ' class="number"' if title in ("largest z", "sensitivity") else ""


def _row(case: CaseReport) -> str:
    findings = [f for verdict in case.verdicts for f in verdict.all_findings]
    z = max((f.z for f in findings if f.size), default=float("nan"))
    sensitivity = max((f.sensitivity for f in findings), default=float("nan"))
    first = next((f.name for f in findings if not f.agrees), "")
    return (
        f'<tr><td class="{case.verdict}">{SIGNS[case.verdict]} {case.verdict}</td>'
        f"<td>{_text(case.case)}</td><td>{case.dtype}</td>"
        f'<td class="number">{z:.2g}</td><td class="number">{sensitivity:.0e}</td>'
        f"<td>{first}</td></tr>"
    )


def _text(words: str) -> str:
    """Return words as HTML that shows them, and nothing else."""
    return escape(printable(words))
