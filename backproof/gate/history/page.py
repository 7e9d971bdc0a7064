"""The history as an HTML page that needs nothing else."""

from collections.abc import Sequence

from backproof.gate.history.runs import Run
from backproof.gate.history.trends import trends
from backproof.report.html import templates

SHOWN = 50  # of the newest runs, in the table


def rendered(runs: Sequence[Run]) -> str:
    """Return the text of the file."""
    numbered = list(enumerate(runs, 1))
    return (
        templates()
        .get_template("history.html")
        .render(
            trends=trends(runs),
            runs=numbered[: -SHOWN - 1 : -1],
            total=len(runs),
            judgements=sorted({name for run in runs for name in run.verdicts}),
        )
    )
