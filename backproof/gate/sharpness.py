"""Sharpness: the suite asks what it asked, of as many arrays, and as precisely.

The limits come from `backproof check` over the whole table, 2,300 arrays a run, with the kernels of
OpenBLAS for Prescott, Nehalem, Sandybridge, Haswell, Zen and SkylakeX, those of torch and NumPy for
SSE, AVX2 and AVX-512, with 1, 2 and 4 threads, and with seeds 0 to 6:

    sensitivity    from one machine to another, a factor of less than 1 + 1e-6: it follows from the
                   expected numbers, hardly from the candidate's
    largest z      of any array, 3.01; of one array, from 0.94 to 3.01 or from 0 to 2.8: from run to
                   run it is noise, and only a large one says anything
    typical z      the median over the arrays of one case, at most 0.98

and over 47 networks of strangers, 1,166 arrays, with the kernels for Nehalem and for SkylakeX:
sensitivities, and the z of what differs, equal to 14 digits; no z of what agrees above 1.2.
"""

import math
import statistics
from collections.abc import Iterator, Mapping
from itertools import groupby

from backproof.gate.baseline import Baseline, Entry
from backproof.gate.judgement import CANNOT, GREEN, Complaint, Judgement, Place, red
from backproof.gate.question import changed
from backproof.report.lines import count

NAME = "sharpness"
WORSE = 1.25  # times the sensitivity of the baseline
Z_NOISE = 5.0  # a smaller z is noise
Z_TYPICAL = 1.5  # the same for the median of a case
RISEN = 2.0  # times the z of the baseline, where that is no noise either
FEWEST = 5  # arrays of which a median says something
NO_BASELINE = "there is no baseline {}: write one with backproof gate --update, and commit it"
NOTHING_YET = "the baseline {} has nothing of this yet: add it with backproof gate --update"
NOT_JUDGED = "what could not be judged cannot be held against the baseline"


def sharpness(
    old: Baseline | None, new: Baseline, refused: frozenset[Place], where: str
) -> Judgement:
    """Hold what a run found against the part of the baseline that it asked for.

    refused  targets and cases that could not be judged, of which parity tells
    where    name of the baseline's file
    """
    if old is None or not old.arrays:
        why = NO_BASELINE if old is None else NOTHING_YET
        return Judgement(NAME, CANNOT, why.format(where))
    complaints = [
        *_lost(old, new, refused),
        *_questions(old, new),
        *_sensitivities(old, new),
        *_risen(old, new),
        *_typical(old, new),
    ]
    if complaints:
        return red(NAME, complaints)
    if refused:
        return Judgement(NAME, CANNOT, NOT_JUDGED)
    both = len(old.arrays.keys() & new.arrays.keys())
    more = len(new.arrays) - both
    added = f"; {count(more, 'array')} not in the baseline yet" if more else ""
    return Judgement(NAME, GREEN, f"{count(both, 'array')} as sharp as in the baseline{added}")


def _lost(old: Baseline, new: Baseline, refused: frozenset[Place]) -> Iterator[Complaint]:
    """Yield a complaint for each case that is gone, or candidate on one, or what it has lost."""
    lost = [place for place in old.questions if place not in new.questions]
    told = refused.union(lost)
    for case in lost:
        if not {Place(case.target), case} & refused:
            yield Complaint("lost", case, f"the suite lost {case.words}")
    missing = [place for place in old.arrays if place not in new.arrays]
    for place, group in groupby(missing, key=lambda place: place._replace(array="")):
        if {Place(place.target), place._replace(candidate="")} & told:
            continue
        arrays = [gone.array for gone in group]
        if not any(there._replace(array="") == place for there in new.arrays):
            yield Complaint("lost", place, f"the suite lost {place.words}")
        else:
            words = f"the suite lost {', '.join(arrays)} of {place.words}"
            yield Complaint("lost", place._replace(array=arrays[0]), words)


def _otherwise(old: Baseline, new: Baseline) -> dict[Place, list[str]]:
    """Return what is asked otherwise, by case."""
    both = [place for place in old.questions if place in new.questions]
    names = {p: changed(dict(old.questions[p]), dict(new.questions[p])) for p in both}
    return {place: found for place, found in names.items() if found}


def _questions(old: Baseline, new: Baseline) -> Iterator[Complaint]:
    for place, names in _otherwise(old, new).items():
        before, now = old.questions[place], new.questions[place]
        words = ", ".join(_change(name, before.get(name), now.get(name)) for name in names)
        yield Complaint("question", place, f"{place.words} asks something else: {words}")


def _change(name: str, before: object, now: object) -> str:
    if isinstance(before, float) or isinstance(now, float):
        return f"other numbers in {name}"
    return f"{name} was {before} and is {now}"


def _both(old: Baseline, new: Baseline) -> Iterator[tuple[Place, Entry, Entry]]:
    """Yield each array that was asked for as before, and has the verdict that it had."""
    others = _otherwise(old, new)
    for place, before in old.arrays.items():
        now, case = new.arrays.get(place), place._replace(candidate="", array="")
        if now is not None and now.verdict == before.verdict and case not in others:
            yield place, before, now


def _sensitivities(old: Baseline, new: Baseline) -> Iterator[Complaint]:
    for place, before, now in _both(old, new):
        if now.sensitivity > WORSE * before.sensitivity:
            yield Complaint(
                "sensitivity",
                place,
                f"{place.words} is judged less sharply: an error of {now.sensitivity:.2g} would "
                f"be seen, and in the baseline {before.sensitivity:.2g}",
            )


def _risen(old: Baseline, new: Baseline) -> Iterator[Complaint]:
    for place, before, now in _both(old, new):
        if now.z > _limit(Z_NOISE, before.z):
            yield Complaint(
                "z",
                place,
                f"{place.words} is less precise: z = {now.z:.2g}, and in the baseline "
                f"{before.z:.2g}",
            )


def _typical(old: Baseline, new: Baseline) -> Iterator[Complaint]:
    both = [place for place, *_ in _both(old, new)]
    before, now = _medians(old.arrays, both), _medians(new.arrays, both)
    for place, z in now.items():
        then = before.get(place, math.nan)
        if z > _limit(Z_TYPICAL, then):
            yield Complaint(
                "typical z",
                place,
                f"{place.words} is less precise throughout: the median z of its arrays is "
                f"{z:.2g}, and in the baseline {then:.2g}",
            )


def _limit(noise: float, before: float) -> float:
    return max(noise, RISEN * before) if math.isfinite(before) else noise


def _medians(arrays: Mapping[Place, Entry], places: list[Place]) -> dict[Place, float]:
    groups: dict[Place, list[float]] = {}
    for place in places:
        if math.isfinite(z := arrays[place].z):
            groups.setdefault(place._replace(array=""), []).append(z)
    return {
        place: statistics.median(values)
        for place, values in groups.items()
        if len(values) >= FEWEST
    }
