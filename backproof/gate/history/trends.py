"""What changes from run to run, drawn: the largest z, the sensitivity, how much slower."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from backproof.gate.history.points import change_points
from backproof.gate.history.runs import Run
from backproof.precision import Z_LIMIT
from backproof.report.lines import count, printable, short
from backproof.report.page.drawing import BAD, FAINT, ONE, OTHER, drawing, plain_numbers

LARGEST = 1e100  # what is drawn; with more, the scale of a picture overflows
LONGEST = 40  # characters of a name
TITLES = {
    "z": "the largest z",
    "sensitivity": "the worst sensitivity",
    "ratio": "slower than the base, in %",
}


@dataclass(frozen=True)
class Trend:
    """One kind of number over the runs.

    sentence  what the drawing shows
    changes   name of a series -> the numbers of the runs, from 1, at which it changes
    """

    kind: str
    title: str
    svg: Markup
    sentence: str
    changes: dict[str, list[int]]


def trends(runs: Sequence[Run]) -> list[Trend]:
    """Return a trend for each kind of number that the runs hold, at least two of it."""
    return [trend for kind in TITLES for trend in _trend(kind, runs)]


def _trend(kind: str, runs: Sequence[Run]) -> list[Trend]:
    names = sorted({name for run in runs for name in run.series.get(kind, {})})
    lines = {name: _line(kind, name, runs) for name in names}
    lines = {name: line for name, line in lines.items() if len(line[0]) > 1}
    if not lines:
        return []
    changes = {
        name: [at[point] for point in points]
        for name, (at, values) in lines.items()
        if (points := change_points(values))
    }
    sentence = _sentence(kind, len(runs), len(lines), changes)
    with drawing(f"trend-{kind}", sentence) as drawn:
        for name, (at, values) in lines.items():
            changing = short(printable(name), LONGEST) if name in changes else ""
            _draw(drawn.axes, at, values, changing)
        for point in sorted({point for points in changes.values() for point in points}):
            drawn.axes.axvline(point - 0.5, color=OTHER, linestyle=":")
        _dress(drawn.axes, kind)
    return [Trend(kind, TITLES[kind], drawn.svg, sentence, changes)]


def _line(kind: str, name: str, runs: Sequence[Run]) -> tuple[list[int], list[float]]:
    """Return the runs that have a number that can be drawn, from 1, and the numbers."""
    found = [(n, run.series.get(kind, {}).get(name)) for n, run in enumerate(runs, 1)]
    there = [(n, value) for n, value in found if value is not None and abs(value) < LARGEST]
    scale = 100 if kind == "ratio" else 1
    return [n for n, _ in there], [scale * value for _, value in there]


def _sentence(kind: str, runs: int, lines: int, changes: dict[str, list[int]]) -> str:
    words = f"{TITLES[kind][0].upper()}{TITLES[kind][1:]}, {count(lines, 'line')} over {runs} runs"
    if not changes:
        return f"{words}: nothing changes."
    where = [f"{name} at run {', '.join(map(str, at))}" for name, at in changes.items()]
    return f"{words}; changes: {'; '.join(where)}."


def _draw(axes: Axes, at: list[int], values: list[float], changing: str) -> None:
    colour = OTHER if changing else ONE
    axes.plot(at, values, color=colour, marker="." if len(at) <= 40 else "", linewidth=1.2)
    if changing:
        axes.annotate(
            changing, (at[-1], values[-1]), (0, 9), textcoords="offset points", ha="right", size=9
        )


def _dress(axes: Axes, kind: str) -> None:
    axes.set_xlabel("run")
    axes.set_ylabel(TITLES[kind])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if kind == "z":
        axes.axhline(Z_LIMIT, color=BAD, linestyle="--", label=f"{Z_LIMIT:g} allowed")
        axes.set_ylim(bottom=0)
        axes.legend()
    elif kind == "sensitivity":
        axes.set_yscale("log")
        plain_numbers("y", axes)
    else:
        axes.axhline(0, color=FAINT)
