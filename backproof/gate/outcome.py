"""What came of a gate: its judgements, the run they are about, and the exit code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from backproof.gate.baseline import Baseline
from backproof.gate.judgement import CANNOT, GREEN, RED, Judgement
from backproof.report.model import Report, environment

EXIT_CODES = {GREEN: 0, RED: 1, CANNOT: 2}
TOLD = ("backproof", "numpy", "torch", "python", "machine", "cpu", "blas")  # of an environment


@dataclass(frozen=True)
class Outcome:
    """All judgements, in order.

    notes  what else the user should know, one sentence each
    """

    judgements: tuple[Judgement, ...]
    report: Report
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Return red where anything is, then "cannot judge", then green."""
        verdicts = {judgement.verdict for judgement in self.judgements}
        return next(verdict for verdict in (RED, CANNOT, GREEN) if verdict in verdicts)

    @property
    def exit_code(self) -> int:
        """0 green, 1 red, 2 something could not be judged."""
        return EXIT_CODES[self.verdict]

    @property
    def blamed(self) -> str:
        """Return the names of the judgements that give the verdict, unless it is green."""
        names = [j.name for j in self.judgements if j.verdict == self.verdict != GREEN]
        return ", ".join(names)

    def with_judgement(self, judgement: Judgement) -> "Outcome":
        """Return it with one judgement more."""
        return replace(self, judgements=(*self.judgements, judgement))

    def with_notes(self, notes: Iterable[str]) -> "Outcome":
        """Return it with more to say."""
        return replace(self, notes=(*self.notes, *notes))


def notes_on(old: Baseline | None, where: str) -> Iterator[str]:
    """Yield what is to be said about a baseline, in the file `where`, of another environment."""
    here = environment()
    if old is None:
        return
    apart = [
        f"{name} {old.environment.get(name, 'unknown')} there, {here.get(name, 'unknown')} here"
        for name in TOLD
        if old.environment.get(name) != here.get(name)
    ]
    if apart:
        yield (
            f"the baseline {where} is of another environment ({'; '.join(apart)}): parity and "
            "sharpness are held against it all the same"
        )
