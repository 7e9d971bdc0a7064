"""A figure of matplotlib as SVG within a page: its colours are the page's, its ids its own."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from backproof.report.lines import printable
from backproof.report.page.scale import power

# What is drawn in one of these gets the colour that the style sheet gives the variable: the page
# may be dark. No other thing is drawn in them.
INK, FAINT, ONE, OTHER, BAD = (f"#00000{n}" for n in range(1, 6))
VARIABLES = {INK: "--ink", FAINT: "--line", ONE: "--one", OTHER: "--other", BAD: "--bad"}
SIZE = (5.2, 2.9)  # inches: wide enough for a desktop, with letters that a phone can show
WITHIN = (0.17, 0.19, 0.81, 0.77)  # left, bottom, width, height of the axes, in shares of SIZE
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name may hold dollars
    "svg.hashsalt": "backproof",  # the same report gives the same page
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


class Drawing:
    """A figure with one pair of axes; `svg` is there once the block is left."""

    axes: Axes
    svg: Markup


@contextmanager
def any_letter() -> Iterator[None]:
    """Draw letters that the font does not have as well: the reader's browser may."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


@contextmanager
def drawing(name: str, sentence: str) -> Iterator[Drawing]:
    """Yield a drawing to be filled in.

    name      unique within the page; stands before every id
    sentence  what the figure shows, for those who do not see it
    """
    drawn = Drawing()
    with mpl.rc_context(STYLE), any_letter():
        figure = Figure(figsize=SIZE)
        drawn.axes = figure.add_axes(WITHIN)
        yield drawn
        text = StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata=NO_METADATA)
    drawn.svg = Markup(_inlined(text.getvalue(), name, sentence))


def plain_numbers(axis: str, axes: Axes) -> None:
    """Write the numbers of a logarithmic axis as plain text: 1,000 or 1e-17."""
    which = axes.xaxis if axis == "x" else axes.yaxis
    which.set_major_formatter(FuncFormatter(lambda value, _: _number(value)))
    which.set_minor_formatter(NullFormatter())


def _number(value: float) -> str:
    if 1 <= value < 1e5:
        return f"{value:,.0f}"
    return f"{value:g}" if 1e-3 <= value < 1 else power(value)


def _inlined(svg: str, name: str, sentence: str) -> str:
    """Return the <svg> alone, without what only a file of its own needs."""
    svg = svg[svg.index("<svg") :]
    svg = (
        re.sub(r'\s(xmlns(:\w+)?|version|width|height)="[^"]*"', "", svg[: svg.index(">")])
        + (svg[svg.index(">") :])
    )
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r'((?: id|href)="#?|url\(#)', rf"\g<1>{name}-", svg)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    label = escape(printable(sentence))
    return svg.replace("<svg", f'<svg class="figure" role="img" aria-label="{label}"', 1)
