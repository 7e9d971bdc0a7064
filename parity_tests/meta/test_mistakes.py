"""Every mistake of the catalogue, planted in a right network, is caught and named."""

import pytest

from backproof.diagnosis import diagnose
from backproof.mistakes import CATALOGUE
from parity_tests.meta.naming import every_mistake, iterations_for, measure, names_in
from parity_tests.meta.planted import NETS, Net, exhibits

pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")


TRIED = [net for net in NETS if net.depth < 4 or net.n_out == 1]  # benchmarks/ tries all of them


@pytest.mark.parametrize("net", TRIED, ids=lambda net: net.name)
def test_every_mistake_is_caught_and_named(net: Net) -> None:
    count = every_mistake(net)
    assert count.planted >= 60
    assert count.unseen == []
    assert len(count.misnamed) <= 0.02 * count.planted, count.misnamed


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


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_are_caught_and_both_are_named(seed: int) -> None:
    seen, named, rest = measure(8, seed)
    assert seen == 8
    assert named >= 6, rest
