"""A run as one HTML page that needs nothing else: tables, pictures, and how it was measured.

Importing this module needs the extra `bench`, and says so where it is missing.
"""

from importlib.util import find_spec
from pathlib import Path

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

FOLDERS = (Path(__file__).parent, Path(__file__).parents[2] / "report" / "page")


def rendered(result: Result) -> str:
    """Return the text of the file."""
    import jinja2
    from markupsafe import Markup

    from backproof.bench.pictures import pictures

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawn = pictures(result)
    return environment.get_template("bench.html").render(
        result=result,
        words=sentences(result),
        pictures=[(picture, Markup(picture.svg)) for picture in drawn],
        tables=tables(result),
        missing=list(missing(result)),
        conditions=conditions(result),
        timings=count(sum(bool(t.samples) for t in result.timings), "timing"),
        samples=f"{sum(len(t.samples) for t in result.timings):,}",
    )
