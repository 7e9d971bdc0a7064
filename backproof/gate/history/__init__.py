"""The runs of a gate, kept one file a run, and what they show over time."""

from backproof.gate.history.points import change_points
from backproof.gate.history.runs import Run, append, drawings, run_of, runs_in

__all__ = ["Run", "append", "change_points", "drawings", "run_of", "runs_in"]
