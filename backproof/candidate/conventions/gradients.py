"""The gradients in what a file leaves behind: which array is dW1, db1, ..."""

from collections.abc import Iterable, Sequence

import numpy as np

from backproof.candidate.conventions.layers import Layers
from backproof.candidate.conventions.names import is_bias, is_gradient_of
from backproof.candidate.conventions.slots import Leaf, Path
from backproof.exchange import Problem
from backproof.trace import Array


def label(
    found: Iterable[Leaf], layers: Layers, problem: Problem, by_shape: bool
) -> dict[str, Array]:
    """Return {"dW1", "db1", ...}, shaped like W (n_out, n_in) and b (n_out, 1) where they can be.

    An array is dW1 by its name, or, if `by_shape`, because no other parameter has its shape.
    """
    left, grads = list(found), {}
    for by_name in (True, False) if by_shape else (True,):
        for name, paths, theirs in layers.paths():
            if f"d{name}" in grads:
                continue
            shape = layers.theirs(name, problem.parameters[name]).shape
            if by_name:
                beside = {path[:-1] for path in paths}
                alone = sum(other == theirs for _, _, other in layers.paths()) == 1
                leaf = _named(left, theirs, shape, beside, alone=alone)
            else:
                leaf = _shaped(left, shape, bias=name[0] == "b")
            if leaf is not None:
                left = [other for other in left if other is not leaf]
                units = problem.layer_dims[int(name[1:])]
                grads[f"d{name}"] = layers.ours(name, leaf.array, units)
    return grads


def _named(
    found: Sequence[Leaf],
    theirs: str,
    shape: tuple[int, ...],
    beside: set[Path],
    *,
    alone: bool,
) -> Leaf | None:
    """Return the array that is the gradient by its name; its shape decides among several.

    alone  no other parameter has the same name; otherwise a wrong shape is only believed of the
           array that stands beside the parameter, in the same layer object
    """
    named = [leaf for leaf in found if is_gradient_of(leaf.name, theirs)]
    right = [leaf for leaf in named if leaf.array.shape == shape]
    near = [leaf for leaf in named if leaf.path[:-1] in beside]
    best = [leaf for leaf in near if leaf in right] or right or (named if alone else near)
    return best[0] if best else None


def _shaped(found: Sequence[Leaf], shape: tuple[int, ...], *, bias: bool) -> Leaf | None:
    wanted = tuple(n for n in shape if n != 1) if bias else shape
    fits = [leaf for leaf in found if leaf.array.shape == shape]
    fits = fits or [
        leaf for leaf in found if bias and np.squeeze(leaf.array).shape == wanted and wanted
    ]
    kind = [leaf for leaf in fits if is_bias(leaf.name.lstrip("d_")) == bias]
    return (kind or fits)[0] if fits else None
