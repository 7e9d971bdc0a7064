"""The process in which two revisions are timed: `python -m backproof.gate.measuring ORDER`.

ORDER is one in JSON.  One object a line comes back for everything measured: {"name": ..., "kind":
..., "ratios": [...]}, or {"name": ..., "absent": "base"} for what a revision does not have.
"""

import contextlib
import ctypes
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

CHANGE, SAME, SLOWED = "change", "same", "slowed"
TRIM, MAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)


@dataclass(frozen=True)
class Order:
    """What one process is to measure.

    base, head  folders with the packages, or with the file `target`
    names       of workloads
    controls    of them, the ones that are also timed against themselves and against a slowed copy
    slowdown    of that copy, as a share of the time
    epochs      times that all objects are made anew; seconds: of measuring in each
    target      a file whose training step is the only workload; "" for those of the twins
    chosen      name of the network in it; "" for the only one
    """

    base: str
    head: str
    names: tuple[str, ...]
    controls: tuple[str, ...] = ()
    slowdown: float = 0.0
    epochs: int = 4
    seconds: float = 0.2
    seed: int = 0
    target: str = ""
    chosen: str = ""

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))


Make = Callable[[int], Callable[[], object]]


@dataclass
class Copies:
    """The copies of one workload: what makes the base's, a second one of the base, the head's."""

    base: Make
    twin: Make
    head: Make


def measure(order: Order) -> Iterator[dict[str, Any]]:
    """Yield everything measured; one workload after the other."""
    from backproof.gate.pairs import log_ratios, slowed

    rng = Random(order.seed)
    for name, copies in _copies(order):
        if isinstance(copies, str):
            yield {"name": name, "absent": copies}
            continue
        kinds = {CHANGE: copies.head}
        if name in order.controls:
            kinds |= {SAME: copies.twin, SLOWED: copies.twin}
        for kind, other in kinds.items():
            ratios: list[float] = []
            for epoch in range(order.epochs):
                one, two = copies.base(epoch), other(epoch)
                two = slowed(two, order.slowdown) if kind == SLOWED else two
                ratios += log_ratios(one, two, order.seconds, rng)
            yield {"name": name, "kind": kind, "ratios": ratios}


def _copies(order: Order) -> "Iterator[tuple[str, Copies | str]]":
    """Yield what makes each workload, or which revision does not have it."""
    if order.target:
        yield order.names[0], _file_copies(order)
        return
    from backproof.gate.copies import imported
    from backproof.gate.workloads import WORKLOADS

    packages = sorted({WORKLOADS[name].package for name in order.names})
    trees = {"base": order.base, "twin": order.base, "head": order.head}
    modules = {which: imported(Path(tree), packages) for which, tree in trees.items()}
    for name in order.names:
        workload = WORKLOADS[name]
        makes, absent = {}, ""
        for which, copies in modules.items():
            module = copies.get(workload.package)
            if module is None or not _has(workload.make, module):
                absent = absent or which
            else:
                makes[which] = _bound(workload.make, module)
        yield name, absent or Copies(**makes)


def _has(make: Callable[[ModuleType, int], object], module: ModuleType) -> bool:
    """Tell whether a copy of a package has what a workload calls."""
    try:
        make(module, 0)
    except (AttributeError, TypeError):
        return False
    return True


def _bound(make: Callable[[ModuleType, int], Callable[[], object]], module: ModuleType) -> Make:
    return lambda seed: make(module, seed)


def _file_copies(order: Order) -> Copies | str:
    """Return what makes the training step of somebody's file, in both revisions."""
    from backproof.gate.training_step import training_step

    base, head = Path(order.base) / order.target, Path(order.head) / order.target
    if not base.is_file():
        return "base"
    makes = [training_step(path, order.chosen) for path in (base, base, head)]
    return Copies(*makes)


def keep_memory() -> None:
    """Have the C library keep the memory that is given back, where it is glibc.

    If not, arrays of more than 128 KiB are mapped and unmapped at every step, or are not, by where
    others happen to lie: up to 17 % between two copies of identical code.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(TRIM, 1 << 30)
        library.mallopt(MAP, 32 << 20)  # the most that glibc takes


def main(text: str) -> None:
    """Measure what is ordered."""
    keep_memory()
    order = json.loads(text)
    for name in ("names", "controls"):
        order[name] = tuple(order[name])
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a file prints is none of our lines
    for found in measure(Order(**order)):
        out.write(json.dumps(found) + "\n")
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1])
