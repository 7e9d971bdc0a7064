"""A report as one HTML page that needs nothing else: no network, no script.

Importing this module needs the extra `html`, and says so where it is missing.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from backproof.errors import BackproofError
from backproof.report.lines import count, printable
from backproof.report.model import Report, environment
from backproof.report.notebook import SIGNS
from backproof.verdict import RANKS

if TYPE_CHECKING:
    import jinja2

MISSING = [name for name in ("jinja2", "matplotlib") if find_spec(name) is None]
if MISSING:
    raise BackproofError(
        f"An HTML report needs {' and '.join(MISSING)}: pip install backproof[html]."
    )

PAGE = Path(__file__).parent / "page"


def templates() -> "jinja2.Environment":
    """Return the templates of this package's pages; every value is escaped."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE),
        autoescape=True,
        finalize=_printable,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def rendered(report: Report) -> str:
    """Return the text of the file."""
    from backproof.report.page import content, histogram, matrix, scale

    alone = len(report.targets) == 1
    targets = [content.target(n, t, alone) for n, t in enumerate(report.targets, 1)]
    judged = [case for target in report.targets for case in target.judged]
    counts = content.counted(judged)
    return (
        templates()
        .get_template("report.html")
        .render(
            report=report,
            targets=targets,
            alone=alone,
            title=targets[0].name if alone else count(len(targets), "file"),
            tally=[(v, n) for v in RANKS if (n := [t.verdict for t in report.targets].count(v))],
            facts=content.facts(judged, report.controls),
            histogram=histogram.histogram("histogram", counts) if counts.any() else None,
            histogram_words=histogram.sentence(counts),
            environment=environment(),
            legend=scale.legend(),
            signs=SIGNS,
            kinds=matrix.KINDS,
            band=scale.band,
            short=scale.short,
        )
    )


def _printable(value: object) -> object:
    """Return what a template writes, with nothing in it that cannot be printed."""
    return printable(value) if type(value) is str else value
