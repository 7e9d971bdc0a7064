"""What the lines say, in words: who overtakes whom, where, and how time grows with size."""

import math
from collections.abc import Mapping, Sequence

from backproof.bench.result import Result, Sweep, Timing, ratio, ratio_bounds, sweeps

CLEAR = 1.03  # ratio of times from which one is ahead; and its bound must be above 1


FAMILIES = {"torch ": "PyTorch on CPU", "cuda ": "PyTorch on CUDA"}  # by how a name begins
BASES = {"numpy": "NumPy", "numpy trainer": "NumPy's trainer"}


def sentences(result: Result) -> list[str]:
    """Return what every sweep says."""
    return [sentence for sweep in sweeps(result) for sentence in sentences_of(result, sweep)]


def sentences_of(result: Result, sweep: Sweep) -> list[str]:
    """Return a sentence for NumPy and PyTorch, for NumPy's trainer and everybody, and for CUDA.

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
    found = (crossing(sweep, one, lines[one], two, lines[two]) for one, two in pairs)
    return [sentence for sentence in found if sentence]


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
    sweep: Sweep, base: str, ours: Mapping[int, Timing], rival: str, theirs: Mapping[int, Timing]
) -> str:
    """Return where a rival overtakes, or that it does not; "" where too few sizes are common.

    It overtakes at the smallest size from which on it is clearly ahead at every size measured.
    """
    sizes = sorted(ours.keys() & theirs.keys())
    if len(sizes) < 2:
        return ""
    ahead = [is_ahead(theirs[size], ours[size]) for size in sizes]
    where, last = f"at {sweep.fixed}", sizes[-1]
    if all(ahead):
        return f"{rival} is ahead of {base} at every {sweep.over} {where}, up to {last:,}."
    if ahead[-1]:
        first = next(size for k, size in enumerate(sizes) if all(ahead[k:]))
        return f"{rival} overtakes {base} from {sweep.over} {first:,} {where}."
    times = ratio(theirs[last], ours[last])
    behind = is_ahead(ours[last], theirs[last])
    noise = "" if behind else ", within the noise"
    return (
        f"{rival} does not overtake {base} up to {sweep.over} {last:,} {where}: there it takes "
        f"{times:.2f} times as long{noise}."
    )


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
