"""A heat map of z over one array, as SVG whose colours the style sheet decides."""

from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

from backproof.compare import Finding
from backproof.pictures import Picture
from backproof.precision import Z_LIMIT
from backproof.report.page.scale import band, short
from backproof.trace import Array

WIDEST = 144  # pixels of the longer side
CELL = 16  # pixels of a cell, at most
LINES = 16  # cells along a side, up to which lines part them


def heatmap(finding: Finding, picture: Picture, own: tuple[int, ...]) -> Markup:
    """Return an <svg> with the worst element outlined.

    own  index of the worst element within the array: without the iteration
    """
    height, width = picture.cells.shape
    pixels = min(CELL, WIDEST / max(height, width))
    parts = [
        f'<svg class="map" role="img" aria-label="{escape(described(finding))}" '
        f'viewBox="0 0 {width} {height}" width="{width * pixels:g}" height="{height * pixels:g}">',
        *_cells(picture.cells),
        _lines(width, height) if max(width, height) <= LINES else "",
        _outline(finding, own, width, height),
        "</svg>",
    ]
    return Markup("".join(parts))


def described(finding: Finding) -> str:
    """Return the sentence that a map shows."""
    sizes = " by ".join(map(str, finding.shape)) or "one number"
    return (
        f"{finding.name}, {sizes}: largest z {short(finding.z)} at {list(finding.index)}; "
        f"{finding.differing:,} of {finding.size:,} elements above {Z_LIMIT:g}"
    )


def _cells(cells: Array) -> Iterator[str]:
    """Yield one path for each band: its cells, those side by side as one bar."""
    bars: dict[str, list[str]] = {}
    for y, row in enumerate(cells.tolist()):
        x = 0
        for name, run in groupby(map(band, row)):
            length = len(list(run))
            bars.setdefault(name, []).append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    for name in sorted(bars):
        yield f'<path class="{name}" d="{"".join(bars[name])}"/>'


def _lines(width: int, height: int) -> str:
    upright = "".join(f"M{x} 0v{height}" for x in range(1, width))
    level = "".join(f"M0 {y}h{width}" for y in range(1, height))
    return f'<path class="lines" d="{upright}{level}"/>' if upright or level else ""


def _outline(finding: Finding, own: tuple[int, ...], width: int, height: int) -> str:
    if finding.agrees or width * height == 1 or not own:
        return ""
    sizes = finding.shape[len(finding.shape) - len(own) :]
    y, x = own[0] * height // sizes[0], 0
    if len(own) > 1:
        inner, columns = 0, 1
        for position, size in zip(own[1:], sizes[1:], strict=True):
            inner, columns = inner * size + position, columns * size
        x = inner * width // columns
    return f'<rect class="worst {band(finding.z)}" x="{x}" y="{y}" width="1" height="1"/>'
