"""What a file is refused for, once it is known what it is and what was asked of it."""

from collections.abc import Sequence

from backproof.candidate.conventions.names import BACKWARD, plain
from backproof.candidate.conventions.players import ranked
from backproof.candidate.letters import UPDATE, UPDATES, Answer
from backproof.case import refuse_unknown_dtypes
from backproof.errors import BackproofError
from backproof.own.trials import Trial
from backproof.verdict import CaseReport


def refuse_requests(
    where: str, dtypes: Sequence[str], cases: Sequence[str], there: Sequence[Trial]
) -> None:
    """Raise BackproofError for a precision or a case that is not known."""
    refuse_unknown_dtypes(list(dtypes))
    known = [trial.name for trial in there]
    known += [f"{name}{UPDATE}{number}" for name in known for number in range(2, UPDATES + 1)]
    for case in cases:
        if case not in known:
            raise BackproofError(
                f"There is no case '{case}' for {where}, which is read by its conventions: choose "
                f"one of {', '.join(known[:4])}, ..."
            )


def refuse_precision(where: str, dtypes: Sequence[str], reports: Sequence[CaseReport]) -> None:
    """Raise BackproofError where only float32 was asked for, and the file computes in float64."""
    if "float64" not in dtypes and reports[0].dtype == "float64":
        raise BackproofError(
            f"{where} is read by its conventions, and computes in float64: leave out --dtype, or "
            "write trace(case)."
        )


def refuse_half(where: str, functions: Sequence[str], answer: Answer) -> None:
    """Raise BackproofError where gradients of weights are missing, or all those of a backward pass.

    functions  of the file; a fork that answers for live objects is believed that there are none
    """
    backward = [name for name in ranked(functions, BACKWARD) if plain(name) != "loss"]
    for problem, trace in answer.traces.items():
        shown = [name for name in trace if name[0] == "d"]
        if backward and not shown:
            raise BackproofError(f"{where}: {backward[0]} is there, but no gradient came back.")
        weights = [name for name in answer.parameters.get(problem, ()) if name[0] == "W"]
        gone = [f"d{name}" for name in weights if shown and f"d{name}" not in trace]
        if gone:
            raise BackproofError(
                f"{where}: {', '.join(gone)} could not be found among what it computes; write "
                "trace(case), as docs/your-own-network.md shows."
            )
