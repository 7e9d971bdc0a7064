"""Which examples each process has, and how much its cost counts."""

from dataclasses import dataclass
from itertools import pairwise

EVEN, UNEVEN = KINDS = ("even", "uneven")


@dataclass(frozen=True)
class Share:
    """The examples begin, begin + 1, ..., end - 1 of one process.

    weight  of its cost: DistributedDataParallel averages the gradients of all processes, so a mean
            over examples wants ranks * (their number / m), a sum wants ranks
    """

    begin: int
    end: int
    weight: float

    @property
    def size(self) -> int:
        """The number of examples."""
        return self.end - self.begin


def shares(m: int, ranks: int, kind: str, reduction: str) -> list[Share]:
    """Return a share for each process, at least one example each.

    kind  EVEN: as alike as they can be; UNEVEN: each larger than the one before
    Raises ValueError where there are fewer examples than processes.
    """
    if m < ranks:
        raise ValueError(f"{m} examples cannot be shared among {ranks} processes")
    sizes = [1 + k if kind == UNEVEN else 1 for k in range(ranks)]
    whole, done, cuts = sum(sizes), 0, [0]
    for rank, size in enumerate(sizes, 1):
        done += size
        left = ranks - rank
        cuts.append(min(max(round(m * done / whole), cuts[-1] + 1), m - left))
    return [
        Share(begin, end, ranks * ((end - begin) / m if reduction == "mean" else 1.0))
        for begin, end in pairwise(cuts)
    ]
