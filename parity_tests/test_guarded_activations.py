"""Guards of activations, derivatives and gradients: the reference against NumPy by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from backproof import makers
from backproof.case import Case, Inputs
from backproof.compare import compare
from backproof.guards import DENOMINATORS, Guard, shift
from backproof.precision import precision
from backproof.trace import Array, Trace
from backproof.twins import expected_trace

Function = Callable[[Array], Array]
RATE = 0.1


def exp_sum(Z: Array, less: Array | float, eps: float) -> Array:
    e = np.exp(Z - less)
    return e / (e.sum(axis=0) + Z.dtype.type(eps))


def again(Z: Array, eps: float) -> Array:
    A = exp_sum(Z, Z.max(axis=0), 0.0)
    return A / (A.sum(axis=0) + Z.dtype.type(eps))


FORMULAS: dict[tuple[str, str], Callable[[Array, float], Array]] = {
    ("sigmoid", "1 + exp(-z)"): lambda Z, eps: 1 / (1 + np.exp(-Z) + Z.dtype.type(eps)),
    ("sigmoid", "1 + exp(z)"): lambda Z, eps: np.exp(Z) / (1 + np.exp(Z) + Z.dtype.type(eps)),
    ("softmax", "the sum of exp(z - max z)"): lambda Z, eps: exp_sum(Z, Z.max(axis=0), eps),
    ("softmax", "the sum of exp(z)"): lambda Z, eps: exp_sum(Z, 0, eps),
    ("softmax", "the sum of exp(z - max of all z)"): lambda Z, eps: exp_sum(Z, Z.max(), eps),
    ("softmax", "the sum of the outputs"): again,
}
TANH: dict[str, Callable[[Array, float], Array]] = {
    "exp(z) + exp(-z)": lambda Z, eps: (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z) + eps),
    "exp(2z) + 1": lambda Z, eps: (np.exp(2 * Z) - 1) / (np.exp(2 * Z) + 1 + eps),
}


def guarded(output: str, *guards: Guard) -> Case:
    loss = {"sigmoid": "binary_cross_entropy", "softmax": "categorical_cross_entropy"}[output]
    return Case("guarded", "", (4, 6, 3), 9, calm, "sigmoid", loss, RATE, 1, guards=guards)


def calm(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    return makers.within_reach(case, makers.ordinary(case, rng, dtype), 5.0)


def plain_sigmoid(Z: Array) -> Array:
    return 1 / (1 + np.exp(-Z))


def by_hand(
    inputs: Inputs,
    output: Function,
    hidden: Function = plain_sigmoid,
    slope: Function = lambda A: A * (1 - A),
    bound: float = np.inf,
) -> Trace:
    """The network as it is written by hand: dZ2 = A2 - Y, dZ1 = W2^T dZ2 * slope(A1)."""
    W1, b1, W2, b2 = (inputs.parameters[name] for name in ("W1", "b1", "W2", "b2"))
    Z1 = W1 @ inputs.X + b1
    A1 = hidden(Z1)
    Z2 = W2 @ A1 + b2
    A2 = output(Z2)
    m = inputs.X.dtype.type(inputs.X.shape[1])
    dZ2 = A2 - inputs.Y
    dZ1 = (W2.T @ dZ2) * slope(A1)
    dW2, db2 = dZ2 @ A1.T / m, dZ2.sum(axis=1, keepdims=True) / m
    dW1, db1 = dZ1 @ inputs.X.T / m, dZ1.sum(axis=1, keepdims=True) / m
    trace = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "dW2": dW2, "db2": db2, "dW1": dW1, "db1": db1}
    kept = {k: np.clip(v, -bound, bound) if k[0] == "d" else v for k, v in trace.items()}
    rate = inputs.X.dtype.type(RATE)
    return kept | {k: v - rate * kept[f"d{k}"] for k, v in inputs.parameters.items()}


def wrong(case: Case, dtype: str, hand: Callable[[Inputs], Trace]) -> set[str]:
    """Return the arrays that differ, over three seeds; right ones are far inside the limit."""
    found = set()
    for seed in range(3):
        inputs = case.inputs(dtype, seed)
        expected = expected_trace(case, inputs, precision(dtype))
        for name, value in hand(inputs).items():
            finding = compare(name, value, expected[name], dtype, None)
            if finding.agrees:
                assert finding.z <= 5
            else:
                found.add(name)
    return found


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("output", "form"), FORMULAS)
def test_an_epsilon_in_the_denominator(output: str, form: str, dtype: str) -> None:
    """It is expected in A2 and in all that follows; another one, or none, shows in A2 first."""
    of, rest = FORMULAS[output, form], {"A2", "dW2", "db2", "dW1", "db1"}
    for eps in (1e-9, 1e-3) if dtype == "float64" else (1e-3,):
        case = guarded(output, Guard("add", eps, "denominator", 2, form))
        assert (
            wrong(case, dtype, lambda inputs, e=eps: by_hand(inputs, lambda Z: of(Z, e))) == set()
        )
        for other in (0.0, 2 * eps):
            found = wrong(case, dtype, lambda inputs, e=other: by_hand(inputs, lambda Z: of(Z, e)))
            assert {"A2"} <= found
            assert found - {"W1", "b1", "W2", "b2"} <= rest


def test_a_hidden_layer_and_its_derivative() -> None:
    of = FORMULAS["sigmoid", "1 + exp(-z)"]
    own = Guard("add", 1e-6, "denominator", 1, "1 + exp(-z)")
    plain = Guard("plain", 1e-6, "derivative", 1)
    added = Guard("add", 1e-6, "derivative", 1)

    def hand(slope: Function) -> Callable[[Inputs], Trace]:
        return lambda inputs: by_hand(inputs, plain_sigmoid, lambda Z: of(Z, 1e-6), slope)

    def unguarded(A: Array) -> Array:
        s = A / (1 - 1e-6 * A)
        return s * (1 - s)

    slopes: dict[tuple[Guard, ...], Function] = {
        (own,): lambda A: A * (1 - A),
        (own, plain): unguarded,
        (own, added): lambda A: A * (1 - A) + 1e-6,
    }
    for guards in slopes:
        for others, slope in slopes.items():
            found = wrong(guarded("sigmoid", *guards), "float64", hand(slope))
            assert found - {"W1", "b1"} == (set() if guards == others else {"dW1", "db1"})


def test_bounds() -> None:
    within = Guard("bound", 1.0, "argument", 2)
    clip = Guard("clip", 0.3, "output", 2)
    for guard, output in (
        (within, lambda Z: plain_sigmoid(np.clip(Z, -1, 1))),
        (clip, lambda Z: np.clip(plain_sigmoid(Z), 0.3, 0.7)),
    ):
        case = guarded("sigmoid", guard)
        assert wrong(case, "float64", lambda inputs, g=output: by_hand(inputs, g)) == set()
        assert "A2" in wrong(case, "float64", lambda inputs: by_hand(inputs, plain_sigmoid))
    case = guarded("sigmoid", Guard("bound", 0.05, "gradient"))
    assert wrong(case, "float64", lambda i: by_hand(i, plain_sigmoid, bound=0.05)) == set()
    assert "dW2" in wrong(case, "float64", lambda inputs: by_hand(inputs, plain_sigmoid))
    late = replace(case, guards=(Guard("bound", 0.05, "update"),))

    def clipped_late(inputs: Inputs) -> Trace:
        whole, cut = by_hand(inputs, plain_sigmoid), by_hand(inputs, plain_sigmoid, bound=0.05)
        return {name: (whole if name[0] == "d" else cut)[name] for name in whole}

    assert wrong(late, "float64", clipped_late) == set()
    assert {"W2"} <= wrong(late, "float64", lambda inputs: by_hand(inputs, plain_sigmoid))


@pytest.mark.parametrize("form", TANH)
def test_the_shift_of_a_tanh(form: str) -> None:
    Z = np.random.default_rng(0).normal(size=(5, 7))
    for eps in (1e-3, 1e-6):
        moved = shift([Guard("add", eps, "denominator", 1, form)], "tanh", Z, np.tanh)
        assert moved == pytest.approx(TANH[form](Z, eps) - np.tanh(Z), rel=1e-7, abs=1e-15)
        assert np.max(np.abs(moved)) > eps / 100


def test_every_denominator_is_tested() -> None:
    there = {(name, form) for name, forms in DENOMINATORS.items() for form in forms}
    assert there == {*FORMULAS, *(("tanh", form) for form in TANH)}
