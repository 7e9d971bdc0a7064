"""What a diagnosis says: names that are proved, own verdicts, and nothing about the innocent."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backproof.cases import case_named
from backproof.diagnosis import Diagnosis, Exhibit, diagnose
from backproof.diagnosis.experiment import run
from backproof.diagnosis.factors import plant_factors
from backproof.judge import judge_case
from backproof.mistakes.mistake import Plant
from backproof.mistakes.planting import biases, cost, linear, output_delta, weights
from backproof.report.failure import failures
from backproof.trace import Array
from backproof.twins import numpy_candidate
from backproof.verdict import Verdict
from impl_numpy import STEPS, tanh
from parity_tests.meta.faults_backward import FAULTS
from parity_tests.meta.faults_forward import FAULTS as FORWARD
from parity_tests.meta.faults_output import FAULTS as OUTPUT
from parity_tests.meta.innocents import Innocent, innocents
from parity_tests.meta.planted import BINARY, MSE, NETS, Net, exhibits
from parity_tests.meta.test_networks import judged
from parity_tests.networks.TABLE import RIGHT, WRONG, Network

ROOT = Path(__file__).parents[2]
NET = Net(2, 3, "tanh", MSE)


def planted(plant: Plant, net: Net = NET) -> list[Exhibit]:
    """Return what a network shows with a mistake that the catalogue may not know."""
    return [replace(e, trace=run(e, [plant])) for e in exhibits(net, ())]


def changed(shown: Sequence[Exhibit], names: Mapping[str, Array | float]) -> list[Exhibit]:
    """Multiply some arrays of what was shown."""
    return [replace(e, trace={n: v * names.get(n, 1.0) for n, v in e.trace.items()}) for e in shown]


def because(shown: Sequence[Exhibit]) -> Diagnosis:
    found = diagnose(shown)
    assert found is not None
    return found


# --- the innocent ----------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_a_right_network_is_not_accused(net: Net, dtype: str) -> None:
    for seed in range(5):
        assert diagnose(exhibits(net, (), dtype=dtype, seed=seed)) is None
        assert diagnose(exhibits(net, (), iterations=3, dtype=dtype, seed=seed)) is None


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("innocent", [pytest.param(i, id=i.name) for i in innocents()])
def test_an_innocent_is_not_accused(innocent: Innocent, dtype: str) -> None:
    inputs = innocent.case.inputs(dtype, 0)
    trace = innocent.candidate.run(innocent.case, inputs.copy()).trace
    found = diagnose([Exhibit(innocent.case, inputs, trace, dtype, innocent.case.learning_rate)])
    assert found is None, found


@pytest.mark.parametrize("row", RIGHT, ids=lambda row: row.file)
def test_a_right_file_is_not_accused(row: Network) -> None:
    assert [v.because for case in judged(row.file).cases for v in case.verdicts if v.because] == []


# --- names -----------------------------------------------------------------------------------


def test_a_mistake_just_outside_the_error_bars_is_not_named() -> None:
    """no-mean, but one element of one gradient is off by 1e-10: nothing is proved any more."""
    shown = exhibits(NET, ["no-mean"])
    assert because(shown).mistakes == ("no-mean",)
    off = np.ones_like(shown[1].trace["dW1"])
    off[2, 1] += 1e-10
    spoiled = [shown[0], *changed(shown[1:], {"dW1": off})]
    assert because(spoiled).mistakes == ()


def test_what_one_case_cannot_tell_apart_is_named_together() -> None:
    """Of one example, a gradient divided by m twice is right: only the other case tells."""
    found = because(exhibits(Net(2, 1, "tanh", BINARY), ["no-derivative"]))
    assert ("no-derivative-first",) in found.alike
    assert "the same numbers here: no-derivative-last-hidden" in found.sentence
    deeper = because(exhibits(Net(4, 1, "tanh", BINARY), ["no-derivative"]))
    assert ("no-derivative-first",) not in deeper.alike


def test_a_pair_tells_both_sentences_and_both_formulas() -> None:
    found = because(exhibits(NET, ["cost-sign", "hidden-sign"]))
    assert set(found.mistakes) == {"cost-sign", "hidden-sign"}
    assert "the cost has the wrong sign" in found.sentence
    assert len(found.formulas) == 2


def test_partial_traces_and_recovered_gradients_are_enough() -> None:
    shown = exhibits(NET, ["hidden-sign"])
    hidden = [
        replace(
            e,
            trace={n: (e.inputs.parameters[n[1:]] - e.trace[n[1:]]) / e.rate
                   for n in e.trace if n[0] == "d"},
            recovered=True,
        )
        for e in shown
    ]  # fmt: skip
    assert because(hidden).mistakes == ("hidden-sign",)
    assert "hidden-sign" in str(because([replace(e, trace={"db1": e.trace["db1"]}) for e in shown]))


UNKNOWN = ("data-rescaled", "slope-0.02", "slope-0.0101-in-derivative", "leaky-for-all")


@pytest.mark.parametrize(
    "fault", [f for f in (*FAULTS, *FORWARD, *OUTPUT) if f.name in UNKNOWN], ids=lambda f: f.name
)
def test_a_fault_that_is_in_no_catalogue_gets_no_name(fault) -> None:  # type: ignore[no-untyped-def]
    (verdict,) = judge_case(fault.case, "float64", 0, [fault.candidate]).verdicts
    assert verdict.mistakes == ()
    assert verdict.because.startswith("no known mistake gives these numbers: ")


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row.file)
def test_a_wrong_file_gets_its_name(row: Network) -> None:
    verdicts = [v for case in judged(row.file).cases for v in case.verdicts]
    assert {v.mistakes for v in verdicts if v.verdict == "differ"} == {
        (row.mistake,) if row.mistake else ()
    }
    assert all(v.because for v in verdicts if v.verdict == "differ")


# --- own verdicts ----------------------------------------------------------------------------


def scaled(k: float, kinds: str = "Wb") -> Plant:
    names = {f"d{kind}{l}": k for kind in kinds for l in range(1, 5)}
    return plant_factors(names)


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (scaled(5.0), "every gradient is 5 × expected"),
        (scaled(-2.0), "every gradient is -2 × expected"),
        (scaled(0.37), "every gradient is 0.37 × expected"),
        (
            lambda steps, at: weights(lambda d, _, at: d * at.m**2)(
                biases(lambda d, _, at: d * at.m**2)(steps, at), at
            ),
            "every gradient is",
        ),
        (
            lambda steps, at: weights(lambda d, _, at: d * at.m * 7)(
                biases(lambda d, _, at: d * at.m * 7)(steps, at), at
            ),
            "every gradient is",
        ),
        (plant_factors({"dW2": 5.0, "db1": 7.0}), "dW2 is 5 × expected; db1 is 7 × expected"),
    ],
)
def test_gradients_up_to_a_factor(plant: Plant, words: str) -> None:
    found = diagnose(planted(plant))
    assert found is not None
    if words == "every gradient is":  # another k on each case, and none that is recognised
        assert found.mistakes == ()
        assert "every gradient" not in found.sentence
    else:
        assert found.sentence == words


def test_a_factor_is_recognised_by_the_sizes() -> None:
    twice_m = output_delta(lambda d, A, _, at: d * 2 * at.m / len(A))
    found = because(planted(lambda s, at: output_delta(lambda d, *_: 2 * d)(twice_m(s, at), at)))
    assert found.mistakes == ()
    plain = because(planted(output_delta(lambda d, A, _, at: d * at.m / len(A))))
    assert plain.sentence == "every gradient is m/n_out × expected, and m = 9, n_out = 3"


def test_the_gradient_of_another_loss() -> None:
    other = exhibits(Net(2, 3, "tanh", "binary_cross_entropy", "softmax"), ())
    mixed = [
        replace(
            theirs,
            trace={n: (mine if n[0] in "ZAc" else theirs).trace[n] for n in theirs.trace},
            case=mine.case,
        )
        for mine, theirs in zip(
            exhibits(Net(2, 3, "tanh", "half_squared_error", "softmax"), ()), other, strict=True
        )
    ]
    assert because(mixed).sentence == (
        "the gradients are exactly those of the binary cross entropy, averaged over the examples; "
        "the cost is that of the half squared error, averaged over the examples"
    )


def test_right_mathematics_in_float32() -> None:
    shown = exhibits(NET, (), dtype="float32")
    trace = [{n: v.astype(np.float64) for n, v in e.trace.items()} for e in shown]
    double = [replace(e, dtype="float64", trace=t) for e, t in zip(shown, trace, strict=True)]
    assert because(double).sentence == "the mathematics is right, but it is computed in float32"


def test_a_tiny_error_is_not_float32() -> None:
    small = cost(lambda J, *_: J * (1 + 1e-10))
    assert "float32" not in because(planted(small)).sentence


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (weights(lambda d, _, at: d * (1.5 if at.is_last else 1) + (0.1 if at.layer == 1 else 0)),
         "all of dW2 is 1.5 × expected; db2, db1 are right"),
        (weights(lambda d, *_: np.sin(d) * 0), "dW2 is zero"),
        (weights(lambda d, *_: d * np.nan), "15 of 15 elements of dW2 are not finite"),
        (weights(lambda d, *_: d * np.arange(1, len(d) + 1)[:, None]),
         "each row of dW2 has a factor of its own: 1, 2, 3"),
        (weights(lambda d, *_: np.outer(d[:, 0], d[0]) + 0.0), "dW2 has rank one"),
        (weights(lambda d, *_: d[::-1, ::-1].copy()),
         "dW2 holds the right numbers in the wrong order"),
        (linear(lambda W, A, b, at: W @ A + b + 0.1 * np.eye(len(W), A.shape[1]) * (at.layer == 1)),
         "elements of Z1 are wrong"),
    ],
)  # fmt: skip
def test_what_is_known_where_nothing_fits(plant: Plant, words: str) -> None:
    found = because(planted(plant))
    assert found.mistakes == ()
    assert words in found.sentence


# --- in the report ---------------------------------------------------------------------------


def judged_with(**steps: object) -> tuple[Verdict, list[str]]:
    from dataclasses import replace as dataclass_replace

    candidate = numpy_candidate(dataclass_replace(STEPS, **steps))  # type: ignore[arg-type]
    report = judge_case(case_named("ragged"), "float64", 0, [candidate])
    return report.verdicts[0], list(failures(report, ""))


def test_the_lines_stand_after_those_that_differ() -> None:
    verdict, lines = judged_with(propagated_delta=lambda W, dZ: -W.T @ dZ)
    assert verdict.mistakes == ("hidden-sign",)
    kinds = [line.split()[0] for line in lines if line]
    assert kinds[kinds.index("because") - 1] == "differ"
    assert kinds[kinds.index("because") :][:4] == ["because", "right", "wrong", "agrees"]


def test_without_differences_there_is_no_reason() -> None:
    verdict, lines = judged_with()
    assert (verdict.because, verdict.mistakes, verdict.formulas) == ("", (), ())
    assert lines == []


def test_a_run_without_differences_loads_no_catalogue() -> None:
    code = (
        "import sys\nfrom backproof.cases import case_named\n"
        "from backproof.judge import judge_case\nfrom backproof.twins import numpy_candidate\n"
        "import impl_numpy\nfrom dataclasses import replace\n"
        "def judge(**steps):\n"
        "    numpy = numpy_candidate(replace(impl_numpy.STEPS, **steps))\n"
        "    judge_case(case_named('one-layer'), 'float64', 0, [numpy])\n"
        "    return 'backproof.mistakes' in sys.modules\n"
        "print(judge(), judge(bias_gradient=lambda dZ: dZ[:, :1]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_a_diagnosis_takes_less_than_five_seconds() -> None:
    """The slowest kind: nothing fits, and every pair has been tried."""
    rational = weights(lambda d, *_: np.sinh(d))
    start = time.perf_counter()
    assert because(planted(rational)).mistakes == ()
    assert time.perf_counter() - start < 5


def test_tanh_is_what_the_planted_nets_compute() -> None:
    """The helper is no tautology: its network is impl_numpy's, disturbed by its roundings."""
    (shown, *_) = exhibits(NET, ())
    P, X = shown.inputs.parameters, shown.inputs.X
    A1 = tanh(P["W1"] @ X + P["b1"])
    assert 0 < np.max(np.abs(shown.trace["A1"] - A1)) < 1e-14


