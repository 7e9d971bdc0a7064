"""Every planted regression of the twins turns the gate red, for the right reason; and nothing else
does."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import impl_numpy
import impl_torch
from backproof import cases, judge, makers
from backproof.candidate import Candidate, Run
from backproof.case import Case, Guard, Inputs
from backproof.cases import case_named
from backproof.compare import Expected
from backproof.gate.judgement import GREEN, RED
from backproof.precision import Precision, precision
from backproof.trace import Array, trace_names
from backproof.twins import expected_trace, numpy_candidate
from backproof.twins.expectation import Expectations
from impl_numpy import STEPS
from parity_tests.gate.planted import (
    first,
    gate,
    kinds,
    named,
    report_of,
    right,
    twins,
)
from parity_tests.meta.faults import Fault, steps
from parity_tests.meta.test_faults import FAULTS

SOME = "ragged", "notebook-2-4-1", "tanh-hidden", "softmax", "regression", "mixed-hidden"
WRONG = [fault for fault in FAULTS if isinstance(fault.on, str)]
EXPLAINED = judge._explained
Monkey = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def without_a_diagnosis(monkeypatch: Monkey) -> None:
    """Leave out what takes long; test_the_reason_names_the_mistake has it."""
    monkeypatch.setattr(judge, "_explained", lambda verdict, *_: verdict)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_right_twins_are_green(dtype: str) -> None:
    report = report_of([case_named(name) for name in SOME], dtype, twins())
    outcome = gate(report, right(SOME, dtype))
    assert [j.verdict for j in outcome.judgements] == [GREEN, GREEN], outcome.judgements
    assert (outcome.verdict, outcome.exit_code, outcome.blamed) == (GREEN, 0, "")


# --- wrong rules, wrong formulas, lower precision ---------------------------------------------


@pytest.mark.parametrize("fault", WRONG, ids=lambda fault: fault.name)
def test_a_wrong_network_is_a_difference_where_the_fault_is(fault: Fault) -> None:
    dtype = fault.dtypes[0]
    old = right((fault.case.name,), dtype)
    outcome = gate(report_of([fault.case], dtype, twins(fault.candidate)), old)
    parity = named(outcome, "parity")
    assert (parity.verdict, outcome.exit_code) == (RED, 1)
    assert "parity" in outcome.blamed
    (complaint,) = (c for c in parity.complaints if c.kind == "difference")
    assert complaint.place == ("twins", fault.case.name, dtype, "impl_numpy", fault.guilty[0])
    assert parity.reason.startswith(complaint.place.words)


def test_the_reason_names_the_mistake(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(judge, "_explained", EXPLAINED)

    def without_mean(dZ: Array, A: Array) -> Array:
        return dZ @ A.T

    report = report_of(
        [case_named("ragged")], "float64", twins(steps(weight_gradient=without_mean))
    )
    parity = named(gate(report, right(("ragged",))), "parity")
    assert "because the weight gradients are not divided by the number of examples" in parity.reason


def doubled_cost(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *arguments: 2 * call(self, *arguments)


def test_a_wrong_pytorch_twin_is_a_difference_too(monkeypatch: Monkey) -> None:
    old = right(("ragged",))
    monkeypatch.setattr(impl_torch.Cost, "__call__", doubled_cost(impl_torch.Cost.__call__))
    outcome = gate(report_of([case_named("ragged")], "float64", twins()), old)
    assert first(named(outcome, "parity")).place.array == "cost"


# --- defaults and first draws -----------------------------------------------------------------

DEFAULTS = [
    (impl_numpy.iterate, "hidden", "tanh"),
    (impl_numpy.iterate, "loss", "squared_error"),
    (impl_numpy.iterate, "output", "softmax"),
    (impl_numpy.iterate, "reduction", "sum"),
    (impl_numpy.forward_propagation, "hidden", "sigmoid"),
    (impl_numpy.backward_propagation, "hidden", "leaky_relu"),
    (impl_numpy.initialize_parameters, "seed", 0),
    (impl_numpy.initialize_parameters, "dtype", np.float32),
    (impl_numpy.neural_network_model, "learning_rate", 0.1),
    (impl_numpy.neural_network_model, "num_iterations", 1000),
    (impl_torch.iterate, "reduction", "sum"),
    (impl_torch.iterate, "slope", impl_torch.Guard("add", 1e-3)),
    (impl_torch.train, "learning_rate", 0.01),
    (impl_torch.SimpleNN.__init__, "hidden", "tanh"),
    (impl_torch.Objective.__init__, "guard", impl_torch.Guard("clip", 1e-15)),
]


@pytest.mark.parametrize(("function", "name", "value"), DEFAULTS)
def test_another_default_is_told(
    function: Any, name: str, value: object, monkeypatch: Monkey
) -> None:
    old = right(("ragged",))
    parameters = inspect.signature(function).parameters.values()
    with_defaults = [p for p in parameters if p.default is not p.empty]
    changed = tuple(value if p.name == name else p.default for p in with_defaults)
    monkeypatch.setattr(function, "__defaults__", changed)
    outcome = gate(report_of([case_named("ragged")], "float64", twins()), old)
    parity = named(outcome, "parity")
    assert (parity.verdict, first(parity).kind, outcome.exit_code) == (RED, "conduct", 1)
    whose = function.__qualname__.removesuffix(".__init__")
    assert f"{function.__module__.split('.')[0]}.{whose} was" in parity.reason
    assert f"{name}=" in parity.reason


def drawn(order: Callable[[list[int]], list[int]], biases: float = 0.0) -> Callable[..., Any]:
    """Return initialize_parameters with the layers drawn in another order."""

    def initialize(dims: Any, seed: int = 42, dtype: type = np.float64) -> dict[str, Array]:
        stream, found = np.random.RandomState(seed), {}
        for l in order(list(range(1, len(dims)))):
            found[f"W{l}"] = (stream.randn(dims[l], dims[l - 1]) * 0.01).astype(dtype)
            found[f"b{l}"] = np.full((dims[l], 1), biases, dtype)
        return {name: found[name] for name in sorted(found, key=lambda n: (n[1:], n[0] == "b"))}

    return initialize


def another_seed(dims: Any, seed: int = 42, dtype: type = np.float64) -> dict[str, Array]:
    return drawn(list)(dims, seed + 1, dtype)


@pytest.mark.parametrize(
    ("initialize", "arrays"),
    [
        (drawn(list), set()),
        (drawn(lambda layers: layers[::-1]), {"W1", "W2"}),
        (drawn(list, 0.01), {"b1", "b2"}),
        (another_seed, {"W1", "W2"}),
    ],
    ids=["the same", "last layer first", "biases not zero", "another seed"],
)
def test_another_first_draw_is_told(
    initialize: Callable[..., Any], arrays: set[str], monkeypatch: Monkey
) -> None:
    old, report = right(("ragged",)), report_of([case_named("ragged")], "float64", twins())
    monkeypatch.setattr(impl_numpy, "initialize_parameters", initialize)
    parity = named(gate(report, old), "parity")
    drawn = (complaint.place.array.partition(", ")[2] for complaint in parity.complaints)
    assert {name.removesuffix(" drawn") for name in drawn} - {""} == arrays


# --- another question -------------------------------------------------------------------------


def reseeded(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    return makers.ordinary(case, np.random.default_rng(rng.integers(2**32)), dtype)


def labels_first(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    rng.integers(2, size=(case.layer_dims[-1], case.m))
    return makers.ordinary(case, rng, dtype)


def examples_reversed(case: Case, rng: np.random.Generator, dtype: str) -> Inputs:
    inputs = makers.ordinary(case, rng, dtype)
    return Inputs(inputs.parameters, inputs.X[:, ::-1].copy(), inputs.Y[:, ::-1].copy())


QUESTIONS = {
    "another seed": ({"make": reseeded}, "other numbers in W1"),
    "labels drawn first": ({"make": labels_first}, "other numbers in W1"),
    "examples in another order": ({"make": examples_reversed}, "other numbers in X"),
    "learning rate": ({"learning_rate": 0.2}, "learning_rate was 0.1 and is 0.2"),
    "hidden activation": ({"hidden": "tanh"}, "hidden was relu, relu and is tanh, tanh"),
    "loss": ({"loss": "squared_error"}, "loss was binary_cross_entropy and is squared_error"),
    "reduction": ({"reduction": "sum"}, "reduction was mean and is sum"),
    "iterations": ({"iterations": 4}, "iterations was 5 and is 4"),
}


def asked_otherwise(monkeypatch: Monkey, name: str, **fields: Any) -> Case:
    """Put another case into the table under the same name."""
    other = replace(case_named(name), **fields)
    table = tuple(other if case.name == name else case for case in cases.TABLE)
    monkeypatch.setattr(cases, "TABLE", table)
    return other


@pytest.mark.parametrize(("fields", "words"), QUESTIONS.values(), ids=QUESTIONS)
def test_another_question_is_told(fields: dict[str, Any], words: str, monkeypatch: Monkey) -> None:
    old = right(("ragged",))
    case = asked_otherwise(monkeypatch, "ragged", **fields)
    outcome = gate(report_of([case], "float64", twins()), old)
    assert named(outcome, "parity").verdict == GREEN
    sharp = named(outcome, "sharpness")
    assert (sharp.verdict, outcome.exit_code, outcome.blamed) == (RED, 1, "sharpness")
    assert kinds(sharp) == {"question"}
    assert f"ragged, float64 asks something else: {words}" in sharp.reason


def test_a_guard_is_another_question(monkeypatch: Monkey) -> None:
    old = right(("ragged",))
    case = asked_otherwise(monkeypatch, "ragged", guards=(Guard("add", 1e-15),))
    outcome = gate(report_of([case], "float64", twins()[1:]), old)
    assert {"question", "lost"} <= kinds(named(outcome, "sharpness"))


# --- a judge that has become blunt --------------------------------------------------------------


def coarser(name: str, factor: float, *fields: str) -> Precision:
    units = precision(name)
    return replace(units, **{field: factor * getattr(units, field) for field in fields})


BLUNT = {
    "every unit": ("storage", "product", "accumulation"),
    "stored results": ("storage",),
    "products": ("product",),
}


@pytest.mark.parametrize("fields", BLUNT.values(), ids=BLUNT)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_wider_error_bars_are_less_sharp(
    dtype: str, fields: tuple[str, ...], monkeypatch: Monkey
) -> None:
    old = right(("ragged",), dtype)
    monkeypatch.setattr(judge, "precision", lambda name: coarser(name, 4, *fields))
    outcome = gate(report_of([case_named("ragged")], dtype, twins()), old)
    assert named(outcome, "parity").verdict == GREEN
    sharp = named(outcome, "sharpness")
    assert (sharp.verdict, kinds(sharp), outcome.exit_code) == (RED, {"sensitivity"}, 1)


def test_one_blunt_array_is_named(monkeypatch: Monkey) -> None:
    old, real = right(("ragged",)), judge.expectations

    def widened(*arguments: Any) -> Expectations:
        expected = real(*arguments)
        dW2 = expected.trace["dW2"]
        expected.trace["dW2"] = Expected(dW2.value, 1.5 * dW2.sigma)
        return expected

    monkeypatch.setattr(judge, "expectations", widened)
    sharp = named(gate(report_of([case_named("ragged")], "float64", twins()), old), "sharpness")
    assert {c.place.array for c in sharp.complaints} == {"dW2"}
    assert (
        "is judged less sharply: an error of 3" in sharp.reason or "would be seen" in sharp.reason
    )


# --- precision that got worse, and does not differ yet ------------------------------------------


def off_by(sigmas: float, arrays: set[str]) -> Candidate:
    """Return the NumPy network with arrays of its trace as many standard deviations off."""

    def run(case: Case, inputs: Inputs) -> Run:
        good = numpy_candidate().run(case, inputs)
        bars = expected_trace(case, inputs, precision(str(inputs.X.dtype)))
        trace = {
            name: (bars[name].value + sigmas * bars[name].sigma).astype(value.dtype)
            if name in arrays
            else value
            for name, value in good.trace.items()
        }
        return Run(trace, good.trajectory)

    return Candidate("off", run)


@pytest.mark.parametrize(
    ("sigmas", "verdicts"), [(6.5, (GREEN, RED)), (4.0, (GREEN, GREEN)), (9.5, (RED, GREEN))]
)
def test_a_z_that_has_risen_is_told_before_it_differs(
    sigmas: float, verdicts: tuple[str, str]
) -> None:
    report = report_of([case_named("ragged")], "float32", twins(off_by(sigmas, {"dW2"})))
    outcome = gate(report, right(("ragged",), "float32"))
    assert tuple(j.verdict for j in outcome.judgements) == verdicts
    if verdicts[1] == RED:
        sharp = named(outcome, "sharpness")
        assert kinds(sharp) == {"z"}
        assert "ragged, float32, impl_numpy: dW2 is less precise: z = 6." in sharp.reason


def test_many_z_that_have_risen_a_little_are_told() -> None:
    names = set(trace_names(3))
    report = report_of([case_named("ragged")], "float32", twins(off_by(3.0, names)))
    sharp = named(gate(report, right(("ragged",), "float32")), "sharpness")
    assert kinds(sharp) == {"typical z"}
    assert "ragged, float32, impl_numpy is less precise throughout" in sharp.reason


# --- what the suite has lost --------------------------------------------------------------------


def test_a_lost_case_is_told() -> None:
    old = right(("ragged", "tanh-hidden"))
    sharp = named(gate(report_of([case_named("ragged")], "float64", twins()), old), "sharpness")
    assert (sharp.verdict, kinds(sharp)) == (RED, {"lost"})
    assert sharp.reason == "the suite lost tanh-hidden, float64"


def test_a_lost_candidate_is_told() -> None:
    old = right(("ragged",))
    sharp = named(gate(report_of([case_named("ragged")], "float64", twins()[:1]), old), "sharpness")
    assert sharp.reason == "the suite lost ragged, float64, impl_torch (cpu)"


def test_a_lost_array_is_told() -> None:
    def run(case: Case, inputs: Inputs) -> Run:
        good = numpy_candidate().run(case, inputs)
        trace = {name: value for name, value in good.trace.items() if name not in ("dW1", "db1")}
        return Run(trace, good.trajectory)

    partial = Candidate("part", run, partial=True)
    report = report_of([case_named("ragged")], "float64", twins(partial))
    sharp = named(gate(report, right(("ragged",))), "sharpness")
    assert sharp.reason == "the suite lost dW1, db1 of ragged, float64, impl_numpy"


def test_there_are_regressions_enough() -> None:
    planted = [*WRONG, *DEFAULTS, *QUESTIONS, *BLUNT]
    assert len(planted) >= 50
    assert STEPS == impl_numpy.STEPS  # nothing that was planted is left behind
