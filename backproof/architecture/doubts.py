"""What the numbers did not decide, in sentences."""

from collections.abc import Iterable, Sequence

from backproof.architecture.evidence import Weighed
from backproof.architecture.observation import Sight
from backproof.architecture.paths import Paths
from backproof.architecture.search import Found
from backproof.architecture.vocabulary import term


def doubts(found: Found, paths: Paths, seen: Sequence[Sight]) -> tuple[str, ...]:
    """Return a sentence for each of hidden, output, loss and reduction that was assumed."""
    reasons = {
        "hidden": _about_layers("hidden", found, paths),
        "output": _about_layers("output", found, paths),
        "loss": _about_loss(found, seen),
        "reduction": _about_reduction(found, seen),
    }
    return tuple(f"{what}: {reason}." for what, reason in reasons.items() if reason)


def _about_layers(what: str, found: Found, paths: Paths) -> str:
    taken = getattr(found.best.path, what)
    if what in paths.notes:
        return f"{paths.notes[what]}; {_terms(taken)} is the likeliest"
    others = {getattr(rival, what) for rival in found.rivals} - {taken}
    if not others:
        return ""
    return f"the numbers shown do not tell {_either(taken, others)} apart; the first is taken"


def _about_loss(found: Found, seen: Sequence[Sight]) -> str:
    best = found.best
    if not (best.cost.fits or best.exact):
        usual = f"{term(best.loss.name)} is taken, as it goes with {best.path.output}"
        return f"{_lack(best, seen)}; {usual}"
    others = {w.loss.name for w in _equals(found, seen)} - {best.loss.name}
    if others:
        return f"{_either(best.loss.name, others)} fit equally well; the first is taken"
    if not best.cost.fits and best.cost.factor is not None:
        return f"the gradients are its own, but {_costs_off(best)}"
    return ""


def _about_reduction(found: Found, seen: Sequence[Sight]) -> str:
    best = found.best
    if all(sight.m == 1 for sight in seen):
        return ""
    if not (best.cost.fits or best.exact):
        return f"{_lack(best, seen)}; the {best.loss.reduction} over the examples is taken"
    same = [w for w in _equals(found, seen) if w.loss.name == best.loss.name]
    if any(w.loss.reduction != best.loss.reduction for w in same):
        return f"mean and sum fit alike; the {best.loss.reduction} over the examples is taken"
    return ""


def _equals(found: Found, seen: Sequence[Sight]) -> list[Weighed]:
    """Return the losses as strong as the best that are not, for these sizes, the very same."""
    best = found.best

    def numbers(weighed: Weighed) -> list[object]:
        return [weighed.loss.family, *(weighed.loss.coefficient(s.n_out, s.m) for s in seen)]

    alike = [w for w in found.ranked if w.strength == best.strength]
    return [w for w in alike if numbers(w) != numbers(best) or _two_outputs(seen)]


def _two_outputs(seen: Sequence[Sight]) -> bool:
    """Tell whether n_out is 2 throughout: half the squared error is then its mean, by chance."""
    return all(sight.n_out == 2 for sight in seen)


def _lack(best: Weighed, seen: Sequence[Sight]) -> str:
    if best.cost.factor is not None:
        return _costs_off(best)
    if best.alike:
        return "no cost fits, and the gradients shown are only proportional to its own"
    if any(sight.cost is not None or sight.gradients for sight in seen):
        return "neither a cost nor a gradient that is shown fits any known loss"
    return "neither a cost nor a gradient is shown"


def _costs_off(best: Weighed) -> str:
    loss = f"{term(best.loss.name)}, {best.loss.reduction}"
    return f"the cost shown is {best.cost.factor:.4g} times that of {loss}"


def _either(taken: object, others: Iterable[object]) -> str:
    *first, last = [_terms(taken), *sorted(_terms(other) for other in others)]
    return f"{', '.join(first)} and {last}"


def _terms(names: object) -> str:
    """Return a name, or the names of several layers, as the field says them."""
    several = names if isinstance(names, tuple) else (names,)
    return ", ".join(dict.fromkeys(term(str(name)) for name in several))