# --- the same numbers, and where they part ---------------------------------------------------


def test_what_has_the_same_numbers_is_told_apart_by_another_net() -> None:
    net = Net(2, 1, "relu", BINARY)
    found = because(exhibits(net, ["no-derivative-last-hidden"]))
    assert ("no-derivative-first",) in (found.mistakes, *found.alike)
    assert "layers of 4-6-5-1 would tell" in found.sentence
    deeper = because(exhibits(Net(4, 1, "relu", BINARY), ["no-derivative-last-hidden"]))
    assert ("no-derivative-first",) not in (deeper.mistakes, *deeper.alike)


def test_what_is_always_the_same_is_not_said_to_part() -> None:
    found = because(exhibits(Net(2, 1, "relu", BINARY), ["no-derivative"]))
    names = found.sentence.partition("would tell ")[2]
    assert names.startswith("no-derivative-")  # of one layer: three of them part from this
    assert "relu-derivative-at-least" not in names  # A >= 0 is true of every relu


def test_the_examples_that_are_wrong_are_told() -> None:
    def spoiled(Z: Array) -> Array:
        return np.where(np.isin(np.arange(Z.shape[1]), (2, 5)), Z * Z + 1, Z)

    found = because(planted(linear(lambda W, A, b, _: spoiled(W @ A + b))))
    assert found.mistakes == ()
    assert "Z1 is wrong for example 3, 6 of " in found.sentence
