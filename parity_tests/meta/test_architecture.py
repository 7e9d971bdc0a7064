"""identify names what every network is, however much of it is shown."""

from collections.abc import Callable
from itertools import product

import pytest

from backproof.architecture import identify
from parity_tests.meta.test_architecture_stranger import (
    BCE,
    CCE,
    HALF,
    HIDDEN,
    MSE,
    PAIRS,
    SQUARED,
    Stranger,
)

SIZES = ((3, 7), (1, 11), (3, 1), (1, 7))  # n_out, m
ALL_PAIRS = [(output, loss) for output, losses in PAIRS for loss in losses]
MIXED = ("relu", "tanh", "sigmoid")
SHOWN = {  # names of arrays, with l for the last layer
    "no Z": "A cost d W b",
    "output, cost, gradients": "Al cost d",
    "output, updated parameters": "Al W b",
    "logits, cost, gradients": "Zl cost d",
    "forward pass, cost": "Z A cost",
    "forward pass, gradients": "Z A d",
    "cost, gradients": "cost d",
    "gradients": "d",
    "updated parameters": "W b",
}


def only(shown: str, depth: int) -> Callable[[str], bool]:
    """Whether an array is among those of SHOWN."""
    starts = tuple(start.replace("l", str(depth)) for start in SHOWN[shown].split())
    return lambda name: name.startswith(starts)


def strangers(depth: int, **more: object) -> list[Stranger]:
    """One for each output, loss and reduction; the hidden activations take turns."""
    turns = [(name,) * (depth - 1) for name in HIDDEN] + [MIXED[: depth - 1]]
    settings = product(ALL_PAIRS, ("mean", "sum"))
    return [
        Stranger(turns[i % len(turns)], *pair, reduction, **more)  # type: ignore[arg-type]
        for i, (pair, reduction) in enumerate(settings)
    ]


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("hidden", [*HIDDEN, "mixed"])
def test_everything_shown(hidden: str, depth: int) -> None:
    layers = MIXED[: depth - 1] if hidden == "mixed" else (hidden,) * (depth - 1)
    for (output, loss), reduction in product(ALL_PAIRS, ("mean", "sum")):
        net = Stranger(layers, output, loss, reduction)
        found = identify(net.observe(SIZES))
        assert net.is_meant_by(found)
        assert (found.guards, found.learning_rate, found.mean_of_outputs) == ((), None, False)
        assert found.assumed == ()


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("shown", SHOWN)
def test_little_shown(shown: str, depth: int) -> None:
    for net in strangers(depth):
        found = identify(net.observe(SIZES, only(shown, depth)))
        assert net.is_meant_by(found), (net, found)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("more", [{"dtype": "float32"}, {"bias": False}, {"scale": 0.05}])
def test_other_numbers(more: dict[str, object], depth: int) -> None:
    for net in strangers(depth, **more):
        for shown in ("no Z", "forward pass, gradients"):
            found = identify(net.observe(SIZES, only(shown, depth)))
            assert net.is_meant_by(found), (net, found)
            assert found.guards == ()


def test_float32_inside_float64() -> None:
    for net in strangers(3, dtype="float32"):
        observations = net.observe(SIZES)
        for observation in observations:
            for name, value in observation.trace.items():
                observation.trace[name] = value.astype("float64")
        found = identify(observations)
        assert net.is_meant_by(found)
        assert found.guards == ()


@pytest.mark.parametrize("rate", [1.0, 0.3, 0.125, 0.05, 0.0075])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_hidden_learning_rate(rate: float, dtype: str) -> None:
    for net in strangers(2, rate=rate, dtype=dtype):
        found = identify(net.observe(SIZES, rate_hidden=True))
        assert net.is_meant_by(found)
        assert found.learning_rate == rate


