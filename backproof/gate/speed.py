"""The judgement on speed: red only where something is slower, beyond doubt and by more than the
limit."""

from collections.abc import Iterator, Mapping

from backproof.gate.judgement import CANNOT, GREEN, TWINS, Complaint, Judgement, Place, red
from backproof.gate.timing import Ratios, Timing
from backproof.report.lines import count

NAME, UNDECIDED = "speed", "undecided"
STEP_OF = "training step of "  # before the words of a file: its only workload


def speed(timing: Timing, base: str, strict: bool, instructions: Mapping[str, float]) -> Judgement:
    """Return the judgement on what was measured against the revision `base`.

    strict        what stays undecided is red too
    instructions  workload -> how many more of them it takes, where somebody counted
    """
    if timing.verdict == "nothing measured":
        return Judgement(NAME, CANNOT, f"nothing was measured: {_why_not(timing, base)}")
    complaints = [*_complaints(timing, base, strict, instructions)]
    if complaints:
        return red(NAME, complaints)
    if timing.verdict == "undecided":
        return Judgement(NAME, UNDECIDED, f"{_doubts(timing)}; red with --strict")
    return Judgement(NAME, GREEN, _calm(timing, base))


def _complaints(
    timing: Timing, base: str, strict: bool, instructions: Mapping[str, float]
) -> Iterator[Complaint]:
    """Yield what makes it red; nothing, while the controls say that the machine decides nothing."""
    for name, ratios in timing.changes.items() if timing.believable else ():
        if ratios.verdict == "slower":
            witness = f", {instructions[name]:+.2%} instructions" if name in instructions else ""
            yield Complaint("slower", _place(name), f"{told(ratios, base)}{witness}")
    if strict and timing.verdict == "undecided":
        yield Complaint("undecided", Place(""), f"undecided: {_doubts(timing)}")


def _place(name: str) -> Place:
    """Return where a workload belongs: to the file whose training step it is, or to the twins."""
    return Place(name.removeprefix(STEP_OF) if name.startswith(STEP_OF) else TWINS, name)


def _calm(timing: Timing, base: str) -> str:
    worst = max(timing.changes.values(), key=lambda ratios: ratios.change)
    return (
        f"{count(len(timing.changes), 'workload')} not slower than {base}; at worst "
        f"{worst.change:+.1%} ({worst.name}), and {_visible(timing):.1%} would have been seen"
    )


def told(ratios: Ratios, base: str) -> str:
    """Return one line about a workload."""
    lower, upper = ratios.between
    return (
        f"{ratios.name} takes {ratios.change:.1%} longer than in {base} (between {lower:.1%} and "
        f"{upper:.1%}; {ratios.limit:.0%} allowed)"
    )


def _doubts(timing: Timing) -> str:
    """Say what could not be decided, and the smallest slowdown that could have been."""
    seen = f"the smallest slowdown that could have been seen is {_visible(timing):.1%}"
    for ratios in timing.same.values():
        if ratios.verdict != "not slower":
            return f"{ratios.name} seemed {ratios.change:+.1%} slower than itself; {seen}"
    for ratios in timing.slowed.values():
        if ratios.verdict != "slower":
            return f"a planted slowdown of {ratios.name} was not seen; {seen}"
    return f"{', '.join(timing.open)}; {seen}"


def _visible(timing: Timing) -> float:
    return max(ratios.visible for ratios in timing.changes.values())


def _why_not(timing: Timing, base: str) -> str:
    where = "the working tree" if "head" in timing.absent.values() else base
    return f"{where} has none of the workloads"
