"""The PyTorch twin under DistributedDataParallel: the examples are shared among processes.

Shares ──> Ranks (a process each: rank.py) ──> one Run ──> judged as the twin on its own is
"""

from backproof.parallel.candidate import parallel_candidate
from backproof.parallel.naming import mistakes_in
from backproof.parallel.ranks import Ranks, refuse_impossible
from backproof.parallel.shares import EVEN, KINDS, UNEVEN, Share, shares

__all__ = [
    "EVEN",
    "KINDS",
    "UNEVEN",
    "Ranks",
    "Share",
    "mistakes_in",
    "parallel_candidate",
    "refuse_impossible",
    "shares",
]
