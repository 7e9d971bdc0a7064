"""The histogram of z over all elements, against the normal curve."""

import numpy as np
from markupsafe import Markup

from backproof.pictures import BINS, EDGES
from backproof.precision import Z_LIMIT
from backproof.report.page.drawing import BAD, INK, ONE, drawing, plain_numbers
from backproof.trace import Array

TAIL = 0.8  # width of the bars that stand for all that is further off


def sentence(counts: Array) -> str:
    """Return in words what the histogram shows; counts as in a Picture."""
    total, inside = int(counts.sum()), counts[1:-1]
    middles = (EDGES[:-1] + EDGES[1:]) / 2
    near = int(inside[np.abs(middles) < 3].sum())
    return (
        f"{total:,} elements: {near:,} within ±3, "
        f"{int(inside.sum()) - near:,} between 3 and {Z_LIMIT:g}, {int(counts[0]):,} below "
        f"−{Z_LIMIT:g}, {int(counts[-1]):,} above {Z_LIMIT:g}"
    )


def histogram(name: str, counts: Array) -> Markup:
    """Return the figure; the scale of the counts is logarithmic, so that a single one shows."""
    with drawing(name, sentence(counts)) as drawn:
        axes, width = drawn.axes, EDGES[1] - EDGES[0]
        axes.stairs(counts[1:-1], EDGES, baseline=0.5, fill=True, color=ONE)
        tails = (-Z_LIMIT - TAIL, Z_LIMIT)
        for left, count in zip(tails, (counts[0], counts[-1]), strict=True):
            if count:
                axes.bar(left, count - 0.5, TAIL, 0.5, align="edge", color=BAD, hatch="//")
        z = np.linspace(-5, 5, 2 * BINS + 1)
        curve = counts.sum() * width * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        seen = curve >= 0.5
        axes.plot(z[seen], curve[seen], color=INK)
        for limit in (-Z_LIMIT, Z_LIMIT):
            axes.axvline(limit, color=BAD, linestyle="--", linewidth=1)
        axes.set_yscale("log")
        axes.set_ylim(0.5, max(10.0, 4.0 * counts.max(), 4.0 * curve.max()))
        axes.set_xlim(-Z_LIMIT - TAIL - 0.2, Z_LIMIT + TAIL + 0.2)
        axes.set_xticks([-8, -4, -2, 0, 2, 4, 8])
        axes.set_xlabel("z = (actual − expected) / sigma")
        axes.set_ylabel("elements")
        plain_numbers("y", axes)
    return drawn.svg
