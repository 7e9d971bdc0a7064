"""Pictures of a run: time against size, and the share of the matrix products, logarithmic.

Importing this module needs the extra `bench`, and says so where it is missing.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from backproof.bench.ink import LIGHT, STANDING_IN, line_of, style_sheet
from backproof.bench.result import CUDA_PRODUCTS, PRODUCTS, Result, Sweep, Timing, sweeps
from backproof.errors import BackproofError
from backproof.report.lines import printable, short

if find_spec("matplotlib") is None:
    raise BackproofError("Pictures need matplotlib: pip install backproof[bench].")

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from backproof.report.page.drawing import any_letter

SIZE = (7.6, 4.6)  # inches
LONGEST = 40  # characters of a name
GAP = 0.052  # between two labels, as a share of the height
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True)
class Picture:
    """A picture with its title, and what it says in words."""

    name: str
    title: str
    words: str
    svg: str
    png: bytes


def pictures(result: Result) -> list[Picture]:
    """Return two pictures for each sweep: times, and shares of the matrix products."""
    return [picture for sweep in sweeps(result) for picture in _of_sweep(result, sweep)]


def _of_sweep(result: Result, sweep: Sweep) -> Iterator[Picture]:
    first = sweep.workloads[0]
    tail = f"{sweep.over}-{sweep.fixed.replace(' ', '-').replace(',', '')}-{first.precision}"
    title = f"Time of a training step, {sweep.fixed}, {first.precision}"
    words = "Lower is faster; both axes are logarithmic; each point is a median of its rounds."
    yield _picture(f"time-{tail}", title, words, _times(result, sweep))
    yield _picture(
        f"share-{tail}",
        f"How near a step is to its matrix products, {sweep.fixed}, {first.precision}",
        "1 means that a step takes as long as its matrix products alone, by NumPy's BLAS.",
        _shares(result, sweep),
    )


@dataclass(frozen=True)
class Plot:
    """What is drawn: the lines by name of implementation, and how the axes are written."""

    lines: Mapping[str, tuple[list[int], list[float]]]
    below: str
    beside: str
    of_time: bool


def _times(result: Result, sweep: Sweep) -> Plot:
    names = [*result.implementations, PRODUCTS, CUDA_PRODUCTS]
    return Plot(
        _lines(result, sweep, names, lambda t: t.median), _axis(sweep), "time of a step", True
    )


def _shares(result: Result, sweep: Sweep) -> Plot:
    names = [n for n in result.implementations if result.line(n, list(sweep.workloads))]
    return Plot(
        _lines(result, sweep, names, lambda t: result.share(t) or float("nan")),
        _axis(sweep),
        "time of the products / time of the step",
        False,
    )


def _axis(sweep: Sweep) -> str:
    return "units in each layer" if sweep.over == "width" else "examples in the batch"


def _lines(
    result: Result, sweep: Sweep, names: list[str], height: Any
) -> dict[str, tuple[list[int], list[float]]]:
    found = {}
    for name in names:
        line: list[Timing] = result.line(name, list(sweep.workloads))
        if line:
            found[name] = ([sweep.at(t.workload) for t in line], [height(t) for t in line])
    return found


def _picture(name: str, title: str, words: str, plot: Plot) -> Picture:
    svg = _drawn(plot, title, STANDING_IN, "svg").decode("utf-8")
    return Picture(name, title, words, _followed(svg, name, f"{title}. {words}"),
                   _drawn(plot, title, LIGHT, "png"))  # fmt: skip


def _drawn(plot: Plot, title: str, colours: Mapping[str, str], kind: str) -> bytes:
    with mpl.rc_context(_style(colours)), any_letter():
        figure = Figure(figsize=SIZE)
        figure.subplots_adjust(left=0.105, right=0.765, top=0.86, bottom=0.125)
        axes = figure.add_subplot()
        _fill(axes, plot, title, colours)
        out = BytesIO()
        metadata = NO_METADATA if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=160, metadata=metadata)
    return out.getvalue()


def _style(colours: Mapping[str, str]) -> dict[Any, Any]:
    return {
        "svg.fonttype": "none",
        "text.parse_math": False,  # a name may hold dollars
        "svg.hashsalt": "backproof",
        "font.family": "sans-serif",
        "font.size": 10.5,
        "figure.facecolor": colours["paper"],
        "savefig.facecolor": colours["paper"],
        "axes.facecolor": colours["paper"],
        "text.color": colours["ink"],
        "axes.labelcolor": colours["soft"],
        "axes.edgecolor": colours["line"],
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": colours["line"],
        "grid.linewidth": 0.8,
        "axes.axisbelow": True,
        "xtick.color": colours["soft"],
        "ytick.color": colours["soft"],
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }


def _fill(axes: Axes, plot: Plot, title: str, colours: Mapping[str, str]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    ends: dict[str, tuple[float, str]] = {}
    for name, (x, y) in plot.lines.items():
        line = line_of(name)
        axes.plot(
            x, y, color=colours[line.role], marker=line.mark, linestyle=line.dash,
            linewidth=line.width, markersize=4.5, markeredgewidth=0,
        )  # fmt: skip
        ends[name] = (y[-1], colours[line.role])
    sizes = sorted({size for x, _ in plot.lines.values() for size in x})
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    written = _duration if plot.of_time else lambda value, _: f"{value:g}"
    axes.yaxis.set_major_formatter(FuncFormatter(written))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(NullLocator())
    if not plot.of_time:
        axes.axhline(1.0, color=colours["soft"], linewidth=1.0)
        axes.set_ylim(top=max(1.6, axes.get_ylim()[1]))
    axes.set_xlabel(plot.below)
    axes.set_title(title, loc="left", fontsize=12, x=-0.11, pad=24, color=colours["ink"])
    axes.text(-0.11, 1.03, plot.beside, transform=axes.transAxes, color=colours["soft"])
    _label(axes, ends)


def _label(axes: Axes, ends: Mapping[str, tuple[float, str]]) -> None:
    """Write each name beside the end of its line, in its colour, none over another."""
    low, high = (math.log(limit) for limit in axes.get_ylim())
    heights = {name: (math.log(y) - low) / (high - low) for name, (y, _) in ends.items()}
    for name, height in _spread(heights).items():
        colour = ends[name][1]
        axes.plot(
            [0.965, 1.03], [heights[name], height], transform=axes.transAxes, clip_on=False,
            color=colour, linewidth=0.8, marker="", linestyle="-",
        )  # fmt: skip
        axes.text(
            1.04,
            height,
            short(printable(name), LONGEST),
            transform=axes.transAxes,
            color=colour,
            va="center",
            fontsize=10,
        )


def _spread(heights: Mapping[str, float]) -> dict[str, float]:
    """Return heights at least GAP apart and within the axes, each as near to its own as may be.

    Neighbours that touch become a group about the middle of its members' heights.
    """
    groups: list[tuple[list[str], float]] = []
    for name in sorted(heights, key=lambda name: heights[name]):
        names, middle = [name], heights[name]
        while True:
            half = GAP * (len(names) - 1) / 2
            middle = max(half, min(1 - half, middle))
            if not groups or middle - groups[-1][1] >= GAP * (len(names) + len(groups[-1][0])) / 2:
                break
            names = groups.pop()[0] + names
            middle = sum(heights[n] for n in names) / len(names)
        groups.append((names, middle))
    return {
        name: middle + GAP * (k - (len(names) - 1) / 2)
        for names, middle in groups
        for k, name in enumerate(names)
    }


def _duration(seconds: float, _: object = None) -> str:
    """Return 10 µs, 1 ms, 1 s."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.999 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds / 1e-9:,.0f} ns"


def _followed(svg: str, name: str, sentence: str) -> str:
    """Return an SVG whose colours follow the reader's choice of light or dark."""
    from html import escape

    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'((?: id|xlink:href)="#?|url\(#)', rf"\g<1>{name}-", svg)
    for role, colour in STANDING_IN.items():
        svg = svg.replace(colour, f"var(--bench-{role})")
    head, _, rest = svg.partition(">")
    title = f"<title>{escape(sentence)}</title><style>{style_sheet()}</style>"
    return f'{head} role="img">{title}{rest}'
