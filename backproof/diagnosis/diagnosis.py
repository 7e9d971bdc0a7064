"""What a diagnosis says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """Why a candidate differs.

    mistakes  names out of the catalogue, which together reproduce every array; empty where none
              does
    alike     other explanations that give the same numbers on these cases
    sentence  for "because ...", without a full stop
    formulas  (right, wrong) of each mistake
    """

    mistakes: tuple[str, ...]
    sentence: str
    formulas: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the sentence, then right and wrong in turn."""
        pairs = (line for pair in self.formulas for line in pair)
        return (self.sentence, *pairs)
