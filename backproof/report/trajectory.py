"""Two candidates that each run on their own, and how far they part."""

from collections.abc import Iterator

from backproof.drift import Drift
from backproof.verdict import CaseReport

LONG = 1000  # iterations from which it is worth a look


def trajectories(case: CaseReport) -> Iterator[str]:
    """Yield the costs of a long run, and how far the parameters are apart."""
    if not case.drift or case.drift[-1].forecast is None or case.iterations < LONG:
        return
    one, other = (v.candidate for v in case.verdicts)
    yield ""
    yield f"{case.case}, {case.dtype}, each on its own: {one} and {other}"
    yield "iteration   cost of one             cost of the other       apart     forecast"
    for drift in case.drift:
        yield _milestone(drift)


def _milestone(drift: Drift) -> str:
    one, other = drift.costs
    return (
        f"{drift.iterations:>9,}   {one:<22.16g}  {other:<22.16g}  {drift.distance:.1e}   "
        f"{drift.forecast:.1e}"
    )
