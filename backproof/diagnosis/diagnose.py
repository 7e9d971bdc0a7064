"""From a candidate's numbers to the mistake that gives exactly these numbers.

A name is a proof: the mistaken computation reproduces every array that was shown, on every case,
within the error bars of that computation.  What no mistake reproduces gets no name.
"""

from collections.abc import Sequence
from dataclasses import replace

from backproof.diagnosis.apart import told_apart
from backproof.diagnosis.description import described
from backproof.diagnosis.diagnosis import Diagnosis
from backproof.diagnosis.exhibit import Exhibit
from backproof.diagnosis.factors import factors_of, sentence_of
from backproof.diagnosis.matching import Scene
from backproof.diagnosis.others import in_single, other_loss
from backproof.diagnosis.search import Explanation, pairs, singles

IN_SINGLE = "the mathematics is right, but it is computed in float32"
ALIKE = 3  # explanations with the same numbers that are spelt out


def diagnose(exhibits: Sequence[Exhibit]) -> Diagnosis | None:
    """Return why a candidate differs; None where the manual computation gives the same numbers.

    exhibits  the same network on different cases: the more they differ, the fewer mistakes can
              be taken for one another
    """
    scenes = _scenes(exhibits)
    if not scenes:
        return None
    if in_single(scenes):
        return Diagnosis((), IN_SINGLE)
    found = singles(scenes)
    if not found and any(e.case.loss == "categorical_cross_entropy" for e in exhibits):
        found = singles(_scenes([replace(exhibit, logits=False) for exhibit in exhibits]))
    return _named(found, exhibits[0]) if found else _own(scenes)


def _scenes(exhibits: Sequence[Exhibit]) -> list[Scene]:
    """Return what is to be explained, what differs first; nothing where nothing differs."""
    scenes = [Scene(exhibit) for exhibit in exhibits if exhibit.shown]
    scenes.sort(key=lambda scene: not scene.wrong)
    return scenes if scenes and scenes[0].wrong else []


def _own(scenes: Sequence[Scene]) -> Diagnosis:
    """Return an explanation that is no single mistake of the catalogue."""
    words = factors_of(scenes)
    if words is not None and len(set(words.values())) == 1:
        return Diagnosis((), sentence_of(words, scenes[0]))
    if other := other_loss(scenes):
        return Diagnosis((), other)
    if found := pairs(scenes):
        return _named(found, scenes[0].exhibit)
    if words is not None:
        return Diagnosis((), sentence_of(words, scenes[0]))
    return Diagnosis((), described(scenes[0]))


def _named(found: Sequence[Explanation], exhibit: Exhibit) -> Diagnosis:
    first, *others = found
    sentence = ", and ".join(mistake.sentence for mistake in first)
    if others:
        sentence += f" (the same numbers here: {_listed(others)}{_apart(found, exhibit)})"
    return Diagnosis(
        tuple(mistake.name for mistake in first),
        sentence,
        tuple((mistake.right, mistake.wrong) for mistake in first),
        tuple(tuple(mistake.name for mistake in other) for other in others),
    )


def _listed(explanations: Sequence[Explanation]) -> str:
    names = ["; ".join(mistake.name for mistake in one) for one in explanations]
    more = f" and {len(names) - ALIKE} more" if len(names) > ALIKE else ""
    return ", ".join(names[:ALIKE]) + more


def _apart(found: Sequence[Explanation], exhibit: Exhibit) -> str:
    """Say with which layer sizes explanations that give the same numbers here would not."""
    first, *others = found
    dims, apart = told_apart(exhibit, first, others)
    if not apart:
        return ""
    which = "them" if len(apart) == len(others) else _listed(apart)
    return f"; layers of {'-'.join(map(str, dims))} would tell {which} apart"
