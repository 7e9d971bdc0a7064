"""Own verdicts: every gradient is k times what it should be, one k for all or one for each."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from backproof.diagnosis.exhibit import Exhibit
from backproof.diagnosis.matching import Scene
from backproof.mistakes.mistake import Plant
from backproof.mistakes.watching import Pass
from backproof.trace import Array
from impl_numpy import Steps
from impl_numpy.steps import replace


def plant_factors(factors: Mapping[str, float]) -> Plant:
    """Multiply the gradients named, "dW1", by these numbers."""

    def plant(steps: Steps, at: Pass) -> Steps:
        def weight(dZ: Array, A: Array) -> Array:
            return factors.get(f"dW{at.layer}", 1.0) * steps.weight_gradient(dZ, A)

        def bias(dZ: Array) -> Array:
            return factors.get(f"db{at.layer}", 1.0) * steps.bias_gradient(dZ)

        return replace(steps, weight_gradient=weight, bias_gradient=bias)

    return plant


def factors_of(scenes: Sequence[Scene]) -> dict[tuple[int, str], str] | None:
    """Return k in words for each gradient, by (depth, name), if all are k times the right ones.

    The words of one gradient are the same on every case, and only they prove the numbers.
    """
    words: dict[tuple[int, str], str] = {}
    for scene in scenes:
        for name, k in _measured(scene).items():
            key = (scene.exhibit.case.depth, name)
            if key in words and _value(words[key], scene.exhibit, k) is not None:
                continue
            others = [s for s in scenes if s.exhibit.case.depth == key[0]]
            known = [w for w in WORDS if all(_fits(w, s, name) for s in others)]
            words[key] = known[0] if known else f"{k:.10g}"
    if not words or all(word == "1" for word in words.values()):
        return None
    return words if all(_proves(scene, words) for scene in scenes) else None


def sentence_of(words: Mapping[tuple[int, str], str], scene: Scene) -> str:
    """Return the factors as a clause, with their numbers on one case."""
    depth = scene.exhibit.case.depth
    kinds = set(words.values())
    if len(kinds) == 1:
        (word,) = kinds
        if word == "0":
            return "every gradient is zero"
        return f"every gradient is {word} × expected{_meaning(word, scene.exhibit)}"
    parts = [
        f"{name} is zero"
        if word == "0"
        else f"{name} is {word} × expected{_meaning(word, scene.exhibit)}"
        for (deep, name), word in words.items()
        if deep == depth and word != "1"
    ]
    return "; ".join(parts)


# --- k, recognised ---------------------------------------------------------------------------

WORDS: dict[str, tuple[int, int, Fraction]] = {}  # word -> powers of m and n_out, and a number
for _name, _number in (
    ("", Fraction(1)),
    ("-", Fraction(-1)),
    ("2 ", Fraction(2)),
    ("-2 ", Fraction(-2)),
):
    for _symbols, _powers in (
        ("1", (0, 0)),
        ("m", (1, 0)),
        ("1/m", (-1, 0)),
        ("n_out", (0, 1)),
        ("1/n_out", (0, -1)),
        ("m n_out", (1, 1)),
        ("1/(m n_out)", (-1, -1)),
        ("1/m²", (-2, 0)),
        ("n_out/m", (-1, 1)),
        ("m/n_out", (1, -1)),
    ):
        _word = f"{_name}{_symbols}"
        _word = _word.replace("2 1/", "2/").replace("2 1", "2")
        WORDS[_word] = (*_powers, _number)
for _k in (Fraction(1, 2), Fraction(-1, 2), Fraction(3), Fraction(4), Fraction(1, 3)):
    WORDS[str(_k)] = (0, 0, _k)
WORDS["1/(2 m)"], WORDS["m/2"] = (-1, 0, Fraction(1, 2)), (1, 0, Fraction(1, 2))
WORDS["1/4"], WORDS["0"] = (0, 0, Fraction(1, 4)), (0, 0, Fraction(0))


def _number_of(word: str, exhibit: Exhibit) -> float:
    if word not in WORDS:
        return float(word)
    of_m, of_n, number = WORDS[word]
    return float(number) * exhibit.case.m**of_m * exhibit.case.layer_dims[-1] ** of_n


def _value(word: str, exhibit: Exhibit, k: float) -> float | None:
    number = _number_of(word, exhibit)
    return number if abs(number - k) <= 1e-6 * abs(k) + 1e-12 else None


def _fits(word: str, scene: Scene, name: str) -> bool:
    measured = _measured(scene).get(name)
    return measured is None or _value(word, scene.exhibit, measured) is not None


def _meaning(word: str, exhibit: Exhibit) -> str:
    parts = []
    if "m" in word:
        parts.append(f"m = {exhibit.case.m}")
    if "n_out" in word:
        parts.append(f"n_out = {exhibit.case.layer_dims[-1]}")
    return f", and {', '.join(parts)}" if parts else ""


def _measured(scene: Scene) -> dict[str, float]:
    """Return k by least squares for each gradient shown that is proportional to the right one."""
    found = {}
    for name, shown in scene.shown.items():
        right = scene.right.get(name)
        if name[0] == "d" and right is not None and np.shape(shown) == np.shape(right):
            square = float(np.vdot(right, right))
            if square > 0 and np.isfinite(shown).all():
                found[name] = float(np.vdot(right, shown)) / square
    return found


def _proves(scene: Scene, words: Mapping[tuple[int, str], str]) -> bool:
    depth = scene.exhibit.case.depth
    factors = {
        name: _number_of(word, scene.exhibit)
        for (deep, name), word in words.items()
        if deep == depth
    }
    plants = [plant_factors(factors)]
    found = scene.screen(plants)
    return found is not None and scene.proves(plants, found, 0.0)
