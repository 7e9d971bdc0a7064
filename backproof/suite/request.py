"""What is asked for: which cases, in which precisions, with which seed."""

from dataclasses import dataclass, replace

from backproof import datasets
from backproof.case import Case
from backproof.cases import TABLE, case_named, random_cases
from backproof.errors import BackproofError


@dataclass(frozen=True)
class Request:
    """Some cases of a run.

    names     of the cases; without any name or random case, all of the table
    random    how many random cases
    pictured  whether findings are to have pictures, which costs a pass over every array
    """

    names: tuple[str, ...]
    random: int
    dtypes: tuple[str, ...]
    seed: int
    pictured: bool = False

    def questions(self) -> list[tuple[Case, str]]:
        """Return each case with each of its precisions, once.

        Raises BackproofError for an unknown case, or where none is left in these precisions.
        """
        named = [case_named(name) for name in dict.fromkeys(self.names)]
        cases = named if self.names or self.random else self._table()
        cases += random_cases(self.seed, self.random)
        questions = [(c, d) for c in cases for d in self.dtypes if d in c.dtypes]
        if not questions:
            raise BackproofError(
                f"None of the chosen cases is run in {' or '.join(self.dtypes)}: choose another "
                "--dtype."
            )
        return questions

    @property
    def left_out(self) -> str:
        """Why some cases of the table are left out, a sentence; "" where none is."""
        why = "" if self.names or self.random else datasets.absent()
        return why and f"{' and '.join(datasets.CASES)} are left out. {why}"

    def _table(self) -> list[Case]:
        absent = datasets.CASES if self.left_out else ()
        return [case for case in TABLE if case.name not in absent]

    def single(self) -> "list[Request]":
        """Return a request for each of the questions."""
        return [
            replace(self, names=(case.name,), random=0, dtypes=(dtype,))
            for case, dtype in self.questions()
        ]
