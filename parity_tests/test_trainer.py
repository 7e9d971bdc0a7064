"""The trainer without allocations: judged like the twins, and compared with the readable steps."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

import impl_numpy
from backproof import makers
from backproof.case import (
    CROSS_ENTROPIES,
    DTYPES,
    HIDDEN,
    LOSSES,
    OUTPUTS,
    PROBABILITIES,
    REDUCTIONS,
    Case,
    Inputs,
)
from backproof.cases import TABLE
from backproof.judge import judge_case
from backproof.trace import trace_names
from backproof.twins import numpy_candidate
from backproof.twins.trainers import trainer_candidate
from backproof.verdict import Verdict

RUNS = [(case, dtype) for case in TABLE for dtype in case.dtypes]
PAIRS = [
    (output, loss)
    for loss in LOSSES
    for output in OUTPUTS
    if loss not in CROSS_ENTROPIES or output in PROBABILITIES
]
RAGGED = next(case for case in TABLE if case.name == "ragged")
Maker = Callable[..., impl_numpy.Trainer]


def calm(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    return makers.within_reach(case, makers.ordinary(case, rng, dtype), 5.0)


def cases(output: str, loss: str) -> Iterator[Case]:
    """Yield a case for each reduction; all hidden activations occur."""
    for reduction, hidden in zip(REDUCTIONS, (HIDDEN[:2], HIDDEN[2:]), strict=True):
        yield Case(
            f"{output}-{loss}-{reduction}",
            "no two sizes are equal",
            (5, 7, 4, 3),
            9,
            calm,
            hidden=hidden,
            loss=loss,
            output=output,
            reduction=reduction,
            iterations=3,
            learning_rate=0.01,
        )


def refusals(verdict: Verdict) -> list[str]:
    return [
        f"{verdict.candidate}: {f.name} {f.verdict}, {f.reason}, z = {f.z:.2g}"
        for f in verdict.all_findings
        if not f.agrees
    ]


def trainer(case: Case, inputs: Inputs, **options: Any) -> impl_numpy.Trainer:
    return impl_numpy.Trainer(
        inputs.X,
        inputs.Y,
        dict(inputs.parameters),
        case.learning_rate,
        case.hidden,
        case.loss,
        case.output,
        case.reduction,
        **options,
    )


# --- judged ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "dtype"), RUNS, ids=[f"{c.name}-{dtype}" for c, dtype in RUNS])
def test_the_table_agrees(case: Case, dtype: str) -> None:
    case = replace(case, iterations=min(case.iterations, 3))
    overwriting, keeping = trainer_candidate(), trainer_candidate(keep=True)
    verdicts = judge_case(case, dtype, 0, [overwriting, keeping, numpy_candidate()]).verdicts
    for verdict in verdicts:
        assert refusals(verdict) == []
        assert verdict.controls
        assert all(control.caught for control in verdict.controls)
    names = set(trace_names(case.depth))
    assert {f.name for f in verdicts[1].findings} == names
    assert {f.name for f in verdicts[0].findings} == {n for n in names if n[0] not in "ZA"}


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_every_combination_agrees(output: str, loss: str) -> None:
    overwriting, keeping = trainer_candidate(), trainer_candidate(keep=True)
    for case, dtype in product(cases(output, loss), DTYPES):
        for verdict in judge_case(case, dtype, 0, [overwriting, keeping]).verdicts:
            assert refusals(verdict) == []
            assert max(f.z for f in verdict.all_findings) <= 4


def without(number: int) -> Maker:
    """Return a maker of trainers whose step lacks one operation."""

    def make(*args: Any) -> impl_numpy.Trainer:
        made = impl_numpy.Trainer(*args)
        del made._operations[number]
        return made

    return make


@pytest.mark.parametrize("hidden", [("relu", "tanh"), ("leaky_relu", "sigmoid")])
def test_each_operation_is_missed(hidden: tuple[str, str]) -> None:
    """The planted faults: a step from which one operation has been taken is refused."""
    case = replace(RAGGED, hidden=hidden, output="sigmoid", loss="squared_error", iterations=2)
    inputs = case.inputs("float64", 0)
    number = len(trainer(case, inputs)._operations)
    assert number > 20
    right = states(trainer(case, inputs))
    for k in range(number):
        with np.errstate(all="ignore"):
            wrong = states(without(k)(*arguments(case, inputs)))
        pairs = zip(right, wrong, strict=True)
        assert not all(np.allclose(a, b, rtol=1e-9, atol=0) for a, b in pairs), k
    for k in (1, number - 2):  # an activation, and a gradient
        (verdict,) = judge_case(case, "float64", 0, [trainer_candidate(without(k))]).verdicts
        assert verdict.verdict == "differ", k


def arguments(case: Case, inputs: Inputs) -> tuple[Any, ...]:
    given = (inputs.X, inputs.Y, dict(inputs.parameters), case.learning_rate)
    return (*given, case.hidden, case.loss, case.output, case.reduction)


def states(made: impl_numpy.Trainer, count: int = 3) -> list[np.ndarray]:
    """Return parameters, gradients and cost after each of a few steps."""
    found: list[np.ndarray] = []
    for _ in range(count):
        made.step()
        found += [value.copy() for value in (made.parameters | made.grads).values()]
        found.append(made.cost())
    return found


# --- memory ----------------------------------------------------------------------------------


def ordinary(dims: tuple[int, ...], m: int, **options: Any) -> tuple[Case, Inputs]:
    case = Case("memory", "measured", dims, m, makers.ordinary, **options)
    return case, case.inputs("float32", 0)


def bytes_used(make: Callable[[], Any]) -> tuple[int, int]:
    """Return the bytes that stay allocated and, beyond them, what was needed in between."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        made = make()
        after, peak = tracemalloc.get_traced_memory()
        del made
    finally:
        tracemalloc.stop()
    return after - before, peak - after


