"""Colours and lines of the pictures: a colour a family, told apart without it by mark and dash.

A colour has a light and a dark form; an SVG holds both and follows the reader's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LIGHT = {
    "paper": "#ffffff", "ink": "#16202a", "soft": "#4d5b69", "line": "#dde3e9",
    "numpy": "#0a66b0", "torch": "#c2500a", "cuda": "#0b7a55", "jax": "#a03a8c",
    "notebook": "#7d6608", "scikit-learn": "#5a55a8", "autograd": "#8a4b3a", "other": "#5f6b76",
}  # fmt: skip
DARK = {
    "paper": "#11171d", "ink": "#e6edf3", "soft": "#a9b7c4", "line": "#2c3742",
    "numpy": "#5aaef0", "torch": "#ff9a5c", "cuda": "#4fd0a0", "jax": "#e79ad6",
    "notebook": "#dcc04a", "scikit-learn": "#aaa6ff", "autograd": "#e0a08c", "other": "#a4b0bb",
}  # fmt: skip
# What is drawn in one of these becomes a variable of the style sheet; nothing else is drawn in it.
STANDING_IN = {role: f"#0000{number:02x}" for number, role in enumerate(LIGHT, 1)}
DASHES = {"trainer": "-", "eager": "-", "foreach": (0, (5, 2)), "fused": (0, (1, 1.5))}
OWN_MARKS = {"notebook": "X", "scikit-learn": "p", "autograd": "h", "jax": "<", "tinygrad": ">"}
MARKS = {"trainer": "D", "eager": "o", "foreach": "^", "fused": "s", "compiled": "v", "graph": "P"}


@dataclass(frozen=True)
class Line:
    """How an implementation is drawn."""

    role: str
    mark: str
    dash: object
    width: float


def line_of(name: str) -> Line:
    """Return how an implementation is drawn."""
    family, _, mode = name.partition(" ")
    role = family if family in LIGHT else "other"
    if "matrix products" in name:
        return Line("other", "", (0, (2, 2)), 1.4)
    width = 2.4 if mode in ("trainer", "graph") else 1.6
    return Line(role, MARKS.get(mode, OWN_MARKS.get(family, "o")), DASHES.get(mode, "-"), width)


def style_sheet() -> str:
    """Return the rules that give the variables their colours."""
    return (
        f":root {{ {_variables(LIGHT)} }} "
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}"
    )


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--bench-{role}: {colour};" for role, colour in colours.items())
