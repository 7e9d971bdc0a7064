"""Candidates: whatever computes a network and is to be judged."""

from backproof.candidate.run import NOT_RUN, Candidate, FailedError, Run, SkippedError

__all__ = ["NOT_RUN", "Candidate", "FailedError", "Run", "SkippedError"]
