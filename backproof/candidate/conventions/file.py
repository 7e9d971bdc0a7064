"""What a file offers to its reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backproof.candidate.loading import Construction, Source


@dataclass(frozen=True)
class File:
    """What a file offers: see backproof.candidate.loading.

    where    its name, for messages
    text     its source
    choice   how to choose one of its networks by name
    missing  name -> why it is not bound
    source   its lines; None of live objects, whose lines nobody could quote
    """

    where: str
    namespace: dict[str, Any]
    constructions: Sequence[Construction] = ()
    text: str = ""
    choice: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None

    def choose(self, name: str) -> str:
        """Return how a user chooses one network by its name."""
        return self.choice.format(name=name) or f"{self.where}:{name}"