@pytest.mark.parametrize("rate", [1.0, 0.1, 0.5])
def test_hidden_learning_rate_without_cost(rate: float) -> None:
    """Half the squared error at rate r is the squared error at r / 2: the nicer number wins."""
    for output, loss in (("sigmoid", BCE), ("softmax", CCE), ("sigmoid", HALF), ("tanh", MSE)):
        for reduction in ("mean", "sum"):
            net = Stranger(("sigmoid",), output, loss, reduction, rate=rate)
            keep = only("forward pass, gradients", 2)
            found = identify(net.observe(SIZES, keep, rate_hidden=True))
            assert net.is_meant_by(found)
            assert found.learning_rate == rate


def test_the_nicer_rate_tells_half_the_squared_error_from_its_mean() -> None:
    net = Stranger(("tanh",), "identity", HALF)
    keep = only("forward pass, gradients", 2)
    found = identify(net.observe([(1, 7), (1, 11)], keep, rate_hidden=True))
    assert (found.loss, found.learning_rate) == (HALF, 0.1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_rate_of_many_digits_is_no_rate(dtype: str) -> None:
    net = Stranger(rate=0.123456, dtype=dtype)
    found = identify(net.observe(SIZES, rate_hidden=True))
    assert net.is_meant_by(found)
    assert found.learning_rate is None
    assert found.assumed[-1].startswith("learning rate: ")


def test_a_known_rate_is_not_found_again() -> None:
    assert identify(Stranger().observe(SIZES)).learning_rate is None


@pytest.mark.parametrize(("output", "loss"), [("sigmoid", BCE), ("softmax", CCE)])
def test_mean_over_outputs_too(output: str, loss: str) -> None:
    net = Stranger(("tanh",), output, loss, over_outputs=True)
    found = identify(net.observe(SIZES))
    assert net.is_meant_by(found)
    assert found.mean_of_outputs
    assert not identify(net.observe([(1, 7), (1, 9)])).mean_of_outputs


@pytest.mark.parametrize(
    ("output", "loss", "cost"),
    [
        ("sigmoid", CCE, "categorical"),
        ("softmax", BCE, "binary"),
    ],
)
def test_crossed_pairs(output: str, loss: str, cost: str) -> None:
    """A cross-entropy of the other kind is believed where its gradients fit too."""
    net = Stranger(("tanh",), output, loss)
    assert net.is_meant_by(identify(net.observe([(3, 7), (3, 11)])))
    alone = identify(net.observe([(3, 7), (3, 11)], only("forward pass, cost", 2)))
    assert cost not in alone.loss


def test_logits_shown_as_the_output() -> None:
    for output, loss in (("softmax", CCE), ("sigmoid", BCE)):
        net = Stranger(("relu",), output, loss)
        observations = net.observe(SIZES)
        for observation in observations:
            observation.trace["A2"] = observation.trace["Z2"].copy()
        assert net.is_meant_by(identify(observations))


def test_softmax_of_one_output_is_recognised() -> None:
    net = Stranger(("relu",), "softmax", CCE)
    assert net.is_meant_by(identify(net.observe([(1, 7), (1, 11)])))


def test_flat_shapes_are_read() -> None:
    net = Stranger(("relu",), "tanh", MSE)
    observations = net.observe([(1, 7), (1, 11)], lambda name: name in ("A2", "cost"))
    for observation in observations:
        observation.trace["A2"] = observation.trace["A2"].ravel()
        observation.trace["cost"] = observation.trace["cost"].reshape(1, 1)
    assert net.is_meant_by(identify(observations))
    assert identify(observations).assumed == ()


def test_where_two_losses_coincide() -> None:
    one = Stranger(("tanh",), "identity", SQUARED).observe([(1, 7), (1, 11)])
    found = identify(one)
    assert (found.loss, found.assumed) == (MSE, ())
    single = Stranger(("tanh",), "identity", HALF, "sum").observe([(3, 1), (1, 1)])
    found = identify(single)
    assert (found.loss, found.reduction, found.assumed) == (HALF, "mean", ())
