"""A guard in the logarithms of the cost, as people write it, with the gradient of either cost."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import impl_numpy
from backproof import makers
from backproof.candidate import Candidate, Run, SkippedError
from backproof.case import DTYPES, PROBABILITIES, Case, Inputs
from backproof.guards import PLACES, Guard, at_place, kept
from backproof.judge import judge_case
from backproof.twins import numpy_candidate, torch_candidate
from backproof.verdict import Verdict
from impl_numpy.activations import OUTPUT

pytestmark = pytest.mark.usefixtures("unexplained")
LOSSES = ("binary_cross_entropy", "categorical_cross_entropy")
KINDS = PLACES["logarithm"]
EPS = (1e-15, 1e-8, 1e-3)
GRADIENTS = {"dW2", "db2", "dW1", "db1"}


def calm(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Ordinary arrays with logits of at most 5."""
    return makers.within_reach(case, makers.ordinary(case, rng, dtype), 5.0)


def guards_of(guard: Guard | None, own_gradient: bool) -> tuple[Guard, ...]:
    """The guard of the cost, and of the cost that is differentiated."""
    if guard is None:
        return ()
    return (guard, replace(guard, place="slope")) if own_gradient else (guard,)


def guarded_case(
    guard: Guard | None,
    own_gradient: bool = False,
    loss: str = "binary_cross_entropy",
    output: str = "",
    reduction: str = "mean",
) -> Case:
    return Case(
        "guarded",
        "the cost is that of logarithms kept away from 0",
        (4, 6, 3),
        9,
        calm,
        loss=loss,
        output=output,
        reduction=reduction,
        iterations=3,
        learning_rate=0.01,
        guards=guards_of(guard, own_gradient),
    )


def every_case() -> list[Case]:
    return [
        guarded_case(Guard(kind, eps), own_gradient, loss, output, reduction)
        for kind in KINDS
        for eps in EPS
        for own_gradient in ((False, True) if kind in PLACES["slope"] else (False,))
        for loss in LOSSES
        for output in PROBABILITIES
        for reduction in ("mean", "sum")
    ]


