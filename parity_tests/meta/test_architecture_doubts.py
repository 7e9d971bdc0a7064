"""What identify assumes, it says; what is decided, it does not call assumed; names break ties."""

import numpy as np
import pytest

from backproof.architecture import Architecture, identify
from backproof.case import Guard
from parity_tests.meta.test_architecture_stranger import BCE, CCE, HALF, MSE, SQUARED, Stranger

SIZES = ((3, 7), (1, 11), (3, 1), (1, 7))


def topics(found: Architecture) -> set[str]:
    assert all(sentence.endswith(".") for sentence in found.assumed)
    return {sentence.split(":")[0] for sentence in found.assumed}


@pytest.mark.parametrize(
    ("output", "loss"), [("sigmoid", BCE), ("softmax", CCE), ("identity", MSE), ("tanh", MSE)]
)
def test_forward_pass_alone(output: str, loss: str) -> None:
    net = Stranger(("relu", "tanh"), output, loss)
    found = identify(net.observe(SIZES, lambda name: name[0] in "ZA"))
    assert net.is_meant_by(found)
    assert topics(found) == {"loss", "reduction"}


def test_one_example_leaves_no_doubt_about_the_reduction() -> None:
    found = identify(Stranger().observe([(3, 1), (1, 1)], lambda name: name[0] in "ZA"))
    assert (found.reduction, topics(found)) == ("mean", {"loss"})


def test_names_break_a_tie() -> None:
    net = Stranger(("sigmoid",), "sigmoid", MSE)
    shown = net.observe(SIZES, lambda name: name[0] in "ZA")
    assert identify(shown).loss == BCE
    assert identify(shown, ["mse_loss", "sigmoid"]).loss == MSE
    assert identify(shown, ["quadratic_cost"]).loss == HALF


def test_names_do_not_overrule_numbers() -> None:
    net = Stranger(("sigmoid",), "sigmoid", SQUARED)
    names = ["relu", "softmax", "categorical_cross_entropy", "bce", "tanh"]
    assert net.is_meant_by(identify(net.observe(SIZES), names))


def test_relu_and_leaky_relu_where_nothing_is_negative() -> None:
    net = Stranger(("relu",), "identity", MSE)
    shown = net.observe(SIZES)
    for observation in shown:  # a first layer that is all positive
        positive = {k: np.abs(v) for k, v in observation.inputs.parameters.items() if k[1] == "1"}
        observation.inputs.parameters.update(positive)  # type: ignore[attr-defined]
        observation.inputs.X[:] = np.abs(observation.inputs.X)
        observation.trace.update(net.trace(observation.inputs))
    found = identify(shown)
    assert found.hidden == ("relu",)
    assert topics(found) == {"hidden"}
    assert "leaky relu" in found.assumed[0]
    assert identify(shown, ["leaky_relu"]).hidden == ("leaky_relu",)


def test_an_activation_that_is_none() -> None:
    net = Stranger(("tanh",), steps={"hidden": lambda Z: np.tanh(Z) + 0.01})
    found = identify(net.observe(SIZES))
    assert net.is_meant_by(found)
    assert topics(found) == {"hidden"}
    swish = Stranger(("sigmoid",), steps={"hidden": lambda Z: Z / (1 + np.exp(-Z))})
    found = identify(swish.observe(SIZES), ["sigmoid"])
    assert (found.hidden, topics(found)) == (("sigmoid",), {"hidden"})


@pytest.mark.parametrize("factor", [2.0, 0.5, -1.0, 0.25])
def test_a_cost_that_is_a_multiple(factor: float) -> None:
    net = Stranger(("tanh",), "softmax", CCE, "sum")
    shown = net.observe(SIZES)
    for observation in shown:
        observation.trace["cost"] = observation.trace["cost"] * factor
    found = identify(shown)
    assert net.is_meant_by(found)
    assert topics(found) == {"loss"}
    assert f"{factor:g} times" in found.assumed[0]


def test_a_cost_that_is_a_multiple_decides_where_there_is_nothing_else() -> None:
    net = Stranger(("tanh",), "sigmoid", SQUARED)
    shown = net.observe(SIZES, lambda name: name[0] in "ZAc")
    for observation in shown:
        observation.trace["cost"] = observation.trace["cost"] * 3.3
    found = identify(shown)
    assert "squared_error" in found.loss
    assert "loss" in topics(found)


