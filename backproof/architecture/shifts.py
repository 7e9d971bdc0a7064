"""Guards of activations: what moves an activation off its formula, and by how much."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from backproof.architecture.activations import derivative
from backproof.architecture.filled import Path
from backproof.architecture.guards import NOISY, Sizes, nearest
from backproof.architecture.observation import Sight
from backproof.architecture.stretch import Stretch, distance, stretches
from backproof.guards import DENOMINATORS, PLACES, Guard
from backproof.trace import Array

MOST = 3  # guards in one stretch
FEW = 4  # layers of one activation in a stretch, any one of which may be the guarded one
SMALL = 0.3  # relative: what is farther off is another activation, or a mistake
ROUNDINGS = 3.0  # of an activation, in units roundoff


def with_guards(seen: Sequence[Sight], path: Path, sizes: Sizes) -> Path:
    """Return the path with the guards of its activations; the same path where there are none."""
    for stretch in stretches(seen):
        if stretch.target is not None and not (path.logits and stretch.last == seen[0].depth):
            guards = _of_stretch(seen, stretch, path, sizes)
            path = replace(path, guards=path.guards + guards)
    return path


def is_explained(seen: Sequence[Sight], path: Path, layer: int) -> bool:
    """Tell whether a path, its guards included, gives what is shown from this layer on."""
    ends = [s for s in stretches(seen) if s.first <= layer <= s.last and s.target is not None]
    return bool(ends) and all(_residual(seen, stretch, path) <= NOISY for stretch in ends)


def _of_stretch(
    seen: Sequence[Sight], stretch: Stretch, path: Path, sizes: Sizes
) -> tuple[Guard, ...]:
    """Return the fewest guards that explain what is shown; none where none do."""
    plain, far = _residual(seen, stretch, path), _miss(seen, stretch, path)
    start = path
    while far <= SMALL and len(path.guards) < len(start.guards) + MOST:
        options = list(_options(stretch, path, sizes, only_written=plain <= NOISY))
        residuals = np.array([_residual(seen, stretch, option, plain) for option in options])
        best = nearest(residuals, plain, [sizes.writes(o.guards[-1]) for o in options])
        if best is None:
            break
        path, plain = options[best], float(residuals[best])
    return path.guards[len(start.guards) :] if plain <= NOISY else ()


def _options(stretch: Stretch, path: Path, sizes: Sizes, only_written: bool) -> Iterator[Path]:
    """Yield the path with one guard more: in all layers of one activation, or in one of them."""
    if only_written and not sizes.roles:
        return
    names = (*path.hidden, path.output)
    layers = range(stretch.first, stretch.last + 1)
    for name in dict.fromkeys(names[l - 1] for l in layers):
        own = [l for l in layers if names[l - 1] == name]
        guards = [g for g in _guards(name, sizes) if not only_written or sizes.writes(g)]
        for chosen in [own, *([l] for l in own)] if 1 < len(own) <= FEW else [own]:
            for guard in guards:
                placed = tuple(replace(guard, layer=l) for l in chosen)
                yield replace(path, guards=path.guards + placed)


def _guards(name: str, sizes: Sizes) -> Iterator[Guard]:
    for form in DENOMINATORS.get(name, ()):
        yield from (Guard("add", eps, "denominator", form=form) for eps in sizes.small)
    if name in ("sigmoid", "softmax"):
        for kind in PLACES["output"]:
            yield from (Guard(kind, eps, "output") for eps in sizes.small)
    if name in DENOMINATORS:
        yield from (Guard("bound", eps, "argument") for eps in sizes.large)


# --- what is shown, against what a path gives --------------------------------------------------


def _residual(seen: Sequence[Sight], stretch: Stretch, path: Path, enough: float = np.inf) -> float:
    """Return the root mean square of (shown - given) / rounding noise over all sights.

    Where the first sight is beyond `enough` already, the others are not looked at.
    """
    squares: list[Array] = []
    for sight in sorted(seen, key=lambda sight: -sight.Y.size):
        found = _compared(sight, stretch, path)
        if found is None:
            continue
        shown, given, noise = found
        squares.append((((shown - given) / noise) ** 2).ravel())
        if len(squares) == 1 and not np.sqrt(np.mean(squares[0])) <= enough:
            return np.inf
    root = float(np.sqrt(np.mean(np.concatenate(squares)))) if squares else 0.0
    return root if np.isfinite(root) else np.inf


def _miss(seen: Sequence[Sight], stretch: Stretch, path: Path) -> float:
    """Return the relative distance of what is shown, where it is nearest."""
    pairs = [_compared(sight, stretch, path) for sight in seen]
    return min((distance(pair[0], pair[1]) for pair in pairs if pair), default=np.inf)


def _compared(sight: Sight, stretch: Stretch, path: Path) -> tuple[Array, Array, Array] | None:
    """Return what is shown at the end of a stretch, what the path gives, and about its noise.

    None where this sight does not show it.
    """
    kind, layer = stretch.target or ("A", 0)
    goal = (sight.A if kind == "A" else sight.Z).get(layer)
    first = stretch.first
    if goal is None or not (first in sight.Z or first - 1 in sight.A):
        return None
    u = sight.roundoff
    Z = sight.Z.get(first)
    noise = np.zeros(1)
    if Z is None:
        Z, noise = _linear(sight, first, sight.A[first - 1], noise)
    for l in range(first, stretch.last + 1):
        name = (*path.hidden, path.output)[l - 1]
        A = path.activated(l, Z)
        slope = A if name == "softmax" else derivative(name, Z, A)
        noise = np.abs(slope) * noise + u * _rounding(name, Z, A)
        if l < stretch.last or kind == "Z":
            Z, noise = _linear(sight, l + 1, A, noise)
    return goal, (A if kind == "A" else Z), noise + 1e-300


def _linear(sight: Sight, layer: int, A: Array, noise: Array) -> tuple[Array, Array]:
    W, b = np.abs(sight.W[layer]), np.abs(sight.b[layer])
    own = sight.roundoff * (W @ np.abs(A) + b)
    return sight.linear(layer, A), own + W @ (noise * np.ones_like(A))


def _rounding(name: str, Z: Array, A: Array) -> Array:
    """Return the error of A = g(Z) in units roundoff."""
    if name == "softmax":
        return np.abs(A) * (ROUNDINGS + np.max(Z, axis=0) - Z)
    return np.asarray(ROUNDINGS if name == "tanh" else ROUNDINGS * np.abs(A))
