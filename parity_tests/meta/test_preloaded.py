"""What a worker loads: torch, and not its compiler."""

import subprocess
import sys

import pytest

JUDGED = """
import sys
from backproof.suite.preloaded import load_torch
{first}
from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.twins import torch_candidate
report = judge_case(case_named("notebook-trained"), "float64", 0, [torch_candidate("cpu")])
print(report.verdict, "torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize(("first", "loaded"), [("load_torch()", False), ("", True)])
def test_a_worker_does_without_the_compiler(first: str, loaded: bool) -> None:
    """Without load_torch(), torch loads it: the fault that this test would see."""
    script = JUDGED.format(first=first)
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert run.stdout.split() == ["agree", str(loaded)]
