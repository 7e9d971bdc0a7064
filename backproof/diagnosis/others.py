"""Own verdicts: the gradient of one loss and the cost of another; right mathematics in float32."""

from collections.abc import Iterator, Sequence

from backproof.case import CROSS_ENTROPIES, LOSSES, PROBABILITIES, Case
from backproof.diagnosis.matching import SINGLE, Scene, is_coarse, within
from backproof.diagnosis.search import proves
from backproof.mistakes.mistake import Plant
from backproof.mistakes.watching import Pass
from impl_numpy import Steps
from impl_numpy.steps import replace

SPOKEN = {"sum": "summed over the examples", "mean": "averaged over the examples"}


def other_loss(scenes: Sequence[Scene]) -> str:
    """Return a clause if gradients, or the cost, are exactly those of another loss; else ""."""
    case = scenes[0].exhibit.case
    for loss, reduction in _others(case):
        theirs = f"of the {_words(loss)}, {SPOKEN[reduction]}"
        mine = f"of the {_words(case.loss)}, {SPOKEN[case.reduction]}"
        if proves(scenes, [_gradient_of(loss, reduction)]):
            return f"the gradients are exactly those {theirs}; the cost is that {mine}"
        if proves(scenes, [_cost_of(loss, reduction)]):
            return f"the cost is exactly that {theirs}; the gradients are those {mine}"
    return ""


def _others(case: Case) -> Iterator[tuple[str, str]]:
    for reduction in (case.reduction, "sum" if case.reduction == "mean" else "mean"):
        for loss in LOSSES:
            fits = case.output in PROBABILITIES or loss not in CROSS_ENTROPIES
            if fits and (loss, reduction) != (case.loss, case.reduction):
                yield loss, reduction


def _words(loss: str) -> str:
    return loss.replace("_", " ")


def _scale(at: Pass, reduction: str) -> float:
    """Return by what the reduction of impl_numpy is to be multiplied to be this one."""
    return {("mean", "sum"): float(at.m), ("sum", "mean"): 1 / at.m}.get(
        (at.reduction, reduction), 1.0
    )


def _gradient_of(loss: str, reduction: str) -> Plant:
    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.output_delta
        return replace(
            steps,
            output_delta=lambda A, Y, o, _: _scale(at, reduction) * right(A, Y, o, loss),
        )

    return plant


def _cost_of(loss: str, reduction: str) -> Plant:
    def plant(steps: Steps, at: Pass) -> Steps:
        right = steps.cost
        return replace(
            steps, cost=lambda Z, A, Y, o, _: _scale(at, reduction) * right(Z, A, Y, o, loss)
        )

    return plant


def in_single(scenes: Sequence[Scene]) -> bool:
    """Tell whether the candidate is right, but only as exact as float32.

    Every number shown must be one that float32 can hold, within the error bars of float32.
    """
    if any(scene.exhibit.dtype != "float64" for scene in scenes):
        return False
    return all(_is_single(scene) for scene in scenes)


def _is_single(scene: Scene) -> bool:
    shown = scene.shown
    if not all(value.dtype.kind == "f" and is_coarse(value, SINGLE) for value in shown.values()):
        return False
    bars = scene.bars((), scene.right, SINGLE)
    return all(within(value, scene.right[name], bars[name]) for name, value in shown.items())
