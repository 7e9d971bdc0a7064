"""A workload run so many times, for a counter: `python -m backproof.gate.loops TREE NAME N`."""

import sys
from pathlib import Path

from backproof.gate.copies import imported
from backproof.gate.workloads import WORKLOADS


def main(tree: str, name: str, loops: str) -> None:
    """Import a workload's package from a folder and run it."""
    workload = WORKLOADS[name]
    run = workload.make(imported(Path(tree), [workload.package])[workload.package], 0)
    for _ in range(int(loops)):
        run()


if __name__ == "__main__":
    main(*sys.argv[1:])
