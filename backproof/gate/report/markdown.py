"""The outcome in Markdown, for the page of a CI run."""

from backproof.gate.outcome import Outcome
from backproof.gate.report.text import complaints
from backproof.report.markdown import escaped, fenced


def rendered(outcome: Outcome) -> str:
    """Return the text of the file."""
    blamed = f" ({outcome.blamed})" if outcome.blamed else ""
    lines = [f"## backproof gate: {outcome.verdict}{blamed}\n\n"]
    lines.append("| judgement | verdict | reason |\n|---|---|---|\n")
    for judgement in outcome.judgements:
        cells = (judgement.name, judgement.verdict, judgement.reason)
        lines.append(f"| {' | '.join(map(escaped, cells))} |\n")
    for judgement in outcome.judgements:
        if len(judgement.complaints) > 1:
            summary = f"{judgement.name}: {len(judgement.complaints):,} complaints"
            body = fenced(list(complaints(judgement)))
            lines.append(f"\n<details><summary>{summary}</summary>\n\n{body}\n</details>\n")
    lines += [f"\n{escaped(note)}\n" for note in outcome.notes]
    return "".join(lines)
