"""Candidates: whatever computes a network and is to be judged."""

from backproof.candidate.run import Candidate, Run

__all__ = ["Candidate", "Run"]
