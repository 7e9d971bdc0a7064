"""What a network is: its activations, its loss, and how sure that is."""

from dataclasses import dataclass

from backproof.architecture.vocabulary import term
from backproof.guards import Guard, at_place


@dataclass(frozen=True)
class Architecture:
    """What a stranger's network is, found from its numbers.

    hidden            one activation for each hidden layer
    learning_rate     found from the numbers where it was hidden, else None
    mean_of_outputs   a cross-entropy is divided by n_out as well: np.mean over everything
    guards            what keeps its formulas from dividing by 0
    assumed           sentences, each beginning with what the numbers did not decide: "hidden",
                      "output", "loss", "reduction", or the hidden "learning rate"
    written_out       layers whose tanh is made of exponentials, as far as its rounding shows it
    """

    hidden: tuple[str, ...]
    output: str
    loss: str
    reduction: str
    guards: tuple[Guard, ...]
    learning_rate: float | None
    mean_of_outputs: bool
    assumed: tuple[str, ...]
    written_out: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """The network in the field's terms: "relu, sigmoid; binary cross-entropy, mean"."""
        layers = self.hidden[:1] if len(set(self.hidden)) == 1 else self.hidden
        activations = ", ".join(term(name) for name in (*layers, self.output))
        parts = [term(self.loss), self.reduction]
        if self.mean_of_outputs:
            parts.append("mean over the outputs")
        if guard := at_place(self.guards, "logarithm") or at_place(self.guards, "slope"):
            parts.append(_guard_in_words(guard))
        return f"{activations}; {', '.join(parts)}"


def _guard_in_words(guard: Guard) -> str:
    if guard.kind == "clip":
        return f"clipped to [{guard.eps:.2g}, 1 - {guard.eps:.2g}]"
    if guard.kind == "floor":
        return f"at least {guard.eps:.2g} inside the logarithms"
    return f"{guard.eps:.2g} added inside the logarithms"