MANY = 10_000  # examples
ROW = 4 * MANY  # bytes of a single unit's activations


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_a_step_allocates_no_array(hidden: str, output: str, loss: str) -> None:
    case, inputs = ordinary((5, 16, 8, 3), MANY, hidden=hidden, output=output, loss=loss)
    made = trainer(case, inputs)
    made.step()
    left, between = bytes_used(made.step)
    assert left < ROW
    assert between < ROW, "an iterator of NumPy buffers 8,192 elements and no more"


def test_an_array_in_between_would_be_seen() -> None:
    case, inputs = ordinary((5, 16, 8, 3), MANY, loss="squared_error")
    iterations = impl_numpy.iterate(*arguments(case, inputs))
    next(iterations)
    _, between = bytes_used(lambda: next(iterations) and None)
    assert between > 16 * ROW


def least(dims: tuple[int, ...], m: int) -> int:
    """Return the bytes of parameters, gradients and activations in float32."""
    parameters = sum((n + 1) * n_next for n, n_next in pairwise(dims))
    return 4 * (2 * parameters + m * sum(dims))


LARGE = ((256, 256, 256, 1), 4096)  # of a batch beside which the gradients are small


@pytest.mark.parametrize(
    ("dims", "m"),
    [((30, 64, 32, 1), 569), ((784, 128, 1), 128), ((256, 256, 256, 1), 256), LARGE],
)
def test_memory_is_what_is_needed(dims: tuple[int, ...], m: int) -> None:
    case, inputs = ordinary(dims, m)
    made: list[impl_numpy.Trainer] = []
    for keep in (False, True):
        tracemalloc.start()
        try:
            made.append(trainer(case, inputs, keep=keep))
            arrays = tracemalloc.take_snapshot().filter_traces(
                [tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)]
            )
        finally:
            tracemalloc.stop()
        used = sum(trace.size for trace in arrays.traces)
        assert used >= least(dims, m)
        assert (used <= 1.05 * least(dims, m)) == (not keep), used / least(dims, m)


def test_of_a_large_batch_a_layer_is_done_in_few_blocks() -> None:
    """Each block reads all deltas of the layer above: with 6 rows of scratch there would be 16."""
    case, inputs = ordinary(*LARGE)
    made = trainer(case, inputs)
    for l in (1, 2):
        assert len(made._space.blocks(l)) <= 7


# --- what is refused, and what is not --------------------------------------------------------


def test_far_logits_are_no_warning() -> None:
    """exp(1000) overflows; the probability is 0, as it should be, and nothing is said."""
    W, b = np.array([[-1000.0]]), np.zeros((1, 1))
    made = impl_numpy.Trainer(np.ones((1, 2)), np.ones((1, 2)), {"W1": W, "b1": b}, 0.5, keep=True)
    made.step()
    assert np.array_equal(made.activations["A1"], [[0.0, 0.0]])
    assert np.array_equal(made.grads["dW1"], [[-1.0]])
    assert made.cost() == 100


def test_the_first_cost_is_that_of_the_given_parameters() -> None:
    inputs = RAGGED.inputs("float64", 0)
    made = trainer(RAGGED, inputs)
    before = made.cost()
    made.step()
    assert made.cost() == pytest.approx(before, rel=1e-12)
    made.step()
    assert made.cost() < before


def test_what_is_given_stays_as_it_is() -> None:
    inputs = RAGGED.inputs("float64", 0)
    copy = inputs.copy()
    trainer(RAGGED, inputs).step()
    assert all(np.array_equal(inputs.parameters[k], v) for k, v in copy.parameters.items())
    assert np.array_equal(inputs.X, copy.X)
    assert np.array_equal(inputs.Y, copy.Y)


def test_misfits_are_refused() -> None:
    inputs = RAGGED.inputs("float64", 0)
    X, Y, parameters = inputs.X, inputs.Y, dict(inputs.parameters)
    mixed = parameters | {"b2": parameters["b2"].astype(np.float32)}
    for args, sentence in (
        ((X[1:], Y, parameters, 0.1), "W1 has shape .* 4 units"),
        ((X, Y[:, 1:], parameters, 0.1), r"Y has shape .* want \(2, 11\)"),
        ((X[:, :0], Y[:, :0], parameters, 0.1), "at least one example"),
        ((X, Y, mixed, 0.1), "give all parameters one floating-point precision"),
        ((X, Y, parameters, 0.0), "learning_rate is 0.0"),
    ):
        with pytest.raises(ValueError, match=sentence):
            impl_numpy.Trainer(*args)
    with pytest.raises(KeyError):
        impl_numpy.Trainer(X, Y, parameters, 0.1, "swish")
    with pytest.raises(ValueError, match="keep=True"):
        _ = impl_numpy.Trainer(X, Y, parameters, 0.1).activations
