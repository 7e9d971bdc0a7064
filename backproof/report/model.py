"""What a whole run found: the reports of its targets, and the verdict over all of them."""

import contextlib
import os
import platform
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from backproof.candidate.walls import told as isolation
from backproof.controls import Control
from backproof.verdict import CaseReport, TargetReport, worst
from backproof.versions import version_of

EXIT_CODES = {"agree": 0, "differ": 1, "undecided": 1, "cannot judge": 2, "nothing judged": 2}


@dataclass(frozen=True)
class Report:
    """The reports of all targets, in the order in which they were asked for."""

    targets: list[TargetReport]

    @property
    def cases(self) -> list[CaseReport]:
        """The cases of all targets."""
        return [case for target in self.targets for case in target.cases]

    @property
    def controls(self) -> list[Control]:
        """Every fault that was planted."""
        return [control for target in self.targets for control in target.controls]

    @property
    def missed(self) -> list[Control]:
        """The planted faults that were not caught."""
        return [control for target in self.targets for control in target.missed]

    @property
    def verdict(self) -> str:
        """The worst verdict of all targets."""
        return worst(target.verdict for target in self.targets)

    @property
    def exit_code(self) -> int:
        """0 agree, 1 differ or undecided, 2 cannot judge or nothing judged."""
        return EXIT_CODES[self.verdict]

    @property
    def arrays(self) -> int:
        """How many arrays were compared."""
        return sum(len(v.all_findings) for case in self.cases for v in case.verdicts)

    def __str__(self) -> str:
        """The text that `backproof check` prints."""
        from rich.console import Console

        from backproof.report.text import print_report

        console = Console(file=StringIO(), width=100)
        print_report(self, console)
        text: str = console.file.getvalue()  # type: ignore[attr-defined]
        return text

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from backproof.report.notebook import as_html

        return as_html(self)


def environment() -> dict[str, str]:
    """Return the versions and the machine that a figure depends on."""
    packages = {name: version_of(name) for name in ("backproof", "numpy", "torch")}
    return packages | {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "isolation": isolation(),
        **_blas(),
        **_torch_threads(),
    }


def _cpu() -> str:
    """Return the processor's model, where the system tells it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _blas() -> dict[str, str]:
    """Return the BLAS that NumPy was built with, and the threads that threadpoolctl sees."""
    import numpy as np

    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    found = {"blas": f"{built['name']} {built['version']}"}
    with contextlib.suppress(ImportError):
        from threadpoolctl import threadpool_info

        threads = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
        found |= {"blas threads": ", ".join(map(str, sorted(threads)))} if threads else {}
    return found


def _torch_threads() -> dict[str, str]:
    """Return the threads of torch; nothing where only the worker processes have loaded it."""
    torch = sys.modules.get("torch")
    return {} if torch is None else {"torch threads": str(torch.get_num_threads())}
