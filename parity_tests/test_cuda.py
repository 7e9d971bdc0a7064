"""The PyTorch twin on a CUDA device, judged as on the CPU."""

import pytest
import torch

from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.twins import numpy_candidate, torch_candidate

DEVICE = "cuda"
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
