"""The mutants that no test can kill, each with the reason: survivors.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from parity_tests.mutation.mutants import Mutant

FILE = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Survivor:
    """A line of impl_numpy, what may become of it, and why that changes nothing."""

    module: str
    function: str
    before: str
    after: tuple[str, ...]
    reason: str

    def explains(self, mutant: Mutant) -> bool:
        return mutant.after in self.after and place(mutant) == place(self)


def place(row: "Mutant | Survivor") -> tuple[str, str, str]:
    """Return where something is changed: module, function, lines."""
    return row.module, row.function, row.before


@cache
def survivors() -> list[Survivor]:
    """Return the committed list."""
    rows = tomllib.loads(FILE.read_text())["survivor"]
    return [Survivor(**row | {"after": tuple(row["after"])}) for row in rows]


def reason(mutant: Mutant) -> str:
    """Return why a mutant is equivalent, "" where nobody has said."""
    return next((s.reason for s in survivors() if s.explains(mutant)), "")


def unexplained(survived: list[Mutant]) -> list[str]:
    """Return a sentence for each mutant that survived without a reason."""
    return [f"survived, and no reason is given: {m}" for m in survived if not reason(m)]


def superfluous(survived: list[Mutant]) -> list[str]:
    """Return a sentence for each entry of the list that no mutant survived for."""
    left = {(*place(mutant), mutant.after) for mutant in survived}
    return [
        f"listed, and did not survive: {s.module}.{s.function}  {s.before}  ->  {after}"
        for s in survivors()
        for after in s.after
        if (*place(s), after) not in left
    ]
