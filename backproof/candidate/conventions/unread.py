"""What a file shows and nobody reads: arrays that are no part of the network as we know it."""

from collections.abc import Iterable, Sequence

import numpy as np

from backproof.candidate.conventions.names import is_derived
from backproof.candidate.conventions.slots import Leaf
from backproof.trace import Array

ON_THE_WAY = "a gradient on the way: what is made of it is judged"
UNKNOWN = "it is no Z, A, cost, gradient or parameter that was recognised"


def unread(found: Iterable[Leaf], known: Sequence[Array], m: int) -> dict[str, str]:
    """Return {"dZ1": why it is not judged} for arrays with an axis of m examples.

    found  what the file returned or keeps
    known  what was given to it, and what of its numbers is judged
    """
    sizes: dict[int, list[Array]] = {}
    for array in known:
        sizes.setdefault(array.size, []).append(array)
    return {
        leaf.name: ON_THE_WAY if _is_slope(leaf.name) else UNKNOWN
        for leaf in found
        if leaf.name and _is_of_examples(leaf.array, m) and not _is_known(leaf.array, sizes)
    }


def _is_slope(name: str) -> bool:
    return is_derived(name) or name[:1] == "d" or name.startswith("delta")


def _is_of_examples(array: Array, m: int) -> bool:
    return array.dtype.kind in "fc" and array.ndim == 2 and m > 1 and m in array.shape


def _is_known(array: Array, sizes: dict[int, list[Array]]) -> bool:
    alike = sizes.get(array.size, [])
    ways = [array.reshape(-1), array.T.reshape(-1)]
    return any(np.array_equal(way, other.reshape(-1)) for other in alike for way in ways)
