"""Every mistake of the catalogue, planted in a right network, is caught and named."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from backproof.case import Case
from backproof.compare import Expected, compare
from backproof.diagnosis import Diagnosis, Exhibit, diagnose
from backproof.diagnosis.matching import Scene
from backproof.mistakes import CATALOGUE, Mistake
from backproof.precision import precision
from backproof.trace import trace_names
from backproof.twins import expected_trace, expected_trajectory
from parity_tests.meta.planted import NETS, Net, exhibits

pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")


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
    wanted = expected_trajectory(exhibit.case, exhibit.inputs, exhibit.trajectory, units)
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


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_every_mistake_is_caught_and_named(net: Net) -> None:
    planted, unseen, misnamed = 0, [], []
    for mistake in CATALOGUE.values():
        iterations = iterations_for(net, mistake)
        if not iterations:
            continue
        shown = exhibits(net, [mistake.name], iterations)
        planted += 1
        if not caught(net, shown):
            unseen.append(mistake.name)
        found = diagnose(shown)
        if found is None or frozenset([mistake.name]) not in names_in(found):
            misnamed.append(mistake.name)
    assert planted >= 60
    assert unseen == []
    assert len(misnamed) <= 0.02 * planted, misnamed


def test_every_mistake_is_planted_somewhere() -> None:
    planted = {m.name for net in NETS for m in CATALOGUE.values() if iterations_for(net, m)}
    left = set(CATALOGUE) - planted
    assert left == SQUARE | {"relu-for-leaky"}, left


SQUARE = {  # only where two layers have one shape
    "own-activation-where-square",
    "own-weights",
    "weights-not-transposed",
    "weights-transposed",
    "gradient-transposed",
    "derivative-of-layer-above",
}


@pytest.mark.parametrize("net", NETS[3:8:2], ids=lambda net: net.name)
def test_in_float32_too(net: Net) -> None:
    named = []
    for name in ("no-mean", "mean-twice-biases", "output-sign", "rate-doubled", "uphill"):
        found = diagnose(exhibits(net, [name], dtype="float32"))
        named.append(found is not None and frozenset([name]) in names_in(found))
    assert sum(named) >= 4, named  # no-mean is no mistake of a sum


# --- pairs -----------------------------------------------------------------------------------


def random_pair(rng: np.random.Generator) -> tuple[Net, tuple[str, str], list[Exhibit]]:
    """Return a network with two mistakes in it, neither of which hides the other."""
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
        if _is_more_than(shown, one) and _is_more_than(shown, other):
            return net, (one, other), shown


def _is_more_than(shown: Sequence[Exhibit], name: str) -> bool:
    """Tell whether the numbers are other ones than those of one mistake alone, and finite."""
    for exhibit in shown:
        scene = Scene(exhibit)
        alone = scene.numbers([CATALOGUE[name].plant])
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


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_are_caught_and_both_are_named(seed: int) -> None:
    seen, named, rest = measure(15, seed)
    assert seen == 15
    assert named >= 12, rest
