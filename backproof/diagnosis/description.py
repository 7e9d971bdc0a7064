"""No mistake gives these numbers: what can be said of them all the same."""

from collections.abc import Iterator

import numpy as np

from backproof.diagnosis.matching import Scene
from backproof.trace import Array

CLOSE = 1e-6


def described(scene: Scene) -> str:
    """Return a clause about the earliest array that differs."""
    name = scene.wrong[0]
    shown, right = scene.shown[name], scene.right[name]
    facts = list(_facts(name, shown, right))
    where = f"; {_layers(scene)}" if _layers(scene) else ""
    return f"no known mistake gives these numbers: {facts[0] if facts else _plain(name)}{where}"


def _plain(name: str) -> str:
    return f"{name} is in no simple relation to what is expected"


def _facts(name: str, shown: Array, right: Array) -> Iterator[str]:
    """Yield what is true of an array, the most telling first."""
    if shown.dtype.kind != "f":
        yield f"{name} holds {shown.dtype}"
        return
    if not np.isfinite(shown).all():
        count = int(np.sum(~np.isfinite(shown)))
        yield f"{count} of {shown.size} elements of {name} are not finite"
        return
    if shown.shape != right.shape:
        if shown.shape == right.T.shape and _same(shown.T, right):
            yield f"{name} is transposed"
        yield f"{name} has shape {shown.shape}, and {right.shape} is expected"
        return
    if not shown.any():
        yield f"{name} is zero"
        return
    if shown.ndim == 2 and shown.shape[0] == shown.shape[1] > 1 and _same(shown.T, right):
        yield f"{name} is transposed"
    if shown.size > 1 and not _same(shown, right):
        if _same(np.sort(shown.ravel()), np.sort(right.ravel())):
            yield f"{name} holds the right numbers in the wrong order"
        yield from _ratios(name, shown, right)
        if np.ptp(shown) <= CLOSE * np.max(np.abs(shown)):
            yield f"all elements of {name} are the same number"
        if shown.ndim == 2 and min(shown.shape) > 1 and _rank(shown) == 1 < _rank(right):
            yield f"{name} has rank one, an outer product of two vectors, and should not"
    elif shown.size == 1 and right.item():
        yield f"{name} is {shown.item() / right.item():.6g} × expected"


def _ratios(name: str, shown: Array, right: Array) -> Iterator[str]:
    with np.errstate(all="ignore"):
        k = float(np.vdot(right, shown) / np.vdot(right, right))
        if _same(shown, k * right):
            yield f"all of {name} is {k:.6g} × expected"
        elif shown.ndim == 2 and min(shown.shape) > 1:
            for axis, what in ((1, "row"), (0, "column")):
                ratios = np.sum(shown * right, axis, keepdims=True) / np.sum(
                    right * right, axis, keepdims=True
                )
                if np.isfinite(ratios).all() and _same(shown, ratios * right):
                    numbers = ", ".join(f"{r:.4g}" for r in ratios.ravel()[:4])
                    yield f"each {what} of {name} has a factor of its own: {numbers}"
        parts = np.abs(shown - right) <= CLOSE * np.max(np.abs(right))
        yield from _examples(name, ~parts)
        if parts.any():
            yield f"{int(np.sum(~parts))} of {parts.size} elements of {name} are wrong"


def _examples(name: str, off: Array) -> Iterator[str]:
    """Yield which examples of a layer are wrong, where the others are right."""
    if off.ndim != 2 or name[0] not in "ZA":
        return
    wrong = np.flatnonzero(off.all(axis=0))
    if 0 < wrong.size < off.shape[1] and off.any(axis=0).sum() == wrong.size:
        first = ", ".join(str(k + 1) for k in wrong[:4])
        more = ", ..." if wrong.size > 4 else ""
        yield f"{name} is wrong for example {first}{more} of {off.shape[1]}, right for the others"


def _same(one: Array, other: Array) -> bool:
    scale = float(np.max(np.abs(other), initial=0.0))
    return bool(np.all(np.abs(one - other) <= CLOSE * scale))


def _rank(array: Array) -> int:
    return int(np.linalg.matrix_rank(array, tol=CLOSE * float(np.max(np.abs(array)))))


def _layers(scene: Scene) -> str:
    """Say which layers' gradients are right."""
    gradients = [n for n in scene.shown if n[0] == "d"]
    right = [n for n in gradients if n not in scene.wrong]
    if not right or len(right) == len(gradients):
        return ""
    return f"{', '.join(right)} {'are' if len(right) > 1 else 'is'} right"