def by_hand(guard: Guard | None, guarded_gradient: bool) -> Candidate:
    """Return the network whose cost is guarded, by NumPy, and whose gradient may be."""

    def cost(_: Any, A: np.ndarray, Y: np.ndarray, __: str, loss: str) -> Any:
        low, high = logarithms_of(A)
        terms = Y * low + (1 - Y) * high if loss == LOSSES[0] else Y * low
        return -np.sum(terms) / A.dtype.type(A.shape[1])

    def logarithms_of(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if guard is None:
            return np.log(A), np.log(1 - A)
        if guard.kind == "add":
            return np.log(A + guard.eps), np.log(1 - A + guard.eps)
        if guard.kind == "shift":
            return np.log(A + guard.eps), np.log(1 - A - guard.eps)
        if guard.kind == "single":
            return np.log(A + guard.eps), np.log(1 - A)
        if guard.kind == "floor":
            return np.log(np.maximum(A, guard.eps)), np.log(np.maximum(1 - A, guard.eps))
        clipped = np.clip(A, guard.eps, 1 - guard.eps)
        return np.log(clipped), np.log(1 - clipped)

    def output_delta(A: np.ndarray, Y: np.ndarray, output: str, loss: str) -> Any:
        if guard is None or not guarded_gradient:
            return impl_numpy.STEPS.output_delta(A, Y, output, loss)
        low, high = kept(guard.kind, guard.eps, A)
        dA = -Y / low + (1 - Y) / high if loss == LOSSES[0] else -Y / low
        if guard.kind == "clip":
            dA *= (guard.eps < A) & (1 - guard.eps > A)
        return OUTPUT[output].delta(dA, A)

    plain = numpy_candidate(replace(impl_numpy.STEPS, cost=cost, output_delta=output_delta))

    def run(case: Case, inputs: Inputs) -> Run:
        return plain.run(replace(case, guards=()), inputs)

    return Candidate("by hand", run)


def judged(case: Case, dtype: str, candidate: Candidate, seed: int = 0) -> Verdict:
    return judge_case(case, dtype, seed, [candidate]).verdicts[0]


def differing(case: Case, dtype: str, candidate: Candidate) -> set[str]:
    verdict = judged(replace(case, iterations=1), dtype, candidate)
    return {f.name for f in verdict.findings if f.verdict == "differ"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", every_case(), ids=lambda c: f"{c.guards}-{c.output}-{c.loss}")
def test_a_guarded_cost_agrees(case: Case, dtype: str) -> None:
    own = by_hand(at_place(case.guards, "logarithm"), at_place(case.guards, "slope") is not None)
    for seed in range(3):
        for verdict in judge_case(case, dtype, seed, [own, torch_candidate("cpu")]).verdicts:
            assert verdict.verdict == "agree", [f for f in verdict.all_findings if not f.agrees]
            assert max(f.z for f in verdict.all_findings) <= 4
            limit = {"float64": 1e-12, "float32": 2e-4}[dtype]
            assert max(f.sensitivity for f in verdict.findings if f.name[0] == "d") <= limit


@pytest.mark.parametrize(
    ("dtype", "eps"), [("float64", 1e-8), ("float64", 1e-3), ("float32", 1e-3)]
)
@pytest.mark.parametrize("kind", ["add", "clip"])
def test_another_guard_is_seen_in_the_cost_and_nowhere_else(
    kind: str, eps: float, dtype: str
) -> None:
    """None at all, the other kind, or ten times the eps: wherever the guard makes a difference."""
    case = guarded_case(Guard(kind, eps))
    if kind == "add":
        for other in (None, Guard("clip", eps), Guard("add", 10 * eps)):
            assert differing(case, dtype, by_hand(other, False)) == {"cost"}
    else:
        assert differing(case, dtype, by_hand(Guard("add", eps), False)) == {"cost"}


def saturated(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    """Logits of 4 times the calm ones."""
    calm_ones = calm(case, rng, dtype)
    W = calm_ones.parameters["W2"]
    return replace(calm_ones, parameters={**calm_ones.parameters, "W2": W * W.dtype.type(4)})


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_clip_that_clips_is_seen(dtype: str) -> None:
    """Probabilities beyond 1/4 and 3/4: the cost is another, and a gradient through it is 0."""
    guard = Guard("clip", 0.25)
    shown = replace(guarded_case(guard), make=saturated)
    own = replace(shown, guards=guards_of(guard, True))
    assert judged(shown, dtype, by_hand(guard, False)).verdict == "agree"
    assert judged(own, dtype, by_hand(guard, True)).verdict == "agree"
    assert differing(shown, dtype, by_hand(None, False)) == {"cost"}
    assert differing(own, dtype, by_hand(guard, False)) >= GRADIENTS
    assert differing(shown, dtype, by_hand(guard, True)) >= GRADIENTS


@pytest.mark.parametrize("kind", ["add", "clip"])
def test_the_gradient_of_the_other_cost_is_seen(kind: str) -> None:
    """1e-3 inside the logarithms moves the gradient where it takes part; so does a wide clip."""
    guard = Guard(kind, 0.3 if kind == "clip" else 1e-3)
    for loss in LOSSES:
        for output in PROBABILITIES:
            for own in (False, True):
                case = replace(guarded_case(guard, own, loss, output), make=saturated)
                found = differing(case, "float64", by_hand(guard, not own))
                assert {name for name in found if name[0] == "d"} == GRADIENTS
                assert "cost" not in found


def test_a_guard_too_small_for_float32_is_no_guard_there() -> None:
    """1 - 1e-15 rounds to 1: a clipped cost at p = 1 is not finite, and is not passed."""
    guard = Guard("clip", 1e-15)

    def certain(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
        drawn = calm(case, rng, dtype)
        b2 = drawn.parameters["b2"] + drawn.X.dtype.type(40)
        return replace(drawn, parameters={**drawn.parameters, "b2": b2})

    case = replace(guarded_case(guard), make=certain, iterations=1)
    verdict = judged(case, "float32", torch_candidate("cpu"))
    cost = next(f for f in verdict.findings if f.name == "cost")
    assert cost.verdict == "differ"
    assert "finite" in cost.reason


def test_the_numpy_twin_has_no_guard_and_says_so() -> None:
    with pytest.raises(SkippedError, match="no guard"):
        judged(guarded_case(Guard("add", 1e-8)), "float64", numpy_candidate())
