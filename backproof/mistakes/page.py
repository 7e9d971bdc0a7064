"""The catalogue as text: a table, one mistake in full, and the page docs/mistakes.md."""

from collections.abc import Iterator

from backproof.demo import DEMONSTRATED
from backproof.mistakes.catalogue import CATALOGUE, GROUPS
from backproof.mistakes.mistake import Mistake

HEAD = """\
# Mistakes that backproof knows by name

When a network differs, backproof runs the manual computation once with each of these mistakes in
it, then with two of them together. It names a mistake only where that computation reproduces
*every* array that was shown, on every judged case, within its error bars. `backproof explain
NAME` tells one of them.

* A file read by its conventions is judged on several cases, and all of them together must be
  reproduced. A program (`--cmd`), a `trace(case)` and the twins are judged one case at a time;
  there, one case has to do, and it does best where all its sizes differ.
* Mistakes that give the same numbers on these cases are all named.
* Error bars by Monte Carlo arithmetic: the mistaken computation is repeated 16 times, with random
  relative errors of one unit roundoff in what goes into each step and what comes out of it.
* Three other verdicts need no entry here: the gradients are k times what they should be (with m,
  n_out and plain numbers recognised); they are exactly those of another loss than the cost; all
  is right, in float32.
* Where nothing fits, no name is given, and the report says what is known: a ratio, a shape, a
  pattern.
* `backproof demo NAME` writes a network with the mistake in it, as an exercise
  ([teaching.md](teaching.md)), for those with a ✓ under demo. In a file of its own, the others are
  taken for another network or for another mistake, or show only in sizes or later iterations that
  no file is judged on.

This page is made from the catalogue: `python -m backproof.mistakes.page > docs/mistakes.md`.
"""


def table() -> Iterator[str]:
    """Yield one line a mistake: its name, whether there is a demo of it, and its sentence."""
    width = max(map(len, CATALOGUE))
    for mistake in CATALOGUE.values():
        demo = "demo" if mistake.name in DEMONSTRATED else ""
        yield f"{mistake.name:<{width}}  {demo:<4}  {mistake.sentence}"


def told(mistake: Mistake) -> Iterator[str]:
    """Yield one mistake in full."""
    yield f"{mistake.name}: {mistake.sentence}"
    yield f"right     {mistake.right}"
    yield f"wrong     {mistake.wrong}"
    if mistake.seen:
        yield f"seen      {mistake.seen}"


def page() -> str:
    """Return docs/mistakes.md."""
    lines = [HEAD, f"{len(CATALOGUE)} mistakes, {len(DEMONSTRATED)} of them with a demo."]
    for title, group in GROUPS.items():
        lines += ["", f"## {title}", "", "| name | what is wrong | right | wrong | seen | demo |"]
        lines.append("|---|---|---|---|---|---|")
        lines += [_row(mistake) for mistake in group]
    return "\n".join(lines) + "\n"


def _row(mistake: Mistake) -> str:
    right, wrong = (
        f"`{text.replace('|', chr(92) + '|')}`" for text in (mistake.right, mistake.wrong)
    )
    demo = "✓" if mistake.name in DEMONSTRATED else ""
    return (
        f"| `{mistake.name}` | {mistake.sentence} | {right} | {wrong} | {mistake.seen} | {demo} |"
    )


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