def test_an_infinite_plain_cost_fits_no_number() -> None:
    net = Stranger((), "sigmoid", BCE, scale=200.0)
    shown = net.observe([(3, 70), (1, 90)], lambda name: name[0] in "ZA")
    for observation in shown:
        observation.trace["cost"] = np.asarray(5.0)
    assert topics(identify(shown)) == {"loss", "reduction"}


def test_a_gradient_with_the_wrong_sign_is_not_the_gradient() -> None:
    """With the rate known the sign counts; with it hidden, only the judge says what it means."""
    net = Stranger(("tanh",), "identity", HALF, steps={"delta": lambda _, A, Y: (Y - A) / 7})
    sizes, shown = [(3, 7), (1, 7)], lambda name: name[0] in "ZAd"
    assert "loss" in topics(identify(net.observe(sizes, shown)))
    found = identify(net.observe(sizes, shown, rate_hidden=True))
    assert (found.loss, found.learning_rate) == (HALF, 0.1)
    assert all("fit equally well" in sentence for sentence in found.assumed)


def test_a_multiple_of_the_gradient_still_tells_the_kind_of_loss() -> None:
    net = Stranger(
        ("tanh",), "sigmoid", SQUARED, steps={"delta": lambda _, A, Y: 3 * (A - Y) * A * (1 - A)}
    )
    found = identify(net.observe(SIZES, lambda name: name[0] in "ZAd"))
    assert "squared_error" in found.loss
    assert topics(found) == {"loss", "reduction"}
    assert "proportional" in found.assumed[0]


def test_what_fits_in_some_observations_is_meant() -> None:
    """A mistake that does not show with one example; the name of another activation misleads."""
    bent = {"hidden": lambda Z: np.tanh(Z) + 0.01 * (Z.shape[1] > 1)}
    found = identify(Stranger(("tanh",), steps=bent).observe(SIZES), ["relu"])
    assert (found.hidden, found.assumed) == (("tanh",), ())


def test_an_output_shown_once() -> None:
    shown = Stranger(("tanh",), "identity", MSE).observe(SIZES, lambda name: name[0] in "ZA")
    for observation in shown[1:]:
        del observation.trace["A2"]
    assert identify(shown).output == "identity"


def test_two_outputs_where_half_is_the_mean() -> None:
    net = Stranger(("tanh",), "sigmoid", HALF)
    found = identify(net.observe([(2, 7), (2, 11)]))
    assert (found.loss, topics(found)) == (HALF, {"loss"})
    assert net.is_meant_by(identify(net.observe([(2, 7), (3, 11)])))


def test_gradients_lost_in_rounding_decide_nothing_wrongly() -> None:
    """Updates by 1e-5 in float32: what is left of the gradients has a digit or two."""
    names = ("W1", "b1", "W2", "b2", "Z2", "A2")
    for output, loss in (("sigmoid", BCE), ("softmax", CCE), ("identity", MSE), ("tanh", HALF)):
        net = Stranger(("tanh",), output, loss, dtype="float32", rate=1e-5, scale=0.5)
        for hidden in (False, True):
            shown = net.observe(SIZES, lambda name: name in names, hidden)
            found = identify(shown)
            assert found.loss == loss or "loss" in topics(found)
            assert found.learning_rate in (None, 1e-5)


def test_nothing_seen() -> None:
    found = identify([])
    assert topics(found) == {"hidden", "output", "loss", "reduction"}
    assert found.words == "sigmoid; binary cross-entropy, mean"


def test_words() -> None:
    def words(net: Stranger) -> str:
        return identify(net.observe(SIZES)).words

    assert words(Stranger(("relu", "relu"))) == "relu, sigmoid; binary cross-entropy, mean"
    mixed = Stranger(("leaky_relu", "tanh"), "identity", HALF, "sum")
    assert words(mixed) == "leaky relu, tanh, identity; half the squared error, sum"
    guarded = Stranger((), "softmax", CCE, "mean", Guard("add", 1e-8))
    assert words(guarded) == (
        "softmax; categorical cross-entropy, mean, 1e-08 added inside the logarithms"
    )
    clipped = Stranger((), "sigmoid", BCE, "sum", Guard("clip", 0.001), scale=5.0)
    assert words(clipped) == "sigmoid; binary cross-entropy, sum, clipped to [0.001, 1 - 0.001]"
    averaged = Stranger((), "sigmoid", BCE, over_outputs=True)
    assert words(averaged) == "sigmoid; binary cross-entropy, mean, mean over the outputs"
