"""The PyTorch twin on a CUDA device, judged as on the CPU."""

import os
from dataclasses import replace

import pytest
import torch

import impl_torch
from backproof.bench.judging import Judge, RefusedError
from backproof.bench.torch_works import _make
from backproof.bench.workload import Workload, square
from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.twins import numpy_candidate, torch_candidate

DEVICE = "cuda"
DRY = bool(os.environ.get("BACKPROOF_CUDA_IS_DRY"))  # the CPU stands in: parity_tests/on_cuda
CASES = (
    "notebook-2-4-1",
    "ragged",
    "softmax",
    "regression",
    "deep",
    "wide",
    "at-kink",
    "tiny-gradients",
    "random-0-1",
)

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here"),
    # torch's own warning, on importing its compiler
    pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning"),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CASES)
def test_twin_on_cuda_agrees(name: str, dtype: str) -> None:
    """TF32 is off by default, and would show: its products are good to 2^-11 only."""
    report = judge_case(case_named(name), dtype, 0, [numpy_candidate(), torch_candidate(DEVICE)])
    manual, twin = report.verdicts
    assert twin.candidate == f"impl_torch ({DEVICE})"
    for verdict in (manual, twin):
        assert [f for f in verdict.all_findings if not f.agrees] == []
        assert verdict.controls
        assert all(control.caught for control in verdict.controls)


def test_network_really_runs_there() -> None:
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.max_memory_allocated()
    case = case_named("wide")
    torch_candidate(DEVICE).run(case, case.inputs("float32", 0))
    assert torch.cuda.max_memory_allocated() > before


@pytest.mark.parametrize("mode", impl_torch.MODES)
@pytest.mark.parametrize("precision", ["float64", "float32", "tf32", "bfloat16"])
def test_every_mode_is_right_in_every_precision(precision: str, mode: str) -> None:
    if DRY and (mode, precision) == ("fused", "bfloat16"):
        pytest.skip("fused SGD in bfloat16 is wrong on a CPU: docs/differences.md")
    judged_by(square(128, 64, precision), square(128, 64, precision), mode)


@pytest.mark.skipif(DRY, reason="a CPU has no TF32")
@pytest.mark.parametrize("mode", impl_torch.MODES)
def test_tf32_is_no_float32(mode: str) -> None:
    done, asked = square(128, 64, "tf32"), square(128, 64, "float32")
    with pytest.raises(RefusedError, match="is wrong"):
        judged_by(asked, done, mode)


@pytest.mark.parametrize("mode", impl_torch.MODES)
def test_other_parameters_are_caught(mode: str) -> None:
    workload = square(128, 64)
    judge = Judge(workload, 0)
    work = _make(DEVICE, mode, workload, judge.inputs.copy())
    started = work.start
    work.start = lambda given: started({k: v * (1 + v.dtype.type(1e-4)) for k, v in given.items()})
    with pytest.raises(RefusedError, match="is wrong"):
        judge.before(work)


def judged_by(asked: Workload, done: Workload, mode: str) -> None:
    """Judge one step of a mode, and another from other parameters, as what was asked for."""
    judge = Judge(asked, 0)
    work = _make(DEVICE, mode, replace(asked, precision=done.precision), judge.inputs.copy())
    judge.before(work)
    work.run()
    judge.after(work)


@pytest.mark.skipif(DRY, reason="too large for a CPU")
def test_what_is_too_large_for_a_cpu_is_judged_there() -> None:
    judged_by(square(4096, 4096, "tf32"), square(4096, 4096, "tf32"), "eager")
