"""Properties that hold for any network, tried on random ones.

The examples are drawn from a fixed stream (derandomize): a failure is a failure every time.
"""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backproof import makers
from backproof.case import (
    CROSS_ENTROPIES,
    DTYPES,
    HIDDEN,
    LOSSES,
    OUTPUT_OF_LOSS,
    OUTPUTS,
    PROBABILITIES,
    REDUCTIONS,
    Case,
    Inputs,
)
from backproof.compare import Expected, compare
from backproof.judge import judge_case
from backproof.precision import precision
from backproof.trace import trace_names
from backproof.twins import expected_trace, numpy_candidate, torch_candidate
from impl_numpy import softmax
from impl_torch import SimpleNN, load_parameters, to_numpy, to_torch

fixed = settings(derandomize=True, deadline=None, max_examples=40, database=None)
seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from(DTYPES)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a network of 1 to 4 layers, its scales and its data.

    No logit exceeds about 12; 5 where the output is not the one that goes with the loss.
    """
    loss = draw(st.sampled_from(LOSSES))
    output = draw(st.sampled_from(PROBABILITIES if loss in CROSS_ENTROPIES else OUTPUTS))
    usual = output == OUTPUT_OF_LOSS[loss]
    reduction = draw(st.sampled_from(REDUCTIONS))
    hidden_sizes = draw(st.lists(st.integers(1, 12), max_size=3))
    hidden = tuple(draw(st.sampled_from(HIDDEN)) for _ in hidden_sizes)
    n_out = draw(st.integers(2 if "softmax" in (output, OUTPUT_OF_LOSS[loss]) else 1, 4))
    data, weights = (10 ** draw(st.floats(-3, 0.5)) for _ in range(2))
    seed = draw(seeds)

    def make(case: Case, _: np.random.Generator, dtype: str) -> Inputs:
        stream = np.random.default_rng(seed)
        drawn = makers.scaled(case, stream, dtype, data, weights)
        return makers.within_reach(case, drawn, 12.0 if usual else 5.0)

    return Case(
        "drawn",
        f"data about {data:.0e}, weights about {weights:.0e}, seed {seed}",
        (draw(st.integers(1, 12)), *hidden_sizes, n_out),
        draw(st.integers(1, 16)),
        make,
        hidden=hidden,
        loss=loss,
        iterations=2,
        learning_rate=0.1 if reduction == "mean" else 0.002,
        output=output,
        reduction=reduction,
    )


@fixed
@given(cases(), dtypes)
def test_twins_agree_with_the_reference(case: Case, dtype: str) -> None:
    report = judge_case(case, dtype, 0, [numpy_candidate(), torch_candidate("cpu")])
    for verdict in report.verdicts:
        assert [f for f in verdict.all_findings if not f.agrees] == []
        assert all(control.caught for control in verdict.controls)


def same_training(case: Case, dtype: str, one: Inputs, other: Inputs) -> list[str]:
    """Return what differs of cost, gradients and updates between two sets of data.

    Both are computed by hand, so both round: the error bars are those of either.
    """
    run, different = numpy_candidate().run, []
    first, second = (run(case, inputs).trace for inputs in (one, other))
    bars = [expected_trace(case, inputs, precision(dtype)) for inputs in (one, other)]
    for name in list(trace_names(case.depth))[2 * case.depth :]:
        sigma = np.hypot(bars[0][name].sigma, bars[1][name].sigma)
        expected = Expected(first[name].astype(np.float64), sigma)
        if compare(name, second[name], expected, dtype).verdict == "differ":
            different.append(name)
    return different


@fixed
@given(cases(), dtypes, seeds)
def test_order_of_examples_does_not_matter(case: Case, dtype: str, seed: int) -> None:
    inputs = case.inputs(dtype, 0)
    order = np.random.default_rng(seed).permutation(case.m)
    shuffled = replace(inputs, X=inputs.X[:, order], Y=inputs.Y[:, order])
    assert same_training(case, dtype, inputs, shuffled) == []


@fixed
@given(cases(), dtypes, st.integers(2, 5))
def test_duplicates_do_not_matter(case: Case, dtype: str, times: int) -> None:
    """To a mean; a sum grows with them, as it must."""
    case = replace(case, reduction="mean")
    inputs = case.inputs(dtype, 0)
    repeated = replace(inputs, X=np.tile(inputs.X, times), Y=np.tile(inputs.Y, times))
    assert same_training(case, dtype, inputs, repeated) == []


def test_one_example_more_does_matter() -> None:
    """The same check sees a batch in which one example, of 16, counts twice."""
    case = Case("drawn", "a planted fault", (5, 4, 1), 16, makers.ordinary, hidden="tanh")
    for dtype in DTYPES:
        inputs = case.inputs(dtype, 0)
        columns = [*range(case.m), 0]
        heavier = replace(inputs, X=inputs.X[:, columns], Y=inputs.Y[:, columns])
        names = list(trace_names(case.depth))[2 * case.depth :]
        assert same_training(case, dtype, inputs, heavier) == names


@fixed
@given(st.integers(1, 20), st.integers(1, 9), st.floats(0, 1e4), dtypes, seeds)
def test_softmax_columns_sum_to_1(n: int, m: int, scale: float, dtype: str, seed: int) -> None:
    """Each of n quotients and n - 1 additions rounds a number of at most 1."""
    logits = (scale * np.random.default_rng(seed).normal(size=(n, m))).astype(dtype)
    probabilities = softmax(logits)
    assert probabilities.dtype == dtype
    assert (probabilities >= 0).all()
    off = np.abs(probabilities.astype(np.float64).sum(axis=0) - 1)
    assert off.max() <= 2 * n * precision(dtype).storage


def bits(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Draw every pattern of bits: subnormal numbers, infinities and NaNs included."""
    size = np.dtype(dtype).itemsize
    return np.frombuffer(rng.bytes(int(np.prod(shape)) * size), dtype=dtype).reshape(shape)


@fixed
@given(
    st.lists(st.integers(1, 8), min_size=2, max_size=5),
    st.lists(st.integers(1, 4), max_size=2),
    dtypes,
    seeds,
)
def test_parameters_survive_the_border(
    dims: list[int], stacked: list[int], dtype: str, seed: int
) -> None:
    """There and back, bit for bit, with leading axes; copies, so that neither side sees the other's
    updates."""
    rng, parameters = np.random.default_rng(seed), {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = bits(rng, (*stacked, dims[l], dims[l - 1]), dtype)
        parameters[f"b{l}"] = bits(rng, (*stacked, dims[l], 1), dtype)
    state = to_torch(parameters)
    assert all(state[f"fc{l}.bias"].shape == (*stacked, dims[l]) for l in range(1, len(dims)))
    returned = to_numpy(state)
    network = SimpleNN(dims)
    if not stacked:
        load_parameters(network, parameters)
    loaded = returned if stacked else to_numpy(network.state_dict())
    for back in (returned, loaded):
        assert list(back) == list(parameters)
        for name, value in parameters.items():
            assert back[name].dtype == value.dtype
            assert back[name].shape == value.shape
            assert back[name].tobytes() == value.tobytes()
            assert not np.shares_memory(back[name], value)
