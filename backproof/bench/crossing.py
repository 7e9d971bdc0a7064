"""What the lines say, in words: who overtakes whom, where, and how time grows with size."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backproof.bench.result import Result, Sweep, Timing, ratio, ratio_bounds, sweeps

CLEAR = 1.03  # ratio of times from which one is ahead; and its bound must be above 1


FAMILIES = {"torch ": "PyTorch on CPU", "cuda ": "PyTorch on CUDA"}  # by how a name begins
BASES = {"numpy": "NumPy", "numpy trainer": "NumPy's trainer"}


@dataclass(frozen=True)
class Crossing:
    """Where a rival overtakes a base, as sizes grow.

    first       the smallest size from which on the rival is clearly ahead; None if at none
    everywhere  whether that is so at every size
    last        the largest size; times: how many times as long the rival takes there
    behind      whether it is clearly behind there
    """

    base: str
    rival: str
    first: int | None
    everywhere: bool
    last: int
    times: float
    behind: bool

    @property
    def times_as_long(self) -> str:
        """Return "1.17", or "0.98 (within the noise)"."""
        return f"{self.times:.2f}" + " (within the noise)" * (not self.behind)


def sentences(result: Result) -> list[str]:
    """Return what every sweep says."""
    found = sweeps(result)
    several = len({sweep.workloads[0].precision for sweep in found}) > 1
    return [words for sweep in found for words in sentences_of(result, sweep, several)]


def sentences_of(result: Result, sweep: Sweep, name_precision: bool) -> list[str]:
    """Return sentences for NumPy and PyTorch, for NumPy's trainer and everybody, and for CUDA.

    Of a family, such as PyTorch on CPU in all its modes, the fastest counts at each size.
    """
    families: dict[str, list[str]] = {}
    for name in result.implementations:
        if name not in BASES:
            families.setdefault(family(name), []).append(name)
    lines = {title: fastest(result, sweep, [name]) for name, title in BASES.items()}
    rivals = {title: fastest(result, sweep, names) for title, names in families.items()}
    pairs = [("NumPy", rival) for rival in rivals if rival in FAMILIES.values()]
    pairs += [("NumPy's trainer", rival) for rival in rivals]
    pairs += [("PyTorch on CPU", "PyTorch on CUDA")]
    lines |= rivals
    pairs = [pair for pair in pairs if lines.keys() >= set(pair)]
    found = (crossing(one, lines[one], two, lines[two]) for one, two in pairs)
    where = f"at {sweep.fixed}" + f" in {sweep.workloads[0].precision}" * name_precision
    return list(in_words([one for one in found if one], sweep.over, where))


def family(name: str) -> str:
    """Return what an implementation is one of."""
    return next((words for start, words in FAMILIES.items() if name.startswith(start)), name)


def fastest(result: Result, sweep: Sweep, names: Sequence[str]) -> dict[int, Timing]:
    """Return the fastest of some implementations at each size of a sweep."""
    found = {}
    for workload in sweep.workloads:
        timings = [t for t in (result.of(name, workload) for name in names) if t]
        if timings:
            found[sweep.at(workload)] = min(timings, key=lambda t: t.median)
    return found


def crossing(
    base: str, ours: Mapping[int, Timing], rival: str, theirs: Mapping[int, Timing]
) -> Crossing | None:
    """Return where a rival overtakes; None where too few sizes are common.

    It overtakes at the smallest size from which on it is clearly ahead at every size measured.
    """
    sizes = sorted(ours.keys() & theirs.keys())
    if len(sizes) < 2:
        return None
    ahead = [is_ahead(theirs[size], ours[size]) for size in sizes]
    first = next((size for k, size in enumerate(sizes) if all(ahead[k:])), None)
    last = sizes[-1]
    behind = is_ahead(ours[last], theirs[last])
    return Crossing(base, rival, first, all(ahead), last, ratio(theirs[last], ours[last]), behind)


def in_words(crossings: Sequence[Crossing], over: str, where: str) -> Iterator[str]:
    """Yield a sentence for each that overtakes, and one for all that do not, of each base.

    over   "width" or "batch"; where: "at batch 64"
    """
    others: dict[tuple[str, int], list[Crossing]] = {}
    for one in crossings:
        if one.everywhere:
            yield f"{one.rival} is ahead of {one.base} at every {over} {where}, up to {one.last:,}."
        elif one.first is not None:
            yield f"{one.rival} overtakes {one.base} from {over} {one.first:,} {where}."
        else:
            others.setdefault((one.base, one.last), []).append(one)
    for (base, last), slower in others.items():
        do, take = ("does", "it takes") if len(slower) == 1 else ("do", "they take")
        yield (
            f"{listed([one.rival for one in slower])} {do} not overtake {base} up to {over} "
            f"{last:,} {where}: there {take} {listed([one.times_as_long for one in slower])} times "
            "as long."
        )


def listed(words: Sequence[str]) -> str:
    """Return "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def is_ahead(one: Timing, other: Timing) -> bool:
    """Tell whether the one is clearly faster: by CLEAR, and more often than chance would do."""
    return ratio(other, one) > CLEAR and ratio_bounds(other, one)[0] > 1


def exponent(result: Result, sweep: Sweep, implementation: str) -> float | None:
    """Return p where the time grows as size^p: least squares over the upper half of the sizes."""
    line = result.line(implementation, list(sweep.workloads))
    upper = line[len(line) // 2 :] if len(line) > 3 else line
    if len(upper) < 2:
        return None
    x = [math.log(sweep.at(t.workload)) for t in upper]
    return _slope(x, [math.log(t.median) for t in upper])


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    over = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return over / sum((a - middle_x) ** 2 for a in x)
