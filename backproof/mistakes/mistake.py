"""A mistake: one step of the computation replaced, with the formula that it replaces."""

from collections.abc import Callable
from dataclasses import dataclass

from backproof.case import Case
from backproof.mistakes.watching import Pass
from impl_numpy import Steps

Plant = Callable[[Steps, Pass], Steps]
Applies = Callable[[Case], bool]


@dataclass(frozen=True)
class Mistake:
    """One entry of the catalogue.

    name      short and stable: "no-mean"
    sentence  what is wrong, as a clause: "the gradients are not divided by ..."
    right     the formula, as plain text; `wrong` stands where it should
    seen      where somebody made it: "conventions 26" is row 26 of the list of real mistakes
    plant     returns the steps with this mistake in them; mistakes compose
    applies   tells whether it shows in the first iteration on a case of this kind
    unit      unit roundoff of the mistaken step, where that is not the network's own
    """

    name: str
    sentence: str
    right: str
    wrong: str
    seen: str
    plant: Plant
    applies: Applies
    unit: float = 0.0


def always(_: Case) -> bool:
    """Any network, of more than one example."""
    return _.m > 1


def has_hidden(case: Case) -> bool:
    """At least one hidden layer."""
    return case.depth > 1


def hidden_of(*names: str) -> Applies:
    """Return the condition that some hidden layer has one of these activations."""
    return lambda case: not set(names).isdisjoint(case.hidden_layers)


def output_of(*names: str) -> Applies:
    """Return the condition that the output activation is one of these."""
    return lambda case: case.output in names


def loss_of(*names: str) -> Applies:
    """Return the condition that the loss is one of these."""
    return lambda case: case.loss in names


def outputs(case: Case) -> bool:
    """Several outputs."""
    return case.layer_dims[-1] > 1


def mean(case: Case) -> bool:
    """A mean over several examples."""
    return case.m > 1 and case.reduction == "mean"


def both(*conditions: Applies) -> Applies:
    """Return the condition that all of these hold."""
    return lambda case: all(condition(case) for condition in conditions)
