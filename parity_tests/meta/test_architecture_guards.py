"""Guards of the logarithms: found where they show, and never where there is none."""

import numpy as np
import pytest

from backproof.architecture import Architecture, identify
from backproof.guards import Guard, at_place
from parity_tests.meta.test_architecture_stranger import BCE, CCE, Stranger

SIZES = ((3, 7), (1, 11), (3, 1), (1, 7))
CROSS_ENTROPIES = (("sigmoid", BCE), ("softmax", CCE))
EPS = [float(f"1e-{k}") for k in range(3, 16)] + [5e-9, float(np.finfo(float).eps)]


def nets(guard: Guard | None, guarded: bool, **more: object) -> list[Stranger]:
    return [
        Stranger(("tanh",), *pair, reduction, guard, guarded, **more)  # type: ignore[arg-type]
        for pair in CROSS_ENTROPIES
        for reduction in ("mean", "sum")
    ]


def shown(found: Architecture) -> Guard | None:
    """The guard of the cost's logarithms."""
    return at_place(found.guards, "logarithm")


def is_guarded(found: Architecture) -> bool:
    """Whether the gradient is that of a guarded cost."""
    return at_place(found.guards, "slope") is not None


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("guarded", [False, True])
def test_added(eps: float, guarded: bool) -> None:
    for net in nets(Guard("add", eps), guarded):
        found = identify(net.observe(SIZES))
        assert net.is_meant_by(found)
        assert shown(found) == Guard("add", eps)
        if not guarded or eps >= 1e-12:  # below, the gradients are the same to rounding
            assert is_guarded(found) == guarded


@pytest.mark.parametrize("eps", [1e-3, 1e-7, 1e-10, 1e-12, 1e-15])
def test_clipped(eps: float) -> None:
    """A clip shows only where it clips: with outputs nearer to 0 or 1 than eps."""
    for net in nets(Guard("clip", eps), False, scale=30.0):
        found = identify(net.observe(SIZES))
        assert net.is_meant_by(found)
        assert shown(found) == Guard("clip", eps)
        assert not is_guarded(found)


def test_gradient_of_the_clipped_cost() -> None:
    for net in nets(Guard("clip", 0.001), True, scale=3.0):
        found = identify(net.observe(SIZES))
        assert shown(found) == Guard("clip", 0.001)
        assert is_guarded(found)


@pytest.mark.parametrize("eps", [1e-3, 1e-8, 1e-10, 1e-12])
def test_seen_in_the_gradient_alone(eps: float) -> None:
    for net in nets(Guard("add", eps), True):
        found = identify(net.observe(SIZES, lambda name: name[0] in "ZAd"))
        assert net.is_meant_by(found)
        assert found.guards == (Guard("add", eps, "slope"),)


def test_plain_costs_have_no_guard() -> None:
    """Ten times four networks, straight and saturated: rounding is never taken for a guard."""
    for scale in (0.01, 1.0, 3.0):
        for net in nets(None, False, scale=scale):
            for m in range(2, 12):
                found = identify(net.observe([(3, m), (1, m + 1)]))
                assert net.is_meant_by(found)
                assert found.guards == ()


def test_in_float32() -> None:
    """Guards that float32 can see are found; 1e-15 is lost in it and does not matter."""
    for net in nets(Guard("add", 1e-4), False, dtype="float32"):
        assert shown(identify(net.observe(SIZES))) == Guard("add", 1e-4)
    for net in nets(Guard("add", 1e-15), False, dtype="float32"):
        assert identify(net.observe(SIZES)).guards == ()


def test_a_clip_in_float32() -> None:
    """There 1 - 1e-7 rounds to 1 - 1.2e-7, and the cost is of that."""
    for net in nets(Guard("clip", 1e-7), False, dtype="float32", scale=30.0):
        found = identify(net.observe(SIZES))
        assert net.is_meant_by(found)
        assert shown(found) == Guard("clip", 1e-7)


def test_noise_is_no_guard() -> None:
    """A cost that is a little off, now up, now down, is not explained by any guard."""
    for net in nets(None, False):
        observations = net.observe(SIZES)
        for observation, sign in zip(observations, (1, -1, 1, -1), strict=True):
            observation.trace["cost"] = observation.trace["cost"] * (1 + sign * 1e-12)
        assert identify(observations).guards == ()


def test_logits_in_the_cost_are_no_guard() -> None:
    """log softmax computed from the logits is as good as the logarithm of the output."""

    def cost_of_logits(z: np.ndarray, y: np.ndarray) -> float:
        shifted = z - z.max(axis=0)
        log_a = shifted - np.log(np.exp(shifted).sum(axis=0))
        return -float(np.sum(y * log_a)) / y.shape[1]

    net = Stranger(("relu",), "softmax", CCE, scale=2.0)
    observations = net.observe(SIZES)
    for observation in observations:
        cost = cost_of_logits(observation.trace["Z2"], observation.inputs.Y)
        observation.trace["cost"] = np.asarray(cost)
    found = identify(observations)
    assert net.is_meant_by(found)
    assert found.guards == ()
