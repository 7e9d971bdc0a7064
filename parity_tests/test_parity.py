"""The two twins against the reference: every case of the table, in each of its precisions."""

import dataclasses

import numpy as np
import pytest

import impl_numpy
from backproof.case import Case
from backproof.cases import TABLE
from backproof.judge import judge_case
from backproof.precision import Z_LIMIT
from backproof.trace import trace_names, trajectory_names
from backproof.twins import numpy_candidate, torch_candidate
from backproof.verdict import CaseReport, Verdict

RUNS = [(case, dtype) for case in TABLE for dtype in case.dtypes]
IDS = [f"{case.name}-{dtype}" for case, dtype in RUNS]
QUICK = 300  # iterations of notebook-trained here; test_notebook.py runs all 10,000


def judged(case: Case, dtype: str) -> CaseReport:
    quick = dataclasses.replace(case, iterations=min(case.iterations, QUICK))
    return judge_case(quick, dtype, 0, [numpy_candidate(), torch_candidate("cpu")])


def refusals(verdict: Verdict) -> list[str]:
    """Return, as sentences, what does not agree."""
    return [
        f"{verdict.candidate}: {f.name}{list(f.index)} {f.verdict}, {f.reason}, z = {f.z:.2g}"
        for f in verdict.all_findings
        if not f.agrees
    ]


@pytest.mark.parametrize(("case", "dtype"), RUNS, ids=IDS)
def test_twins_agree_with_the_reference(case: Case, dtype: str) -> None:
    report = judged(case, dtype)
    assert [v.candidate for v in report.verdicts] == ["impl_numpy", "impl_torch (cpu)"]
    for verdict in report.verdicts:
        assert refusals(verdict) == []
        assert verdict.verdict == "agree"
        assert_covered(case, verdict)
        assert [c for c in verdict.controls if not c.caught] == []
        assert {c.name for c in verdict.controls} == {
            f.name for f in verdict.findings if f.name.startswith("d")
        }


def assert_covered(case: Case, verdict: Verdict) -> None:
    """Every array of the trace was compared, all of its elements, and every one of a trajectory."""
    assert [f.name for f in verdict.findings] == list(trace_names(case.depth))
    sizes = {f.name: f.size for f in verdict.findings}
    for l, (n, n_next) in enumerate(zip(case.layer_dims, case.layer_dims[1:], strict=False), 1):
        assert sizes[f"W{l}"] == sizes[f"dW{l}"] == n * n_next
        assert sizes[f"b{l}"] == sizes[f"db{l}"] == n_next
        assert sizes[f"Z{l}"] == sizes[f"A{l}"] == n_next * case.m
    count = min(case.iterations, QUICK)
    expected = list(trajectory_names(case.depth)) if count > 1 else []
    assert [f.name for f in verdict.trajectory] == expected
    assert all(f.size % count == 0 and f.size >= count for f in verdict.trajectory)


@pytest.mark.parametrize(
    ("case", "dtype"), [run for run in RUNS if run[0].name.startswith("notebook")]
)
def test_free_running_twins_part_as_forecast(case: Case, dtype: str) -> None:
    report = judged(case, dtype)
    assert report.drift[-1].iterations == min(case.iterations, QUICK)
    for drift in report.drift:
        assert drift.ratio is not None
        assert drift.ratio <= Z_LIMIT, drift


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_wrong_twin_is_refused(dtype: str) -> None:
    """The same check fails a network whose weight gradient is 1e-5 off, and only there."""
    case = next(case for case in TABLE if case.name == "ragged")

    def nearly(dZ: np.ndarray, A_prev: np.ndarray) -> np.ndarray:
        return impl_numpy.STEPS.weight_gradient(dZ, A_prev) * dZ.dtype.type(1 + 1e-5)

    wrong = numpy_candidate(dataclasses.replace(impl_numpy.STEPS, weight_gradient=nearly))
    verdict = judge_case(case, dtype, 0, [wrong]).verdicts[0]
    gradients = {f.name for f in verdict.findings if not f.agrees and f.name.startswith("d")}
    assert gradients == {"dW1", "dW2", "dW3"}
    assert all(f.agrees for f in verdict.findings[:7])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_wrong_kink_is_refused(dtype: str, seed: int) -> None:
    """A derivative of 1 at exactly 0, on the case made for it."""
    case = next(case for case in TABLE if case.name == "at-kink")

    def inclusive(Z: np.ndarray, _: str) -> np.ndarray:
        return (Z >= 0).astype(Z.dtype)

    wrong = dataclasses.replace(impl_numpy.STEPS, activation_derivative=inclusive)
    right, refused = judge_case(
        case, dtype, seed, [numpy_candidate(), numpy_candidate(wrong)]
    ).verdicts
    assert refusals(right) == []
    assert {f.name for f in refused.findings if not f.agrees} == {"db2", "db1", "b1", "b2"}
