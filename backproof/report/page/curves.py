"""Lines over the iterations of a training: the cost, the largest z, the distance of two."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from backproof.drift import Drift
from backproof.precision import Z_LIMIT
from backproof.report.page.drawing import BAD, INK, ONE, OTHER, drawing, plain_numbers
from backproof.trace import Array

LONG = 1000  # iterations from which their axis is logarithmic
STEEP = 100  # ratio of the largest to the smallest cost from which the cost's axis is, too


def cost_curve(name: str, curve: Array, sentence: str) -> Markup:
    """Return the cost of a candidate, and the cost expected of its own parameters.

    curve  (points, 3)  as in a Picture
    """
    curve = curve[np.isfinite(curve).all(axis=1)]
    with drawing(name, sentence) as drawn:
        axes = drawn.axes
        mark = "." if len(curve) <= 20 else ""
        axes.plot(curve[:, 0], curve[:, 2], color=OTHER, linewidth=4, alpha=0.55, label="expected")
        axes.plot(curve[:, 0], curve[:, 1], color=ONE, marker=mark, label="actual")
        costs = curve[:, 1:]
        if costs.size and costs.min() > 0 and costs.max() > STEEP * costs.min():
            axes.set_yscale("log")
            plain_numbers("y", axes)
        _iterations(axes, int(curve[-1, 0]) if len(curve) else 1)
        axes.set_ylabel("cost")
        axes.legend()
    return drawn.svg


def largest_z(name: str, lines: Sequence[Array], iterations: int, sentence: str) -> Markup:
    """Return the largest z of any array at each iteration.

    lines  (points,) of each array, as `steps` in a Picture
    """
    z = np.fmax.reduce(np.asarray(lines))
    at = np.arange(len(z)) * iterations // len(z) + 1
    finite = np.isfinite(z)
    with drawing(name, sentence) as drawn:
        axes, top = drawn.axes, float(z[finite].max(initial=0))
        mark = "." if len(z) <= 20 else ""
        axes.plot(
            at[finite], np.maximum(z[finite], 0.01), color=ONE, marker=mark, label="largest z"
        )
        axes.axhline(Z_LIMIT, color=BAD, linestyle="--", label=f"{Z_LIMIT:g} allowed")
        if top > 10 * Z_LIMIT:
            axes.set_yscale("log")
            plain_numbers("y", axes)
        else:
            axes.set_ylim(0, max(1.1 * top, 1.25 * Z_LIMIT))
        _iterations(axes, iterations)
        axes.set_ylabel("z")
        axes.legend()
    return drawn.svg


def distance(name: str, drift: Sequence[Drift], sentence: str) -> Markup:
    """Return how far two candidates part when each runs on its own, and the forecast."""
    at = [d.iterations for d in drift]
    with drawing(name, sentence) as drawn:
        axes = drawn.axes
        axes.plot(at, [d.distance or np.nan for d in drift], color=ONE, marker="o", label="apart")
        forecast = [d.forecast or np.nan for d in drift]
        axes.plot(at, forecast, color=INK, linestyle="--", marker="s", label="forecast, one sigma")
        axes.set_yscale("log")
        plain_numbers("y", axes)
        _iterations(axes, at[-1], logarithmic=True)
        axes.set_ylabel("distance of parameters")
        axes.legend()
    return drawn.svg


def _iterations(axes: Axes, last: int, logarithmic: bool = False) -> None:
    if logarithmic or last >= LONG:
        axes.set_xscale("log")
        plain_numbers("x", axes)
    elif last <= 10:
        axes.set_xticks(range(1, last + 1))
    axes.set_xlabel("iteration")
