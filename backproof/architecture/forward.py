"""Which activations lead from what is shown of the forward pass to the next thing shown."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np

from backproof.architecture.activations import HIDDEN, MISTAKEN_OUTPUT, OUTPUT, Function
from backproof.architecture.observation import ROUNDOFF, Sight
from backproof.architecture.stretch import STARTS, Start, Stretch
from backproof.architecture.vocabulary import named

MANY = 320  # combinations tried, uniform ones first
FITS = 1e-4  # relative; of those that fit, the nearest is meant
Names = tuple[str, ...]


@dataclass(frozen=True)
class Options:
    """Activations of a stretch that are possible, the likeliest first.

    some  found, or uniform;  more  others, where nothing decides;  note  why none is certain
    """

    some: list[Names]
    more: list[Names]
    note: str = ""


def look(sights: Sequence[Sight], stretch: Stretch, names: Collection[str]) -> Options:
    """Return the activations that lead through the stretch, nearest and named ones first.

    Where an A is nobody's, the Z above may have been computed from the right one.
    """
    to_output = stretch.last == sights[0].depth
    choices = list(islice(combinations(stretch.last - stretch.first + 1, to_output), MANY))
    if stretch.target is None:
        return _open(choices, names, sights[0].n_out)
    for way in (stretch, replace(stretch, target=("Z", stretch.last + 1))):
        for start in STARTS:
            for mistaken in (False, True) if to_output else (False,):
                fitting = _fitting(sights, way, choices, start, mistaken)
                if fitting:
                    return Options(sorted(fitting, key=lambda c: _unnamed(c, names)), [])
    return _nearest(sights, stretch, choices, names)


def combinations(layers: int, to_output: bool) -> Iterator[Names]:
    """Yield activations for so many layers, uniform ones first; the last may be the output's."""
    ends: list[Names] = [(output,) for output in OUTPUT] if to_output else [()]
    inner = layers - len(ends[0])
    for hidden in [(name,) * inner for name in HIDDEN][: 4 if inner else 1]:
        yield from (hidden + end for end in ends)
    for hidden in product(HIDDEN, repeat=inner):
        if len(set(hidden)) > 1:
            yield from (hidden + end for end in ends)


def is_uniform(choice: Names, to_output: bool) -> bool:
    """Tell whether all hidden layers of the choice have one activation."""
    return len(set(choice[:-1] if to_output else choice)) <= 1


def _functions(choice: Names, to_output: bool, mistaken: bool) -> list[list[Function]]:
    """Return the functions of a choice; of a mistaken output there may be several, or none."""
    inner = [HIDDEN[name] for name in (choice[:-1] if to_output else choice)]
    if not to_output:
        return [inner]
    last = choice[-1]
    ends = MISTAKEN_OUTPUT.get(last, ()) if mistaken else (OUTPUT[last],)
    return [[*inner, end] for end in ends]


def _fitting(
    sights: Sequence[Sight], stretch: Stretch, choices: list[Names], start: Start, mistaken: bool
) -> list[Names]:
    """Return the choices that reach the target in every sight, none much farther than another."""
    to_output = stretch.last == sights[0].depth
    residuals: dict[Names, float] = {}
    enough = max(sight.tolerance for sight in sights)
    for choice in choices:
        for functions in _functions(choice, to_output, mistaken):
            residual = _worst(sights, stretch, functions, start)
            if residual <= FITS:
                residuals[choice] = min(residual, residuals.get(choice, np.inf))
        if not is_uniform(choice, to_output) and min(residuals.values(), default=1) <= enough:
            break
    if not residuals:
        return []
    limit = 10 * min(residuals.values()) + 64 * ROUNDOFF
    return [choice for choice, residual in residuals.items() if residual <= limit]


def _worst(
    sights: Sequence[Sight], stretch: Stretch, functions: list[Function], start: Start
) -> float:
    """Return the largest miss over the sights; infinite at the first that is too large."""
    worst = -1.0
    for sight in sights:
        missed = stretch.missed(functions, sight, start)
        if missed is not None:
            worst = max(worst, missed)
            if worst > FITS:
                return np.inf
    return worst if worst >= 0 else np.inf


def _nearest(
    sights: Sequence[Sight], stretch: Stretch, choices: list[Names], names: Collection[str]
) -> Options:
    """Return the choices, first those that fit in most sights, then named ones, then the nearest.

    One that fits in some sights is meant: a mistake may hide where there is one example.
    """
    to_output = stretch.last == sights[0].depth
    uniform = [choice for choice in choices if is_uniform(choice, to_output)]
    missed = {choice: _missed(sights, stretch, choice, to_output) for choice in uniform}
    fits = {choice: sum(m <= FITS for m in missed[choice]) for choice in uniform}

    def order(choice: Names) -> tuple[int, int, float]:
        return -fits[choice], _unnamed(choice, names), float(np.median(missed[choice]))

    ranked = sorted(uniform, key=order)
    if list(fits.values()).count(fits[ranked[0]]) == 1:
        return Options(ranked[:1], [])
    kind, layer = stretch.target or ("A", stretch.last)
    note = f"no activation gives the {kind}{layer} that was computed"
    if to_output:
        return Options(ranked, [], note)
    if stretch.first == stretch.last:
        return Options(ranked[:1], [], note)
    return Options(ranked, choices[len(uniform) :], note)


def _missed(
    sights: Sequence[Sight], stretch: Stretch, choice: Names, to_output: bool
) -> list[float]:
    """Return how far the choice misses the target in each sight, by the better of two starts."""
    (functions,) = _functions(choice, to_output, mistaken=False)
    ways = [[stretch.missed(functions, sight, start) for start in STARTS[:2]] for sight in sights]
    return [min((w for w in way if w is not None), default=np.inf) for way in ways]


def _open(choices: list[Names], names: Collection[str], n_out: int) -> Options:
    """Return the choices where nothing of the forward pass decides."""
    usual = ["sigmoid", "softmax"] if n_out == 1 else ["softmax", "sigmoid"]
    usual += ["identity", "tanh", "relu"]

    def order(choice: Names) -> tuple[int, int]:
        return _unnamed(choice, names), usual.index(choice[-1])

    uniform = [choice for choice in choices if is_uniform(choice, to_output=True)]
    return Options(sorted(uniform, key=order), choices[len(uniform) :])


def _unnamed(choice: Names, names: Collection[str]) -> int:
    return sum(not named(name, names) for name in choice)
