"""The twin under DistributedDataParallel, as a candidate."""

from collections.abc import Callable, Sequence

from backproof.candidate import Candidate, Run, SkippedError
from backproof.case import Case, Inputs
from backproof.parallel.ranks import Ranks
from backproof.parallel.shares import Share, shares

Sharing = Callable[[int, int, str, str], Sequence[Share]]


def parallel_candidate(ranks: Ranks, kind: str, sharing: Sharing = shares) -> Candidate:
    """Return impl_torch on several processes, the examples shared as `kind` says."""

    def run(case: Case, inputs: Inputs) -> Run:
        m = inputs.X.shape[1]
        if case.guards:
            raise SkippedError("impl_torch under --ddp puts no guard into its formulas")
        if m < ranks.count:
            raise SkippedError(
                f"a case has fewer examples than there are processes ({ranks.count})"
            )
        return ranks.run(case, inputs, sharing(m, ranks.count, kind, case.reduction))

    return Candidate(f"impl_torch ({ranks.count} processes, {kind} shares)", run)
