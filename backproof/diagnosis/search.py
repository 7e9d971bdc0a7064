"""Which mistakes of the catalogue, alone or two together, reproduce a candidate's numbers."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from backproof.diagnosis.experiment import Numbers
from backproof.diagnosis.matching import Scene
from backproof.mistakes import CATALOGUE, Mistake
from backproof.mistakes.mistake import Plant

SECONDS = 2.5  # after which the search for pairs ends without a result
Explanation = tuple[Mistake, ...]


def proves(scenes: Sequence[Scene], plants: Sequence[Plant], unit: float = 0.0) -> bool:
    """Tell whether the mistakes reproduce every array on every case."""
    found: list[Numbers] = []
    for scene in scenes:
        numbers = scene.screen(plants)
        if numbers is None:
            return False
        found.append(numbers)
    return all(
        scene.proves(plants, numbers, unit) for scene, numbers in zip(scenes, found, strict=True)
    )


def explains(scenes: Sequence[Scene], mistakes: Explanation) -> bool:
    """Tell whether the mistakes are proved; one of precision, by numbers that are so coarse."""
    plants = [mistake.plant for mistake in mistakes]
    if not proves(scenes, plants, max(mistake.unit for mistake in mistakes)):
        return False
    for coarse in (mistake for mistake in mistakes if mistake.unit):
        others = [mistake.plant for mistake in mistakes if mistake is not coarse]
        if not all(scene.is_as_coarse(plants, others, coarse.unit) for scene in scenes):
            return False
    return True


def singles(scenes: Sequence[Scene]) -> list[Explanation]:
    """Return every mistake that is the explanation by itself."""
    return [(m,) for m in possible(scenes) if explains(scenes, (m,))]


def pairs(scenes: Sequence[Scene]) -> list[Explanation]:
    """Return every pair that is the explanation; of those with the same numbers too."""
    end = time.monotonic() + SECONDS
    found: list[Explanation] = []
    for pair in _suspected(scenes[0], possible(scenes)):
        if time.monotonic() > end:
            break
        if any(set(pair) == set(known) for known in found):
            continue
        if explains(scenes, pair):
            found.append(pair)
    return found


def possible(scenes: Sequence[Scene]) -> list[Mistake]:
    """Return the mistakes that can be made in a network of this kind."""
    cases = [scene.exhibit.case for scene in scenes]
    return [m for m in CATALOGUE.values() if any(m.applies(case) for case in cases)]


def _suspected(scene: Scene, mistakes: Sequence[Mistake]) -> Iterator[Explanation]:
    """Yield the pairs that explain the earliest differing array, likelier ones first.

    Either one of the two explains it alone, and the other shows later; or both have a part in it.
    """
    if not scene.wrong:
        return
    first = scene.wrong[0]
    alone = {m.name: scene.numbers([m.plant]) for m in mistakes}
    shows = [m for m in mistakes if (n := alone[m.name]) is not None and _changes(scene, n)]
    explain = [m for m in shows if _explains(scene, alone[m.name], first)]
    silent = [m for m in mistakes if alone[m.name] is None]
    for one in explain:
        for other in (*shows, *silent):
            if other is not one:
                yield from _orders(one, other)
    touching = [m for m in shows if m not in explain and _touches(scene, alone[m.name], first)]
    for position, one in enumerate(touching):
        for other in touching[position + 1 :]:
            yield from _orders(one, other)


def _orders(one: Mistake, other: Mistake) -> Iterator[Explanation]:
    yield one, other
    yield other, one


def _changes(scene: Scene, numbers: Numbers) -> bool:
    """Tell whether a mistake shows in anything that was shown."""
    return any(_touches(scene, numbers, name) for name in scene.shown)


def _touches(scene: Scene, numbers: Numbers | None, name: str) -> bool:
    return numbers is not None and not scene.is_right(name, np.asarray(numbers[name]))


def _explains(scene: Scene, numbers: Numbers | None, first: str) -> bool:
    """Tell whether a mistake gives what was shown, up to the earliest differing array."""
    if numbers is None:
        return False
    names = list(scene.shown)
    upto = names[: names.index(first) + 1]
    return all(scene.resembles(name, numbers[name]) for name in upto)
