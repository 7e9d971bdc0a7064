"""Whatever a stranger's arrays are, identify answers, and answers with what exists."""

import time
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backproof.architecture import Observation, identify
from backproof.architecture.observation import sights
from backproof.case import HIDDEN, LOSSES, OUTPUTS, REDUCTIONS, Inputs
from parity_tests.meta.test_architecture_stranger import BCE, CCE, HALF, Stranger

SIZES = ((3, 7), (1, 11), (3, 1), (1, 7))
NETS = (
    Stranger(("relu", "tanh")),
    Stranger((), "softmax", CCE),
    Stranger(("sigmoid",), "tanh", HALF, "sum", dtype="float32"),
)
SHAPES = ((), (0,), (1,), (3,), (4, 1), (1, 4), (4, 5), (5, 4), (3, 7), (2, 2, 2), (4, 0))
VALUES = (0.0, -0.0, 1.0, np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 1e-300, 3.7)
STRANGE = (None, "text", [[1.0], [1.0, 2.0]], object(), {"a": 1}, True, 7, 2**80, 1j)


def arrays() -> st.SearchStrategy[Any]:
    plain = st.builds(
        lambda shape, value, dtype: np.full(shape, value).astype(dtype),
        st.sampled_from(SHAPES),
        st.sampled_from([value for value in VALUES if np.isfinite(value) and abs(value) < 1e38]),
        st.sampled_from(["float64", "float32", "int64", "bool", "complex128", "object", "float16"]),
    )
    floats = st.builds(np.full, st.sampled_from(SHAPES), st.sampled_from(VALUES))
    return plain | floats | st.sampled_from(STRANGE)


def damaged(value: np.ndarray, how: str, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    if how == "random":
        return rng.normal(size=value.shape)
    if how == "huge":
        return value * 1e300
    if how == "tiny":
        return value * 1e-310
    if how == "transposed":
        return value.T
    if how == "hole":
        broken = np.array(value, dtype="float64")
        broken.reshape(-1)[: broken.size // 2 + 1] = np.nan
        return broken
    return np.round(value).astype("int64")


NAMES = sorted({name for net in NETS for name in net.observe([(3, 2)])[0].trace})
HOW = ("random", "huge", "tiny", "transposed", "hole", "int")


def check(observations: list[Observation], names: tuple[str, ...] = ()) -> None:
    start = time.perf_counter()
    found = identify(observations, names)
    assert time.perf_counter() - start < 5
    assert set(found.hidden) <= set(HIDDEN)
    assert found.output in OUTPUTS
    assert found.loss in LOSSES
    assert found.reduction in REDUCTIONS
    assert found.learning_rate is None or found.learning_rate > 0
    assert all(guard.eps > 0 for guard in found.guards)
    assert isinstance(found.words, str)
    assert all(isinstance(sentence, str) for sentence in found.assumed)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NETS),
    st.dictionaries(st.sampled_from(NAMES), arrays(), max_size=8),
    st.booleans(),
)
def test_strange_arrays(net: Stranger, strange: dict[str, Any], rate_hidden: bool) -> None:
    with np.errstate(all="ignore"):
        observations = net.observe(SIZES, rate_hidden=rate_hidden)
    for observation in observations:
        observation.trace.update(strange)
    check(observations)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NETS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(HOW), max_size=20),
    st.sets(st.sampled_from(NAMES), max_size=20),
    st.booleans(),
    st.integers(0, 99),
)
def test_damaged_arrays(
    net: Stranger, damages: dict[str, str], missing: set[str], rate_hidden: bool, seed: int
) -> None:
    observations = net.observe(SIZES, lambda name: name not in missing, rate_hidden)
    with np.errstate(all="ignore"):
        for observation in observations:
            for name, how in damages.items():
                if name in observation.trace:
                    observation.trace[name] = damaged(observation.trace[name], how, seed)
    check(observations, ("relu", "softmax"))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["W1", "b1", "W2", "b2", "W3"]), arrays(), max_size=5),
    arrays(),
    arrays(),
    st.sampled_from([None, 0.1, 0.0, -1.0, np.nan, np.inf]),
)
def test_strange_inputs(parameters: dict[str, Any], X: Any, Y: Any, rate: float | None) -> None:
    good = Stranger(("relu",)).observe([(3, 7)])
    check([Observation(Inputs(parameters, X, Y), good[0].trace, rate)])
    check([*good, Observation(Inputs(parameters, X, Y), good[0].trace, rate)])


def test_updates_of_a_few_ulps_are_no_gradients() -> None:
    net = Stranger(rate=1e-15)
    (seen,) = sights(net.observe([(3, 7)], lambda name: name in ("W1", "b1", "W2")))
    assert seen.gradients == {}
    (seen,) = sights(Stranger(rate=1e-5).observe([(3, 7)], lambda name: name in ("W1", "W2")))
    assert set(seen.gradients) == {"dW1", "dW2"}


def test_different_depths_the_first_counts() -> None:
    first = Stranger(("tanh",), "sigmoid", BCE)
    other = Stranger(("relu", "relu"), "softmax", CCE)
    assert first.is_meant_by(identify(first.observe(SIZES) + other.observe(SIZES)))


def test_many_layers() -> None:
    net = Stranger(("tanh",) * 3)
    inputs = net.inputs(3, 7, 0)
    parameters = dict(inputs.parameters)
    parameters = {f"W{l}": np.eye(5) for l in range(1, 13)} | {"W13": np.ones((3, 5))}
    trace = {"A13": np.full((3, 7), 0.3), "cost": np.asarray(0.5)}
    check([Observation(Inputs(parameters, inputs.X, inputs.Y), trace, None)])


def test_one_damaged_array_spoils_nothing_else() -> None:
    """With any one array random in all observations, the rest still tells the network."""
    net = NETS[0]
    for name in NAMES:
        observations = net.observe(SIZES)
        for observation in observations:
            if name in observation.trace:
                value = observation.trace[name]
                observation.trace[name] = damaged(value, "random", seed=1)
        found = identify(observations)
        assert (found.output, found.loss, found.reduction) == ("sigmoid", BCE, "mean"), name
        assert found.hidden == net.hidden, name
