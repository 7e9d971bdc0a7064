"""The trends as an SVG file of its own, for a wiki or a badge."""

from collections.abc import Sequence

from backproof.gate.history.runs import Run
from backproof.gate.history.trends import Trend, trends

HEIGHT, WIDTH = 240, 420  # of one trend, in units of the picture
STYLE = """
svg { --ink: #16202a; --line: #c9d2db; --one: #0a66b0; --other: #c77400; --bad: #b3261e }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --line: #3a4754; --one: #5aaef0; --other: #f0a040; --bad: #ff8a7a }
}
"""


def rendered(runs: Sequence[Run]) -> str:
    """Return the text of the file: one trend under the other."""
    drawn = trends(runs)
    height = max(1, len(drawn)) * HEIGHT
    parts = "".join(_placed(number, trend) for number, trend in enumerate(drawn))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">'
        f"<style>{STYLE}</style>{parts}</svg>\n"
    )


def _placed(number: int, trend: Trend) -> str:
    place = f'<svg y="{number * HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return place + str(trend.svg).removeprefix("<svg")
