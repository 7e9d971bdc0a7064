"""Candidates: whatever computes a network and is to be judged."""

from backproof.candidate.run import Candidate, Run, SkippedError

__all__ = ["Candidate", "Run", "SkippedError"]
