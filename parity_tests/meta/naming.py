"""Mistakes planted in right networks: are they caught, and are they named?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from backproof.case import Case
from backproof.compare import Expected, compare
from backproof.diagnosis import Diagnosis, Exhibit, diagnose
from backproof.diagnosis.matching import Scene
from backproof.mistakes import CATALOGUE, Mistake
from backproof.precision import precision
from backproof.trace import trace_names
from backproof.twins import expectations, expected_trace
from parity_tests.meta.planted import NETS, Net, exhibits


@cache
def expected(net: Net) -> list[dict[str, Expected]]:
    return [expected_trace(e.case, e.inputs, precision("float64")) for e in exhibits(net, ())]


def caught(net: Net, shown: Sequence[Exhibit]) -> bool:
    """Tell whether the judge sees that something differs, on at least one of the cases."""
    for exhibit, wanted in zip(shown, expected(net), strict=True):
        for name in trace_names(exhibit.case.depth):
            if compare(name, exhibit.trace[name], wanted[name], "float64").verdict == "differ":
                return True
        if exhibit.trajectory and _caught_later(exhibit):
            return True
    return False


def _caught_later(exhibit: Exhibit) -> bool:
    units = precision("float64")
    (wanted,) = expectations(exhibit.case, exhibit.inputs, [exhibit.trajectory], units).steps
    return any(
        compare(name, value, wanted[name], "float64").verdict == "differ"
        for name, value in exhibit.trajectory.items()
    )


def names_in(found: Diagnosis) -> set[frozenset[str]]:
    """Return every explanation of a diagnosis: those with the same numbers too."""
    return {frozenset(names) for names in (found.mistakes, *found.alike)}


@cache
def cases(net: Net) -> list[Case]:
    return [exhibit.case for exhibit in exhibits(net, ())]


def iterations_for(net: Net, mistake: Mistake) -> int:
    """Return how many iterations a mistake takes to show; 0 if it cannot be made in this net."""
    for iterations in (1, 3):
        if all(mistake.applies(replace(case, iterations=iterations)) for case in cases(net)):
            return iterations
    return 0


@dataclass
class Count:
    """How many mistakes were planted in a network, and which were not caught, or not named."""

    planted: int
    unseen: list[str]
    misnamed: list[str]


def every_mistake(net: Net) -> Count:
    """Plant every mistake that can be made in a network, one at a time."""
    count = Count(0, [], [])
    for mistake in CATALOGUE.values():
        iterations = iterations_for(net, mistake)
        if not iterations:
            continue
        shown = exhibits(net, [mistake.name], iterations)
        count.planted += 1
        if not caught(net, shown):
            count.unseen.append(mistake.name)
        found = diagnose(shown)
        if found is None or frozenset([mistake.name]) not in names_in(found):
            count.misnamed.append(mistake.name)
    return count


def random_pair(rng: np.random.Generator) -> tuple[Net, tuple[str, str], list[Exhibit]]:
    """Return a network with two mistakes in it, neither of which hides or undoes the other."""
    while True:
        net = NETS[rng.integers(len(NETS))]
        names = tuple(str(name) for name in rng.choice(list(CATALOGUE), 2, replace=False))
        one, other = names
        if any(iterations_for(net, CATALOGUE[name]) != 1 for name in names):
            continue
        if any(CATALOGUE[n].unit for n in names):
            continue
        try:
            shown = exhibits(net, names)
        except Exception:  # two mistakes that contradict each other are no network
            continue
        if all(_is_more_than(shown, names) for names in ([one], [other], [])):
            return net, (one, other), shown


def _is_more_than(shown: Sequence[Exhibit], names: Sequence[str]) -> bool:
    """Tell whether the numbers are other ones than those of these mistakes, and finite."""
    for exhibit in shown:
        scene = Scene(exhibit)
        alone = scene.numbers([CATALOGUE[name].plant for name in names])
        if not all(np.isfinite(value).all() for value in exhibit.trace.values()):
            return False
        if alone is not None and all(scene.resembles(n, alone[n]) for n in scene.shown):
            return False
    return True


def measure(pairs: int, seed: int) -> tuple[int, int, list[str]]:
    """Return how many of some random pairs were caught, how many named, and those that were not."""
    rng = np.random.default_rng(seed)
    seen, named, rest = 0, 0, []
    for _ in range(pairs):
        net, names, shown = random_pair(rng)
        seen += caught(net, shown)
        found = diagnose(shown)
        if found is not None and frozenset(names) in names_in(found):
            named += 1
        else:
            rest.append(f"{net.name}: {names} taken for {(found and found.mistakes) or found}")
    return seen, named, rest
