"""What `--update` changes in a baseline, old -> new, condensed to what a person can read."""

from collections import Counter
from collections.abc import Iterator

from backproof.gate.baseline import Baseline, Entry
from backproof.gate.judgement import Place
from backproof.gate.question import changed
from backproof.report.lines import count

SHOWN = 20  # lines of one kind
NOISE = 1.01  # a smaller change of a sensitivity, as a factor, is none


def changes(old: Baseline | None, new: Baseline) -> Iterator[str]:
    """Yield a line for each array that is sharper or less sharp, has another verdict, is new or is
    gone; of z, only how many have moved: it is noise."""
    old = old or Baseline("", {})
    lines = {
        "asked otherwise": list(_questions(old, new)),
        "of the twins": list(_conduct(old, new)),
        "gone": _grouped(place for place in old.arrays if place not in new.arrays),
        "new": _grouped(place for place in new.arrays if place not in old.arrays),
        "changed": list(_changed(old, new)),
    }
    for kind, found in lines.items():
        yield from (f"{kind:<16}{line}" for line in found[:SHOWN])
        if len(found) > SHOWN:
            yield f"{kind:<16}and {len(found) - SHOWN:,} more"
    both = old.arrays.keys() & new.arrays.keys()
    if not both:
        return
    moved = sum(str(old.arrays[place].z) != str(new.arrays[place].z) for place in both)
    yield f"{count(len(both), 'array')} in both; z, which is noise, is another in {moved:,}"


def _grouped(places: Iterator[Place]) -> list[str]:
    numbers = Counter(place._replace(array="") for place in places)
    return [f"{place.words}: {count(number, 'array')}" for place, number in numbers.items()]


def _changed(old: Baseline, new: Baseline) -> Iterator[str]:
    for place, now in new.arrays.items():
        before = old.arrays.get(place)
        if before is not None and _differ(before, now):
            verdicts = f"{before.verdict} -> {now.verdict}   " * (before.verdict != now.verdict)
            yield (
                f"{place.words}   {verdicts}z {before.z:.2g} -> {now.z:.2g}   "
                f"sensitivity {before.sensitivity:.2g} -> {now.sensitivity:.2g}"
            )


def _differ(before: Entry, now: Entry) -> bool:
    low, high = sorted((before.sensitivity, now.sensitivity))
    return before.verdict != now.verdict or high > NOISE * low


def _questions(old: Baseline, new: Baseline) -> Iterator[str]:
    for place, question in new.questions.items():
        if place in old.questions:
            names = changed(dict(old.questions[place]), dict(question))
            if names:
                yield f"{place.words}: {', '.join(names)}"


def _conduct(old: Baseline, new: Baseline) -> Iterator[str]:
    for name in {**old.conduct, **new.conduct}:
        before, now = old.conduct.get(name), new.conduct.get(name)
        if old.conduct and before != now:
            yield f"{name}: {before or 'nothing'} -> {now or 'nothing'}"
