"""What the measuring process is told to do."""

import json
from dataclasses import asdict, dataclass

from backproof.bench.result import Settings, parsed
from backproof.bench.workload import Workload


@dataclass(frozen=True)
class Order:
    """What is to be measured, and how.

    also   files with implementations of their own
    among  the names of those that take part; empty: all
    """

    workloads: tuple[Workload, ...]
    settings: Settings
    also: tuple[str, ...] = ()
    among: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))


def order_of(text: str) -> Order:
    """Return the order that a text holds."""
    found = json.loads(text)
    workloads = tuple(
        parsed({"implementation": "", "workload": w, "samples": ()}).workload
        for w in found["workloads"]
    )
    settings = Settings(**found["settings"])
    return Order(workloads, settings, tuple(found["also"]), tuple(found["among"]))
