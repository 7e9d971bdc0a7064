"""A run as one HTML page that needs nothing else: tables, pictures, and how it was measured.

Importing this module needs the extra `bench`, and says so where it is missing.
"""

from importlib.util import find_spec

from backproof.bench.crossing import sentences
from backproof.bench.result import Result
from backproof.bench.tables import missing, tables
from backproof.bench.text import conditions
from backproof.errors import BackproofError
from backproof.report.lines import count

MISSING = [name for name in ("jinja2", "matplotlib") if find_spec(name) is None]
if MISSING:
    raise BackproofError(
        f"A page of benchmarks needs {' and '.join(MISSING)}: pip install backproof[bench]."
    )


def rendered(result: Result) -> str:
    """Return the text of the file."""
    from markupsafe import Markup

    from backproof.bench.pictures import pictures
    from backproof.report.html import templates

    return (
        templates()
        .get_template("bench.html")
        .render(
            words=sentences(result),
            pictures=[(picture, Markup(picture.svg)) for picture in pictures(result)],
            tables=tables(result),
            missing=list(missing(result)),
            conditions=conditions(result),
            timings=count(sum(bool(t.samples) for t in result.timings), "timing"),
            samples=f"{sum(len(t.samples) for t in result.timings):,}",
            environment={"date": result.date, **result.environment},
        )
    )
