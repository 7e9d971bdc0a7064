"""The training of one case: its figures, each with a sentence, and the distance as a table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from backproof.drift import Drift
from backproof.report.lines import count
from backproof.report.page.curves import cost_curve, distance, largest_z
from backproof.report.page.scale import short
from backproof.verdict import CaseReport, Verdict


@dataclass(frozen=True)
class Training:
    """The figures of one case, and its milestones where two candidates were run."""

    title: str
    candidates: list[str]
    figures: list[tuple[Markup, str]]
    drift: list[Drift]


def training(name: str, case: CaseReport) -> Training:
    """Return what is shown of a case; `name` stands before the ids of its figures."""
    worst = max(case.verdicts, key=_worst_z)
    figures = [*_figures(name, case, worst), *_distance(name, case)]
    title = f"{case.case}, {case.dtype}, {count(case.iterations, 'iteration')}"
    return Training(title, [v.candidate for v in case.verdicts], figures, case.drift)


def _worst_z(verdict: Verdict) -> float:
    return max((f.z for f in verdict.trajectory if f.size), default=0.0)


def _figures(name: str, case: CaseReport, verdict: Verdict) -> Iterator[tuple[Markup, str]]:
    pictures = [f.picture for f in verdict.trajectory if f.picture is not None]
    for picture in pictures:
        if len(picture.curve):
            first, last = picture.curve[0], picture.curve[-1]
            words = (
                f"The cost of {verdict.candidate} goes from {first[1]:.4g} to {last[1]:.4g} in "
                f"{count(case.iterations, 'iteration')}; of its own parameters, {last[2]:.4g} is "
                "expected at the last."
            )
            yield cost_curve(f"{name}-cost", picture.curve, words), words
    if pictures:
        lines = [picture.steps for picture in pictures]
        words = (
            f"Each iteration of {verdict.candidate} from its own previous parameters: the largest "
            f"z of any array is {short(float(np.nanmax(lines, initial=0.0)))}."
        )
        yield largest_z(f"{name}-z", lines, case.iterations, words), words


def _distance(name: str, case: CaseReport) -> Iterator[tuple[Markup, str]]:
    if len(case.drift) < 2:
        return
    one, other = (verdict.candidate for verdict in case.verdicts)
    last = case.drift[-1]
    words = (
        f"{one} and {other}, each on its own: after {count(last.iterations, 'iteration')} their "
        f"parameters are at most {last.distance:.1e} apart"
    )
    words += "." if last.forecast is None else f"; the error bars forecast {last.forecast:.1e}."
    yield distance(f"{name}-apart", case.drift, words), words
