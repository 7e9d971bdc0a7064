"""A front door: the NumPy network and its PyTorch twin, wired to the judge.

Here, and nowhere else in the judge, the two layouts meet: features first for NumPy, examples first
for torch.
"""

from backproof.twins.candidates import numpy_candidate, refuse_missing_device, torch_candidate
from backproof.twins.expectation import (
    expectations,
    expected_trace,
    hessians,
    starting_points,
)

__all__ = [
    "expectations",
    "expected_trace",
    "hessians",
    "numpy_candidate",
    "refuse_missing_device",
    "starting_points",
    "torch_candidate",
]
