"""What a failure looks like: one step of the NumPy network replaced by a common mistake."""

from dataclasses import replace

import numpy as np
from rich.console import Console

import impl_numpy
from backproof.cases import case_named
from backproof.judge import judge_case
from backproof.report.model import Report
from backproof.report.text import print_report
from backproof.twins import numpy_candidate
from backproof.verdict import TargetReport


def not_averaged(dZ: np.ndarray, A_prev: np.ndarray) -> np.ndarray:
    """Forget the 1/m in dW = 1/m dZ A^T."""
    return dZ @ A_prev.T


def main() -> None:
    """Judge the network with the mistake in it, on the notebook's example."""
    mistaken = numpy_candidate(replace(impl_numpy.STEPS, weight_gradient=not_averaged))
    case = case_named("notebook-2-4-1")
    found = TargetReport("", [judge_case(case, "float64", 0, [mistaken])])
    print_report(Report([found]), Console())


if __name__ == "__main__":
    main()
